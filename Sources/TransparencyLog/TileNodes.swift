public import Octets

/// The complete subtrees inside one tile of hashes: what proofs are made from, each computed once.
///
/// At most 511 hashes, 16 KiB.
public struct TileNodes: Hashable, Sendable {
    public let tile: Tile
    /// By height above the tile's own hashes, 0...8; each as many as are complete.
    private let levels: [[MerkleHash]]

    /// - Parameter hashes: as many as the tile's width.
    /// - Throws: ``TransparencyLogError/damagedTile(_:)`` for another number, or for a tile of entries.
    /// - Complexity: one hash less than the tile's width.
    public init(_ tile: Tile, _ hashes: [MerkleHash]) throws(TransparencyLogError) {
        guard case .hashes = tile.content, hashes.count == tile.width else { throw .damagedTile(tile) }
        self.tile = tile
        var levels = [hashes]
        while let below = levels.last, below.count >= 2 {
            levels.append((0..<below.count / 2).map { MerkleTree.nodeHash(below[2 * $0], below[2 * $0 + 1]) })
        }
        self.levels = levels
    }

    /// The hashes as the tile has them.
    public var hashes: [MerkleHash] { levels[0] }

    /// The hash that a full tile contributes to the level above; nil for a partial one.
    public var root: MerkleHash? { tile.isFull ? levels.last?.first : nil }

    /// The hash of a subtree; nil where it does not lie wholly in this tile.
    public func hash(of subtree: Subtree) -> MerkleHash? {
        guard let place = subtree.place, place.level == tile.level, place.index == tile.index,
            place.height < levels.count, place.offset < levels[place.height].count
        else { return nil }
        return levels[place.height][place.offset]
    }
}

extension Subtree {
    /// Where among the tiles its hash is found: level and index of the tile, height above the tile's hashes (0...7), and
    /// position among the subtrees of that height in the tile. Nil beyond the highest level of tiles.
    var place: (level: UInt8, index: UInt64, height: Int, offset: Int)? {
        guard level / 8 <= Tile.maximumLevel else { return nil }
        let height = level % 8
        let perTile = UInt64(Tile.fullWidth) >> UInt64(height)
        return (level / 8, index / perTile, Int(height), Int(index % perTile))
    }

    /// The tile of a tree of `size` leaves that holds what this subtree's hash is made of; nil where the tree has not all of it.
    public func tile(inTree size: UInt64) -> Tile? {
        guard let place,
            let tile = Tile.inTree(.hashes(level: place.level), index: place.index, size: size),
            (place.offset + 1) << place.height <= tile.width
        else { return nil }
        return tile
    }
}
