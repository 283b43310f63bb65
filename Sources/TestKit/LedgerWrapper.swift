package import ServiceProtocols
package import SharingContracts

/// A ledger that stands before another one, to which it hands on what it does not change.
package protocol LedgerWrapper: Ledger {
    var base: any Ledger { get }
}

extension LedgerWrapper {
    package func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt {
        try await base.submit(signedTransaction)
    }

    package func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt? {
        try await base.receipt(of: transaction)
    }

    package func checkpoint() async throws(LedgerError) -> [UInt8] { try await base.checkpoint() }

    package func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]] {
        try await base.consistencyProof(from: old, to: new)
    }

    package func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        try await base.entries(from: start, to: end)
    }
}
