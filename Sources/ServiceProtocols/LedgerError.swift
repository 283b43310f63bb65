package import SharingContracts

/// Why a ledger did not do what it was asked.
package enum LedgerError: Error, Hashable, Sendable {
    /// A contract or the envelope's own rules do not allow the transaction. Nothing was sequenced.
    case refused(ContractViolation)
    /// Sequenced at `index`, but the witness quorum is not met yet. Submit again to get the receipt.
    case notFinal(index: UInt64, reason: String)
    /// The queue is full with `queued` transactions. Nothing was sequenced; try again.
    case busy(queued: Int)
    /// The machine's clock went back further than the ledger tolerates. Nothing was sequenced.
    case clockWentBack(milliseconds: UInt64)
    /// The machine's clock is further ahead of the witnesses' than the ledger tolerates. Nothing was sequenced.
    case clockIsAhead(milliseconds: UInt64)
    /// The range asked for is not committed.
    case outOfRange(start: UInt64, end: UInt64, size: UInt64)
    /// The ledger's store failed, and what was asked did not become durable.
    case storage(String)
    /// The store disagrees with itself: the ledger refuses to run.
    case inconsistent(String)
    /// The ledger could not be reached.
    case unreachable(String)
}

extension LedgerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let violation): "refused: \(violation)"
        case .notFinal(let index, let reason):
            "sequenced at \(index) but not final yet: \(reason); submit the same transaction again for its receipt"
        case .busy(let queued): "the ledger is busy with \(queued) transactions; try again"
        case .clockWentBack(let milliseconds): "the ledger's clock went back by \(milliseconds) ms; set it right"
        case .clockIsAhead(let milliseconds):
            "the ledger's clock is \(milliseconds) ms ahead of its witnesses'; set it right"
        case .outOfRange(let start, let end, let size): "entries \(start)..<\(end) asked of \(size)"
        case .storage(let reason): "the ledger's store failed: \(reason)"
        case .inconsistent(let reason): "the ledger's store disagrees with itself: \(reason)"
        case .unreachable(let reason): "the ledger cannot be reached: \(reason)"
        }
    }
}
