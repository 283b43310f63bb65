import ServiceProtocols
import SharingContracts
import Synchronization

/// A ledger that counts how often its newest checkpoint is asked for, and that can withhold its entries.
final class ObservedLedger: Ledger {
    private let ledger: any Ledger
    private let questions = Mutex(0)
    private let withheld = Mutex(false)

    init(_ ledger: any Ledger) { self.ledger = ledger }

    var checkpointQuestions: Int { questions.withLock { $0 } }

    func withholdEntries(_ isWithheld: Bool) { withheld.withLock { $0 = isWithheld } }

    func submit(_ transaction: [UInt8]) async throws(LedgerError) -> Receipt { try await ledger.submit(transaction) }

    func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt? {
        try await ledger.receipt(of: transaction)
    }

    func checkpoint() async throws(LedgerError) -> [UInt8] {
        questions.withLock { $0 += 1 }
        return try await ledger.checkpoint()
    }

    func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]] {
        try await ledger.consistencyProof(from: old, to: new)
    }

    func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        guard !withheld.withLock({ $0 }) else { throw .unreachable("withheld") }
        return try await ledger.entries(from: start, to: end)
    }
}
