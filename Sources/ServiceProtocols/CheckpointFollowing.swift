/// A final checkpoint as a ledger publishes it. Whoever gets it verifies the note.
package struct PublishedCheckpoint: Hashable, Sendable {
    /// The number of leaves.
    package let size: UInt64
    /// The signed note.
    package let note: [UInt8]

    package init(size: UInt64, note: [UInt8]) {
        self.size = size
        self.note = note
    }
}

/// Who tells of new final checkpoints, so that followers need not ask again and again.
package protocol CheckpointFollowing: Sendable {
    /// The newest final checkpoint, where there is one, and then each new one, of which a follower who is slow misses all but the
    /// newest. Ends when the ledger does; the follower ends it by letting go of it.
    ///
    /// - Throws: `LedgerError` where the ledger does not run.
    func finalCheckpoints() async throws(LedgerError) -> AsyncStream<PublishedCheckpoint>
}
