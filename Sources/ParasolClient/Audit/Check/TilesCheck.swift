import LogStorage
import Octets
import TransparencyLog

extension LogFsck {
    /// That every bundle is whole, every tile of every level is what the entries make it, older partial tiles too, and that
    /// all of it makes the checkpoint's root.
    package static let tilesCheck = LogCheck("tiles") { subject, report, progress in
        guard let checkpoint = subject.checkpoint else {
            return report(
                LogFinding(.notice, "tile", "not checked: no readable checkpoint says how many leaves there are"))
        }
        var check = TreeCheck(folder: subject.folder, checkpoint: checkpoint)
        check.run(report: report, progress: progress)
    }
}

/// Rebuilds the tree from the bundles, bundle by bundle, and compares every stored tile with it.
///
/// A bundle and its tile of hashes say the same twice. Where they differ, the level above says which is right, and at the
/// right edge the root does, so that one damaged file is one finding.
private struct TreeCheck {
    let folder: LogFolder
    let checkpoint: Checkpoint
    private let copies: TileCopies
    /// Of the roots of full bundles: its level is one below that of the log's tiles.
    private var edge = TileEdge()
    /// The hashes behind the last full bundle.
    private var rest: [MerkleHash] = []
    /// Whether the hash of every bundle so far is known.
    private var isWhole = true

    init(folder: LogFolder, checkpoint: Checkpoint) {
        self.folder = folder
        self.checkpoint = checkpoint
        copies = TileCopies(folder: folder)
    }

    mutating func run(report: (LogFinding) -> Void, progress: (UInt64, UInt64) -> Void) {
        let size = checkpoint.size
        for number in 0..<Tile.count(level: 0, size: size) {
            guard let bundle = Tile.inTree(.entries, index: number, size: size),
                let tile = Tile.inTree(.hashes(level: 0), index: number, size: size)
            else { return }
            let right = rightHashes(copies.stored(bundle), copies.stored(tile), of: tile)
            copies.check(bundle, against: right, report)
            copies.check(tile, against: right, report)
            if tile.isFull { add(bundleRoot(right, tile), report) } else { rest = right ?? [] }
            if right == nil, !tile.isFull { isWhole = false }
            progress(min(size, (number + 1) * UInt64(Tile.fullWidth)), size)
        }
        for (tile, hashes) in edge.partialTiles { checkAbove(tile, hashes, report) }
        guard isWhole else {
            return report(
                LogFinding(
                    .damaged, "tile", "some leaves are neither in a bundle nor in a tile, and no root can be made"))
        }
        guard let root = root(withRest: rest), root != checkpoint.root else { return }
        report(LogFinding(.damaged, "checkpoint", "its root is not the one that the \(size) leaves make"))
    }

    /// The hashes of a bundle's leaves: of the two stored versions the one that what lies above agrees with.
    private func rightHashes(_ entries: [MerkleHash]?, _ hashes: [MerkleHash]?, of tile: Tile) -> [MerkleHash]? {
        guard let entries, let hashes, entries != hashes else { return entries ?? hashes }
        guard tile.isFull else {
            return root(withRest: hashes) == checkpoint.root ? hashes : entries
        }
        return storedRoot(of: tile).map { (try? TileNodes(tile, hashes).root) == $0 } == true ? hashes : entries
    }

    /// What the level above has for a full tile of level 0.
    private func storedRoot(of tile: Tile) -> MerkleHash? {
        guard
            let above = Tile.inTree(
                .hashes(level: 1), index: tile.index / UInt64(Tile.fullWidth), size: checkpoint.size)
        else { return nil }
        return copies.stored(above)?[Int(tile.index % UInt64(Tile.fullWidth))]
    }

    private func bundleRoot(_ hashes: [MerkleHash]?, _ tile: Tile) -> MerkleHash? {
        guard let hashes else { return storedRoot(of: tile) }
        return try? TileNodes(tile, hashes).root
    }

    private mutating func add(_ root: MerkleHash?, _ report: (LogFinding) -> Void) {
        if root == nil { isWhole = false }
        // Without the hash nothing above can be compared; zeros keep the count.
        guard let filled = try? edge.append(root ?? MerkleHash()) else { return }
        for nodes in filled { checkAbove(nodes.tile, nodes.hashes, report) }
    }

    /// Compares a tile above the leaves; `tile` is of the edge, whose leaves are bundles.
    private func checkAbove(_ tile: Tile, _ hashes: [MerkleHash], _ report: (LogFinding) -> Void) {
        guard
            let tile = try? Tile(.hashes(level: tile.level + 1), index: tile.index, width: tile.width)
        else { return }
        copies.check(tile, against: isWhole ? hashes : nil, report)
    }

    private func root(withRest rest: [MerkleHash]) -> MerkleHash? {
        var last = TreeFrontier()
        for hash in rest { _ = try? last.append(hash) }
        let size = edge.size * UInt64(Tile.fullWidth) + last.size
        return try? TreeFrontier(size: size, hashes: edge.frontier.hashes + last.hashes).root
    }
}
