import DurableFiles
import LogStorage
import TransparencyLog

/// The files in which one tile of a tree may lie: as wide as the tree has it, full in its place, and narrower ones of earlier
/// sizes.
struct TileCopies {
    let folder: LogFolder

    /// The hashes of the tile, or of the leaves of the bundle, as a reader of the tree gets them; nil where it gets none.
    func stored(_ tile: Tile) -> [MerkleHash]? {
        switch tile.content {
        case .hashes: try? folder.hashes(of: tile)
        case .entries: (try? folder.entries(of: tile))?.map { MerkleTree.leafHash(of: $0) }
        }
    }

    /// Checks every file of the tile.
    ///
    /// - Parameter right: The hashes that the tile must have; nil where nobody knows, and only its form is checked.
    func check(_ tile: Tile, against right: [MerkleHash]?, _ report: (LogFinding) -> Void) {
        var found = false
        for copy in candidates(of: tile, report) {
            do {
                guard let bytes = try folder.bytes(of: copy) else { continue }
                if copy.width >= tile.width { found = true }
                compare(copy, try hashes(in: bytes, of: copy), with: right, report)
            } catch let error as LogFolderError {
                if copy.width >= tile.width { found = true }
                if case .damaged(_, _, let reason) = error {
                    report(LogFinding(.damaged, copy.path, reason))
                } else {
                    report(LogFinding(.unreadable, copy.path, "\(error)"))
                }
            } catch {
                report(LogFinding(.damaged, copy.path, "\(error)"))
            }
        }
        if !found {
            report(LogFinding(.missing, tile.path, tile.isFull ? "a full tile" : "and no full one is in its place"))
        }
    }

    private func hashes(in bytes: [UInt8], of tile: Tile) throws -> [MerkleHash] {
        switch tile.content {
        case .hashes: try TileBytes.hashes(in: bytes, of: tile)
        case .entries: try TileBytes.entries(in: bytes, of: tile).map { MerkleTree.leafHash(of: $0) }
        }
    }

    private func compare(
        _ copy: Tile, _ hashes: [MerkleHash], with right: [MerkleHash]?, _ report: (LogFinding) -> Void
    ) {
        guard let right, let place = zip(hashes, right).enumerated().first(where: { $0.element.0 != $0.element.1 })
        else { return }
        let what = copy.content == .entries ? "entry" : "hash"
        report(LogFinding(.damaged, copy.path, "\(what) \(place.offset) is another than the tree has"))
    }

    /// The full tile, the tree's own, and those narrower ones that are there, widest first.
    private func candidates(of tile: Tile, _ report: (LogFinding) -> Void) -> [Tile] {
        let partials = folder.file(of: tile.filled) + ".p"
        var widths: Set<Int> = [Tile.fullWidth, tile.width]
        do throws(FileError) {
            if try folder.files.exists(partials) {
                for name in try folder.files.names(in: partials) {
                    guard let width = Int(name), width < tile.width else { continue }
                    widths.insert(width)
                }
            }
        } catch { report(LogFinding(.unreadable, tile.filled.path + ".p", "\(error)")) }
        return widths.sorted(by: >).compactMap { try? Tile(tile.content, index: tile.index, width: $0) }
    }
}
