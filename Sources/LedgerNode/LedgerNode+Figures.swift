internal import ServiceProtocols
internal import SharingContracts

/// Where a ledger stands, for whoever watches it.
package struct LedgerFigures: Hashable, Sendable {
    package let committedSize: UInt64
    package let finalSize: UInt64
    /// Since a whole quorum had last cosigned, by the witnesses' clocks; nil before the first time.
    package let cosignatureAgeMilliseconds: UInt64?
    /// Submissions that wait to be sequenced, and their bytes.
    package let waitingCount: Int
    package let waitingBytes: Int
    /// Transactions that moved the head since the start.
    package let batchesCommitted: UInt64
}

extension LedgerNode {
    /// Where the ledger stands now.
    package var figures: LedgerFigures {
        LedgerFigures(
            committedSize: committedSize, finalSize: finalSize,
            cosignatureAgeMilliseconds: quorumTime.map { clock.now().milliseconds(since: $0) },
            waitingCount: waiting.count, waitingBytes: waiting.bytes, batchesCommitted: batchesCommitted)
    }
}
