public import Octets

/// The right edge of a growing log in tiles: the partial tile of each level, and what becomes full.
///
/// Holds at most 255 hashes for each of eight levels, 64 KiB, however large the log.
public struct TileEdge: Hashable, Sendable {
    /// By level, the hashes of its partial tile: 0...255.
    private var levels: [[MerkleHash]]
    public private(set) var frontier: TreeFrontier

    /// Of the empty tree.
    public init() {
        levels = Array(repeating: [], count: Int(Tile.maximumLevel) + 1)
        frontier = TreeFrontier()
    }

    /// Of a tree whose tiles are stored: reads its partial tiles, at most eight.
    ///
    /// - Throws: ``TransparencyLogError/sizeOutOfRange``, ``TransparencyLogError/damagedTile(_:)``, or what `read` throws.
    ///   Whether the hashes are the right ones, the ``root`` says.
    public init(size: UInt64, reading read: (Tile) throws -> [MerkleHash]) throws {
        guard size <= MerkleTree.maximumSize else { throw TransparencyLogError.sizeOutOfRange }
        self.init()
        var nodes: [UInt8: TileNodes] = [:]
        for tile in Tile.partial(ofTree: size) where tile.content != .entries {
            let found = try TileNodes(tile, try read(tile))
            nodes[tile.level] = found
            levels[Int(tile.level)] = found.hashes
        }
        frontier = try TreeFrontier(size: size) { (subtree) throws in
            guard let hash = nodes[subtree.level / 8]?.hash(of: subtree) else { throw TransparencyLogError.noSuchTile }
            return hash
        }
    }

    public var size: UInt64 { frontier.size }
    public var root: MerkleHash { frontier.root }

    /// Appends a leaf.
    ///
    /// - Returns: the tiles of hashes that it fills, from level 0 up: none but for every 256th leaf.
    /// - Throws: ``TransparencyLogError/sizeOutOfRange`` for a full tree, which stays as it was.
    @discardableResult
    public mutating func append(_ leafHash: MerkleHash) throws(TransparencyLogError) -> [TileNodes] {
        let index = size
        try frontier.append(leafHash)
        var filled: [TileNodes] = []
        var hash = leafHash
        for level in levels.indices {
            levels[level].append(hash)
            guard levels[level].count == Tile.fullWidth else { break }
            let tile = Tile(
                unchecked: .hashes(level: UInt8(level)), index: index >> (8 * UInt64(level + 1)), width: Tile.fullWidth)
            let nodes = try TileNodes(tile, levels[level])
            filled.append(nodes)
            levels[level] = []
            guard let root = nodes.root else { break }
            hash = root
        }
        return filled
    }

    /// The partial tiles of hashes as they are now, from level 0 up.
    public var partialTiles: [(tile: Tile, hashes: [MerkleHash])] {
        Tile.partial(ofTree: size).compactMap { tile in
            tile.content == .entries ? nil : (tile, levels[Int(tile.level)])
        }
    }

    /// The hashes of a partial tile of a tree that this one extends without having filled the tile; nil where it is full by now
    /// or not of this tree.
    public func hashes(of tile: Tile) -> [MerkleHash]? {
        guard case .hashes(let level) = tile.content, size >> (8 * UInt64(level + 1)) == tile.index,
            tile.width <= levels[Int(level)].count
        else { return nil }
        return Array(levels[Int(level)].prefix(tile.width))
    }
}
