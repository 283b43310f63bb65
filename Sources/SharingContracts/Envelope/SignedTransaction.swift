import Octets
import SharingMessages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A transaction with its signatures, parsed, and the exact bytes that carry it.
///
/// Well formed; whether the signatures are the right ones and verify, only the ledger's state can say.
package struct SignedTransaction: Hashable, Sendable {
    package let transaction: Transaction
    /// Strictly ascending by signer.
    package let signatures: [TransactionSignature]
    /// The canonical encoding of a `SignedTransaction` message, at most 60,000 bytes.
    package let serialized: [UInt8]

    /// Puts signatures, in any order, around a transaction.
    package init(
        _ transaction: Transaction, signatures: some Sequence<TransactionSignature>
    ) throws(ContractViolation) {
        var wire = WireSignedTransaction()
        wire.transaction = Data(transaction.serialized)
        wire.signatures = signatures.sorted { $0.signer < $1.signer }.map { signature in
            var wire = WireTransactionSignature()
            wire.signerID = Data(signature.signer)
            wire.signature = Data(signature.signature)
            return wire
        }
        try self.init(serialized: try CanonicalCoding.encode(wire))
    }

    /// Reads the canonical encoding, checks every field, and that signers ascend and every s is low.
    package init(serialized: [UInt8]) throws(ContractViolation) {
        let wire = try CanonicalCoding.decode(
            WireSignedTransaction.self, serialized, atMost: Limits.signedTransactionBytes)
        let fields = WireFields(message: "TransactionSignature")
        try WireFields(message: "SignedTransaction").require(
            count: wire.signatures.count, in: 0...Limits.members, "signatures")
        transaction = try Transaction(serialized: wire.transaction.octets)
        var signatures: [TransactionSignature] = []
        signatures.reserveCapacity(wire.signatures.count)
        for wireSignature in wire.signatures {
            let signature = try TransactionSignature(
                signer: try fields.identifier(wireSignature.signerID, "signer_id"),
                signature: try fields.fixed(wireSignature.signature, "signature"))
            if let last = signatures.last, last.signer >= signature.signer {
                throw ContractViolation(
                    .notAscending, "SignedTransaction.signatures: \(signature.signer) does not follow \(last.signer)")
            }
            signatures.append(signature)
        }
        self.signatures = signatures
        self.serialized = serialized
    }

    package var id: TransactionID { transaction.id }
    package var body: TransactionBody { transaction.body }
}
