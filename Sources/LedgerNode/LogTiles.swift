internal import DurableFiles
internal import LogStorage
internal import Octets
internal import ServiceProtocols
internal import TransparencyLog

/// The tiles of a ledger: written behind the commit, read for proofs.
///
/// Blocks on the disk, on a thread of its own.
actor LogTiles {
    private let executor = BlockingExecutor(label: "parasol.ledger.tiles")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Decoded tiles that are kept, 16 KiB each.
    private static let cachedTiles = 256

    private let head: String
    private var writer: LogFolderWriter
    /// The tree whose tiles are durable.
    private var growth: TileGrowth
    /// Full tiles read or written lately.
    private var cache: [Tile: TileNodes] = [:]

    /// - Parameter edge: Of the tree of the folder's full bundles.
    private init(_ writer: LogFolderWriter, head: String, edge: TileEdge) {
        self.writer = writer
        self.head = head
        growth = TileGrowth(edge: edge, bundle: [])
    }

    /// Brings the folder up to what the database has: makes it, removes what interrupted writes left, writes the tiles of staged
    /// leaves and the second copy of the head, and publishes the newest cosigned checkpoint.
    ///
    /// - Throws: `LedgerError/storage(_:)`.
    static func opened(
        _ files: LedgerFiles, _ loaded: LoadedLedger, fileSystem: FileSystem
    ) async throws(LedgerError) -> LogTiles {
        let tiles: LogTiles
        do throws(LogFolderError) {
            let writer = try LogFolderWriter(LogFolder(files.tiles, files: fileSystem))
            try writer.removeLeftovers(around: Tile.partial(ofTree: loaded.tail.start))
            tiles = LogTiles(writer, head: files.head, edge: loaded.settledEdge)
        } catch { throw .storage("\(error)") }
        guard let head = loaded.head else { return tiles }
        let staged = loaded.tail.leaves(from: loaded.tail.start, to: loaded.tail.end) ?? []
        try await tiles.write(Array(staged), reaching: head.note, isRepeated: true)
        if let latest = loaded.latest { try await tiles.publish(latest.note) }
        return tiles
    }

    /// Makes a committed head durable a second time, and the tiles of the leaves that lead to it.
    ///
    /// - Parameters:
    ///   - leaves: Those behind the tree whose tiles are durable.
    ///   - isRepeated: Whether they may have been written before, whole or in part. A tile is never another one than it was: where
    ///     a file differs, it was damaged.
    /// - Throws: `LedgerError/storage(_:)`, after which nobody knows what is on the disk: start anew;
    ///   `LedgerError/inconsistent(_:)` for a file that differs.
    func write(
        _ leaves: [[UInt8]], reaching note: SignedNote, isRepeated: Bool = false
    ) throws(LedgerError) {
        do {
            try writer.folder.files.replace(head, with: note.encoded)
            for leaf in leaves {
                for nodes in try growth.append(leaf) { keep(nodes) }
            }
            if isRepeated {
                let unwritten = try growth.unwritten()
                // In a full bundle's folder as well, also where no leaf is behind it yet.
                try writer.removeLeftovers(around: unwritten.flatMap { [$0.tile, $0.tile.filled] })
                try demandUnchanged(unwritten)
            }
            try writer.write(&growth)
        } catch let error as LedgerError {
            throw error
        } catch { throw .storage("the tiles cannot be written: \(error)") }
    }

    private func demandUnchanged(_ tiles: [(tile: Tile, bytes: [UInt8])]) throws {
        for (tile, bytes) in tiles {
            guard let found = try writer.folder.bytes(of: tile) else { continue }
            guard found == bytes else {
                throw LedgerError.inconsistent(
                    "\(writer.folder.file(of: tile)) is not what the staged leaves make it")
            }
        }
    }

    /// Publishes a cosigned checkpoint of a tree whose tiles are written.
    func publish(_ note: SignedNote) throws(LedgerError) {
        do { try writer.publish(checkpoint: note.encoded) } catch {
            throw .storage("the checkpoint cannot be published: \(error)")
        }
    }

    // MARK: Reading

    /// The leaves `start ..< end` of full bundles, or the first of them as far as one answer holds.
    ///
    /// - Parameter bytes: At most, unless one leaf alone is longer.
    func entries(from start: UInt64, to end: UInt64, atMost bytes: Int) throws(LedgerError) -> [[UInt8]] {
        var leaves: [[UInt8]] = []
        var total = 0
        var index = start
        do {
            while index < end {
                let bundle = try writer.folder.entries(of: Tile(.entries, index: index >> 8))
                for leaf in bundle[Int(index & 0xff)...].prefix(Int(clamping: end - index)) {
                    total += leaf.count
                    guard leaves.isEmpty || total <= bytes else { return leaves }
                    leaves.append(leaf)
                }
                index = (index >> 8 + 1) << 8
            }
            return leaves
        } catch { throw .inconsistent("\(error)") }
    }

    /// Single leaves of full bundles, in the order asked for; each bundle is read once where they ascend.
    func leaves(at indices: [UInt64]) throws(LedgerError) -> [[UInt8]] {
        var current: (index: UInt64, entries: [[UInt8]])?
        do {
            return try indices.map { index in
                if let current, current.index == index >> 8 { return current.entries[Int(index & 0xff)] }
                let entries = try writer.folder.entries(of: Tile(.entries, index: index >> 8))
                current = (index >> 8, entries)
                return entries[Int(index & 0xff)]
            }
        } catch { throw .inconsistent("\(error)") }
    }

    /// Inclusion proofs of leaves, each in a tree of a size at most that of the tree whose tiles are durable.
    func inclusionPaths(_ wanted: [(index: UInt64, size: UInt64)]) throws(LedgerError) -> [[MerkleHash]] {
        var lookups: [UInt64: TileLookup] = [:]
        do {
            return try wanted.map { index, size in
                try lookups[size, default: lookup(size)].inclusionProof(index: index, size: size).path
            }
        } catch { throw .inconsistent("\(error)") }
    }

    /// The consistency proof between two sizes at most that of the tree whose tiles are durable.
    func consistencyPath(from old: UInt64, to new: UInt64) throws(LedgerError) -> [MerkleHash] {
        guard new <= growth.size else { throw .outOfRange(start: old, end: new, size: growth.size) }
        var lookup = lookup(new)
        do { return try lookup.consistencyProof(from: old, to: new).path } catch { throw .inconsistent("\(error)") }
    }

    private func lookup(_ size: UInt64) -> TileLookup {
        TileLookup(size: size, loading: { try self.nodes(of: $0) })
    }

    private func nodes(of tile: Tile) throws -> TileNodes {
        if tile.isFull {
            if let known = cache[tile] { return known }
            let nodes = try TileNodes(tile, try writer.folder.hashes(of: tile))
            keep(nodes)
            return nodes
        }
        if let hashes = growth.edge.hashes(of: tile) { return try TileNodes(tile, hashes) }
        return try TileNodes(tile, try writer.folder.hashes(of: tile))
    }

    private func keep(_ nodes: TileNodes) {
        if cache.count >= Self.cachedTiles { cache = [:] }
        cache[nodes.tile] = nodes
    }
}
