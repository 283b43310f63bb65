internal import LogStorage
internal import TransparencyLog

/// Leaves from a mirror's own bundles, each compared with the hash that the tiles have of it.
struct LeafReader: Sendable {
    let log: LogFolder
    /// Of the tree whose tiles are read.
    let size: UInt64

    /// The leaves from `start` to the end of its bundle, at most up to `end`, which must be above `start`.
    ///
    /// - Throws: ``MirrorError/log(_:)``, ``MirrorError/damagedLeaf(path:index:)``,
    ///   ``MirrorError/tooSmall(size:needed:)`` beyond ``size``.
    func leaves(from start: UInt64, upTo end: UInt64) throws(MirrorError) -> [[UInt8]] {
        let index = start >> 8
        guard start < end, end <= size, let bundle = Tile.inTree(.entries, index: index, size: size),
            let tile = Tile.inTree(.hashes(level: 0), index: index, size: size)
        else { throw .tooSmall(size: size, needed: end) }
        let entries: [[UInt8]]
        let hashes: [MerkleHash]
        do { (entries, hashes) = (try log.entries(of: bundle), try log.hashes(of: tile)) } catch { throw .log(error) }
        let wanted = Int(start & 0xff)..<Int(min(end - index << 8, UInt64(bundle.width)))
        for offset in wanted where MerkleTree.leafHash(of: entries[offset]) != hashes[offset] {
            throw .damagedLeaf(path: log.file(of: bundle), index: index << 8 + UInt64(offset))
        }
        return Array(entries[wanted])
    }
}
