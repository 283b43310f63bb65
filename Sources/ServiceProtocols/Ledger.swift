package import SharingContracts

/// Committed leaves, in order. What witnesses follow and replicas re-execute.
package protocol EntrySource: Sendable {
    /// The leaves `start..<end`, exactly as sequenced; fewer where the range is longer than the source answers at once,
    /// but at least one where `start` is committed and `start < end`.
    func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]]
}

/// A ledger as its users see it: the actor in this process and the client of a remote one both conform.
package protocol Ledger: EntrySource {
    /// Sequences a signed transaction and returns when it is in a final checkpoint.
    ///
    /// Submitting the same transaction identifier again is safe at any time: it is answered with the first's receipt.
    ///
    /// - Parameter signedTransaction: The exact bytes of a `SignedTransaction` message.
    /// - Throws: ``LedgerError/refused(_:)`` when a contract does not allow it (nothing was sequenced),
    ///   ``LedgerError/notFinal(index:reason:)`` when it is sequenced but too few witnesses have cosigned yet (submit
    ///   it again later), ``LedgerError/busy(queued:)`` when the queue is full (nothing was sequenced).
    func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt

    /// The receipt of a transaction, or nil where none with this identifier is sequenced.
    func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt?

    /// The newest final checkpoint, cosigned by a quorum: a C2SP signed note.
    ///
    /// Where its cosignatures are older than the ledger's refresh interval the witnesses are asked again first, so that
    /// an idle ledger still proves that it is not withholding anything.
    func checkpoint() async throws(LedgerError) -> [UInt8]

    /// What a follower who has the first `size` leaves needs to go on, in one answer: ``checkpoint()``, and leaves below it from
    /// `size` on. Leaves may be missing, all of them too, and are then asked for by ``entries(from:to:)``.
    func news(after size: UInt64) async throws(LedgerError) -> LedgerNews

    /// The RFC 6962 consistency proof between two committed sizes; empty where `old` is zero or both are equal.
    func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]]
}

extension Ledger {
    /// The checkpoint alone: for a ledger that costs no way there.
    package func news(after size: UInt64) async throws(LedgerError) -> LedgerNews {
        LedgerNews(checkpoint: try await checkpoint(), entries: [])
    }
}

/// What is new to whoever follows a ledger. Nothing of it is verified.
package struct LedgerNews: Hashable, Sendable {
    /// The newest final checkpoint, a signed note.
    package let checkpoint: [UInt8]
    /// Leaves below it, in order, from where the follower asked.
    package let entries: [[UInt8]]

    package init(checkpoint: [UInt8], entries: [[UInt8]]) {
        self.checkpoint = checkpoint
        self.entries = entries
    }
}
