package import TransparencyLog

/// A tree as its tiles hold it, and the tiles that more leaves make. Nothing is written here.
///
/// Holds at most 255 leaves, 64 KiB of hashes, and what was filled since ``settle()``.
package struct TileGrowth: Sendable {
    package private(set) var edge: TileEdge
    /// The leaves behind the last full bundle.
    package private(set) var bundle: [[UInt8]]
    /// Full tiles since ``settle()``.
    private(set) var full: [(tile: Tile, bytes: [UInt8])] = []

    /// The empty tree.
    package init() {
        edge = TileEdge()
        bundle = []
    }

    /// A tree whose tiles are written, and the leaves behind its last full bundle.
    package init(edge: TileEdge, bundle: [[UInt8]]) {
        self.edge = edge
        self.bundle = bundle
    }

    package var size: UInt64 { edge.size }
    package var root: MerkleHash { edge.root }

    /// Appends a leaf.
    ///
    /// - Returns: the tiles of hashes that it fills, from level 0 up.
    /// - Throws: ``TransparencyLogError/entryTooLong(bytes:)`` and ``TransparencyLogError/sizeOutOfRange``, after which this is
    ///   of no use any more.
    @discardableResult
    package mutating func append(_ leaf: [UInt8]) throws(TransparencyLogError) -> [TileNodes] {
        bundle.append(leaf)
        let nodes = try edge.append(MerkleTree.leafHash(of: leaf))
        guard !nodes.isEmpty else { return [] }
        full.append((try Tile(.entries, index: edge.size >> 8 - 1), try TileBytes.encode(entries: bundle)))
        full += nodes.map { ($0.tile, TileBytes.encode(hashes: $0.hashes)) }
        bundle = []
        return nodes
    }

    /// The tiles that were filled since ``settle()``.
    package var filled: [Tile] { full.map(\.tile) }

    /// What a tile of ``filled`` consists of.
    package func fullBytes(of tile: Tile) -> [UInt8]? { full.first { $0.tile == tile }?.bytes }

    /// What is to be written so that the tree can be read from its tiles: the full ones since ``settle()`` and the right edge.
    package func unwritten() throws(TransparencyLogError) -> [(tile: Tile, bytes: [UInt8])] {
        var tiles = full + edge.partialTiles.map { ($0.tile, TileBytes.encode(hashes: $0.hashes)) }
        if let partial = Tile.partial(ofTree: size).first(where: { $0.content == .entries }) {
            tiles.append((partial, try TileBytes.encode(entries: bundle)))
        }
        return tiles
    }

    /// Takes everything as written.
    package mutating func settle() { full = [] }
}
