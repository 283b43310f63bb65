import Octets
import ServiceProtocols
import SharingContracts
import Synchronization

/// A ledger that answers what a test has told it to, and remembers what it was asked.
final class StubLedger: Ledger {
    struct Content {
        var submitted: [[UInt8]] = []
        var receipts: [TransactionID: Receipt] = [:]
        var entries: [[UInt8]] = []
        var note = StubLedger.note
        var failure: LedgerError?
    }

    static let receipt = Receipt(entry: [1, 2, 3], proof: Array("proof\n".utf8))
    static let note = Array("a checkpoint\n".utf8)

    let content = Mutex(Content())
    var submitted: [[UInt8]] { content.withLock { $0.submitted } }

    private func check() throws(LedgerError) {
        if let failure = content.withLock({ $0.failure }) { throw failure }
    }

    func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt {
        try check()
        content.withLock { $0.submitted.append(signedTransaction) }
        return Self.receipt
    }

    func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt? {
        try check()
        return content.withLock { $0.receipts[transaction] }
    }

    func checkpoint() async throws(LedgerError) -> [UInt8] {
        try check()
        return content.withLock { $0.note }
    }

    func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]] {
        try check()
        return [[UInt8](repeating: UInt8(old), count: 32), [UInt8](repeating: UInt8(new), count: 32)]
    }

    func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        try check()
        let entries = content.withLock { $0.entries }
        guard end <= entries.count else {
            throw .outOfRange(start: start, end: end, size: UInt64(entries.count))
        }
        return Array(entries[Int(start)..<Int(end)])
    }
}
