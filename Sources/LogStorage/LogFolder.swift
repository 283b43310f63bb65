package import DurableFiles
package import TransparencyLog

/// A log as files in the layout of C2SP tlog-tiles, which any static file server can publish: `checkpoint`,
/// `tile/<level>/<index>[.p/<width>]`, `tile/entries/<index>[.p/<width>]`.
///
/// Reads only, and trusts nothing: whether hashes and entries are the right ones, a checkpoint's root says.
package struct LogFolder: Sendable {
    /// Without a slash at its end.
    package let path: String
    package let files: FileSystem

    package init(_ path: String, files: FileSystem = FileSystem()) {
        self.path = path
        self.files = files
    }

    package var checkpointPath: String { path + "/checkpoint" }

    /// The signed note of the newest published checkpoint; nil where none is there.
    package func checkpoint() throws(LogFolderError) -> [UInt8]? {
        do { return try files.readAll(checkpointPath, atMost: SignedNote.maximumBytes) } catch {
            if error.isMissing { return nil }
            throw .file(error)
        }
    }

    /// Where a tile lies.
    package func file(of tile: Tile) -> String { path + "/" + tile.path }

    /// A tile's bytes as they lie there; nil where nothing does.
    package func bytes(of tile: Tile) throws(LogFolderError) -> [UInt8]? {
        do { return try files.readAll(file(of: tile), atMost: tile.maximumBytes) } catch {
            switch error {
            case .tooLong(_, let size, let bound):
                throw .damaged(tile, folder: path, reason: "\(size) bytes, at most \(bound) are possible")
            case .system(_, _, FileError.missing), .system(_, _, FileError.notAFolderCode): return nil
            default: throw .file(error)
            }
        }
    }

    /// The hashes of a tile, cut from the full one where a partial one is gone.
    package func hashes(of tile: Tile) throws(LogFolderError) -> [MerkleHash] {
        try contents(of: tile) { (bytes, tile) throws(TransparencyLogError) in
            try TileBytes.hashes(in: bytes, of: tile)
        }
    }

    /// The entries of a bundle, cut from the full one where a partial one is gone.
    package func entries(of bundle: Tile) throws(LogFolderError) -> [[UInt8]] {
        try contents(of: bundle) { (bytes, tile) throws(TransparencyLogError) in
            try TileBytes.entries(in: bytes, of: tile)
        }
    }

    /// Proofs from the tiles of the tree of `size` leaves.
    package func lookup(size: UInt64) -> TileLookup {
        TileLookup(size: size) { tile in try hashes(of: tile) }
    }

    private func contents<Element>(
        of tile: Tile, _ parse: ([UInt8], Tile) throws(TransparencyLogError) -> [Element]
    ) throws(LogFolderError) -> [Element] {
        for candidate in tile.isFull ? [tile] : [tile, tile.filled] {
            guard let bytes = try bytes(of: candidate) else { continue }
            do { return Array(try parse(bytes, candidate).prefix(tile.width)) } catch {
                throw .damaged(candidate, folder: path, reason: "\(error)")
            }
        }
        throw .missing(tile, folder: path)
    }
}
