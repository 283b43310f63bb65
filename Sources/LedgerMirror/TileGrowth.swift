internal import LogStorage
internal import TransparencyLog

/// A mirror's tree as its tiles hold it, and the tiles that more leaves make. Nothing is written here.
struct TileGrowth: Sendable {
    private(set) var edge: TileEdge
    /// The leaves behind the last full bundle.
    private(set) var bundle: [[UInt8]]
    /// Full tiles since ``settle()``.
    private var full: [(tile: Tile, bytes: [UInt8])] = []

    /// The empty tree.
    init() {
        edge = TileEdge()
        bundle = []
    }

    /// The tree of `size` leaves whose tiles are in `folder`: reads at most nine of them.
    ///
    /// - Throws: ``MirrorError/log(_:)``, ``MirrorError/damagedLeaf(path:index:)``, ``MirrorError/damagedTiles(folder:size:)``.
    ///   Whether the hashes are the right ones, the root says.
    init(size: UInt64, in folder: LogFolder) throws(MirrorError) {
        do {
            edge = try TileEdge(size: size) { try folder.hashes(of: $0) }
            bundle = []
            let partial = Tile.partial(ofTree: size)
            guard let tile = partial.first(where: { $0.content == .entries }) else { return }
            bundle = try folder.entries(of: tile)
            let hashes = try folder.hashes(of: Tile(.hashes(level: 0), index: tile.index, width: tile.width))
            for (offset, (leaf, hash)) in zip(bundle, hashes).enumerated() where MerkleTree.leafHash(of: leaf) != hash {
                throw MirrorError.damagedLeaf(path: folder.file(of: tile), index: tile.index << 8 + UInt64(offset))
            }
        } catch let error as MirrorError {
            throw error
        } catch let error as LogFolderError {
            throw .log(error)
        } catch { throw .damagedTiles(folder: folder.path, size: size) }
    }

    var size: UInt64 { edge.size }
    var root: MerkleHash { edge.root }

    mutating func append(_ leaf: [UInt8]) throws(TransparencyLogError) {
        bundle.append(leaf)
        let nodes = try edge.append(MerkleTree.leafHash(of: leaf))
        guard !nodes.isEmpty else { return }
        full.append((try Tile(.entries, index: edge.size >> 8 - 1), try TileBytes.encode(entries: bundle)))
        full += nodes.map { ($0.tile, TileBytes.encode(hashes: $0.hashes)) }
        bundle = []
    }

    /// The tiles that were filled since ``settle()``.
    var filled: [Tile] { full.map(\.tile) }

    /// What a tile of ``filled`` consists of.
    func fullBytes(of tile: Tile) -> [UInt8]? { full.first { $0.tile == tile }?.bytes }

    /// What is to be written so that the tree can be read from its tiles: the full ones since ``settle()`` and the right edge.
    func unwritten() throws(TransparencyLogError) -> [(tile: Tile, bytes: [UInt8])] {
        var tiles = full + edge.partialTiles.map { ($0.tile, TileBytes.encode(hashes: $0.hashes)) }
        if let partial = Tile.partial(ofTree: size).first(where: { $0.content == .entries }) {
            tiles.append((partial, try TileBytes.encode(entries: bundle)))
        }
        return tiles
    }

    /// Takes everything as written.
    mutating func settle() { full = [] }
}
