package import LogStorage
package import SharingContracts
package import TransparencyLog

/// Reads what happened off a log's bundles, one bundle in memory at a time.
package struct TrailReader: Sendable {
    private let folder: LogFolder
    private let checkpoint: Checkpoint
    private let filter: TrailFilter

    /// - Parameter checkpoint: Whose leaves are read; verified by whoever made it.
    package init(_ folder: LogFolder, checkpoint: Checkpoint, filter: TrailFilter) {
        self.folder = folder
        self.checkpoint = checkpoint
        self.filter = filter
    }

    /// Hands over every leaf that the filter admits, in order.
    ///
    /// - Returns: How many there were.
    /// - Throws: ``AuditError``: at the end ``AuditError/wrongRoot(size:)`` where what was read is not what the checkpoint
    ///   has, so that nothing before it is to be believed; or what `each` throws.
    package func read(
        progress: (UInt64, UInt64) -> Void = { _, _ in }, each: (AuditLine, LeafSubjects) throws -> Void
    ) throws -> UInt64 {
        var frontier = TreeFrontier()
        var relations = LeafRelations()
        var count: UInt64 = 0
        for number in 0..<Tile.count(level: 0, size: checkpoint.size) {
            guard let bundle = Tile.inTree(.entries, index: number, size: checkpoint.size) else { break }
            for leaf in try entries(of: bundle) {
                let index = frontier.size
                let entry: LedgerEntry
                do { entry = try LedgerEntry(serialized: leaf) } catch {
                    throw AuditError.ruleBroken(index: index, error)
                }
                let subjects = relations.next(entry.transaction)
                if filter.admits(entry, subjects) {
                    try each(AuditLine(index: index, entry), subjects)
                    count += 1
                }
                try frontier.append(MerkleTree.leafHash(of: leaf))
            }
            progress(frontier.size, checkpoint.size)
        }
        guard frontier.size == checkpoint.size, frontier.root == checkpoint.root else {
            throw AuditError.wrongRoot(size: checkpoint.size)
        }
        return count
    }

    private func entries(of bundle: Tile) throws(AuditError) -> [[UInt8]] {
        do { return try folder.entries(of: bundle) } catch { throw .storage(error) }
    }
}
