package import LedgerReplica
package import LogStorage
package import TransparencyLog

/// All that a reader takes from a log's folder: what its checkpoint says, its leaves, its hashes.
package struct LogReading: Equatable, Sendable {
    package let checkpoint: Checkpoint
    package let leaves: [[UInt8]]
    package let hashes: [[MerkleHash]]

    /// A tile of the tree that is not in the folder.
    private struct NoSuchTile: Error {}

    /// - Throws: where anything of it cannot be read.
    package init(_ folder: LogFolder, trust: TrustAnchor) throws {
        guard let note = try folder.checkpoint() else { throw NoSuchTile() }
        checkpoint = try trust.verify(checkpoint: note).checkpoint
        var leaves: [[UInt8]] = []
        var hashes: [[MerkleHash]] = []
        for level in 0...Tile.maximumLevel {
            for index in 0..<Tile.count(level: level, size: checkpoint.size) {
                guard let tile = Tile.inTree(.hashes(level: level), index: index, size: checkpoint.size) else {
                    throw NoSuchTile()
                }
                hashes.append(try folder.hashes(of: tile))
                guard level == 0 else { continue }
                guard let bundle = Tile.inTree(.entries, index: index, size: checkpoint.size) else {
                    throw NoSuchTile()
                }
                leaves += try folder.entries(of: bundle)
            }
        }
        self.leaves = leaves
        self.hashes = hashes
    }
}
