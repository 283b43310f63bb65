public import Octets

/// The tiles at hand while proofs are made, so that each is read and hashed once.
///
/// A path needs at most one tile for each level and, at the right edge, the partial ones: O(log n).
public struct TileLookup {
    /// The tree whose tiles are read: a partial tile is asked for only as wide as it has it.
    public let size: UInt64
    private let load: (Tile) throws -> TileNodes
    private var nodes: [Tile: TileNodes] = [:]

    /// - Parameter read: gives the hashes of a tile of the tree of `size` leaves.
    public init(size: UInt64, reading read: @escaping (Tile) throws -> [MerkleHash]) {
        self.init(size: size, loading: { try TileNodes($0, try read($0)) })
    }

    /// - Parameter load: gives a tile of the tree of `size` leaves with its subtrees, which whoever keeps them need not compute
    ///   again.
    public init(size: UInt64, loading load: @escaping (Tile) throws -> TileNodes) {
        self.size = size
        self.load = load
    }

    /// The tiles that were read so far.
    public var tiles: Set<Tile> { Set(nodes.keys) }

    /// The hash of a complete subtree of the tree.
    ///
    /// - Throws: ``TransparencyLogError/noSuchTile`` where the tree has not all of it,
    ///   ``TransparencyLogError/damagedTile(_:)``, or what reading throws.
    public mutating func hash(of subtree: Subtree) throws -> MerkleHash {
        guard let tile = subtree.tile(inTree: size) else { throw TransparencyLogError.noSuchTile }
        let found: TileNodes
        if let known = nodes[tile] {
            found = known
        } else {
            found = try load(tile)
            guard found.tile == tile else { throw TransparencyLogError.damagedTile(tile) }
            nodes[tile] = found
        }
        guard let hash = found.hash(of: subtree) else { throw TransparencyLogError.damagedTile(tile) }
        return hash
    }

    /// The hash of a run of leaves.
    mutating func hash(of run: LeafRun) throws -> MerkleHash {
        try run.resolved { try hash(of: $0) }
    }

    /// The root of the first `size` leaves, at most as many as the tree has.
    public mutating func root(ofFirst size: UInt64) throws -> MerkleHash {
        try frontier(ofFirst: size).root
    }

    /// The right edge of the tree of the first `size` leaves.
    public mutating func frontier(ofFirst size: UInt64) throws -> TreeFrontier {
        guard size <= self.size else { throw TransparencyLogError.shrunk(oldSize: size, newSize: self.size) }
        return try TreeFrontier(size: size) { (subtree) throws in try hash(of: subtree) }
    }

    /// The proof that leaf `index` is in the tree of the first `size` leaves.
    ///
    /// - Throws: as ``InclusionProof/plan(index:size:)`` and ``hash(of:)``.
    public mutating func inclusionProof(index: UInt64, size: UInt64) throws -> InclusionProof {
        guard size <= self.size else { throw TransparencyLogError.indexOutOfRange(index: index, size: self.size) }
        return try InclusionProof.make(index: index, size: size) { try hash(of: $0) }
    }

    /// The proof that the tree of the first `old` leaves is the beginning of that of the first `new`.
    ///
    /// - Throws: as ``ConsistencyProof/plan(oldSize:newSize:)`` and ``hash(of:)``.
    public mutating func consistencyProof(from old: UInt64, to new: UInt64) throws -> ConsistencyProof {
        guard new <= size else { throw TransparencyLogError.shrunk(oldSize: new, newSize: size) }
        return try ConsistencyProof.make(oldSize: old, newSize: new) { try hash(of: $0) }
    }
}
