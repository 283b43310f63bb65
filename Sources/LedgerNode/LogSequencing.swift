package import ServiceProtocols
package import SharingContracts
package import TransparencyLog

/// A checkpoint with the log's signature, as it was committed.
package struct SignedHead: Hashable, Sendable {
    package let checkpoint: Checkpoint
    /// The signed note.
    package let note: SignedNote

    package init(checkpoint: Checkpoint, note: SignedNote) {
        self.checkpoint = checkpoint
        self.note = note
    }

    package var size: UInt64 { checkpoint.size }
}

/// Leaves that are validated and wait for their commit, with everything that must become durable with them.
package struct StagedBatch: Sendable {
    package struct Entry: Sendable {
        package let transaction: TransactionID
        package let leaf: [UInt8]
    }

    /// The index of the first entry.
    package let start: UInt64
    package let entries: [Entry]
    /// The head after them.
    package let head: SignedHead
    /// Leaves below this are in full bundles on the disk, and need not be kept staged.
    package let settledBelow: UInt64
}

/// How an attempt to move the log's head ended.
package enum SequencingOutcome: Hashable, Sendable {
    /// The batch and the new head are durable.
    case committed
    /// The head was not the one named: somebody else sequences this log. Nothing was changed.
    case conflict
    /// Nobody knows. Read the head back and compare; never send again.
    case unknown(String)
}

/// The one point at which a log moves on: compare and swap of its signed head.
///
/// Embedded, one SQLite transaction; distributed, a strongly consistent store with the batch staged beside it.
package protocol LogSequencing: Sendable {
    /// The head as committed; nil for a log without leaves.
    func committedHead() async throws(LedgerError) -> [UInt8]?

    /// Replaces the head `old`, nil for none, with the batch's, and makes the batch durable with it, or does nothing.
    func replace(head old: [UInt8]?, with batch: StagedBatch) async -> SequencingOutcome
}
