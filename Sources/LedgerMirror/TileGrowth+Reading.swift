internal import LogStorage
internal import TransparencyLog

extension TileGrowth {
    /// The tree of `size` leaves whose tiles are in `folder`: reads at most nine of them.
    ///
    /// - Throws: ``MirrorError/log(_:)``, ``MirrorError/damagedLeaf(path:index:)``, ``MirrorError/damagedTiles(folder:size:)``.
    ///   Whether the hashes are the right ones, the root says.
    init(size: UInt64, in folder: LogFolder) throws(MirrorError) {
        do {
            self.init(edge: try TileEdge(size: size) { try folder.hashes(of: $0) }, bundle: [])
            let partial = Tile.partial(ofTree: size)
            guard let tile = partial.first(where: { $0.content == .entries }) else { return }
            let bundle = try folder.entries(of: tile)
            self.init(edge: edge, bundle: bundle)
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
}
