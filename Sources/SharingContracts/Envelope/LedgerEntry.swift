import Octets
import SharingMessages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One leaf of the log, parsed, and the exact bytes that are hashed into the tree.
package struct LedgerEntry: Hashable, Sendable {
    /// When the ledger sequenced it, to the microsecond: the only time a contract knows.
    package let sequencedAt: Timestamp
    package let signedTransaction: SignedTransaction
    /// The canonical encoding of a `LedgerEntry` message, at most 65,535 bytes.
    package let serialized: [UInt8]

    /// The leaf that sequences a transaction.
    package init(sequencedAt: Timestamp, _ signedTransaction: SignedTransaction) throws(ContractViolation) {
        var wire = WireLedgerEntry()
        wire.sequencedAt = sequencedAt.microseconds
        wire.signedTransaction = Data(signedTransaction.serialized)
        self.sequencedAt = try Self.time(wire)
        self.signedTransaction = signedTransaction
        serialized = try CanonicalCoding.encode(wire)
    }

    /// Reads the canonical encoding of a leaf and of all that it carries.
    package init(serialized: [UInt8]) throws(ContractViolation) {
        let wire = try CanonicalCoding.decode(WireLedgerEntry.self, serialized, atMost: Limits.entryBytes)
        sequencedAt = try Self.time(wire)
        signedTransaction = try SignedTransaction(serialized: wire.signedTransaction.octets)
        self.serialized = serialized
    }

    private static func time(_ wire: WireLedgerEntry) throws(ContractViolation) -> Timestamp {
        try WireFields(message: "LedgerEntry").time(microseconds: wire.sequencedAt, "sequenced_at")
    }

    package var transaction: Transaction { signedTransaction.transaction }
}
