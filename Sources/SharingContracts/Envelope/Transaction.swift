import Octets
import SharingMessages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A transaction and the exact bytes that carry it, which are what is signed and hashed.
package struct Transaction: Hashable, Sendable {
    package let id: TransactionID
    package let body: TransactionBody
    /// The canonical encoding of a `Transaction` message.
    package let serialized: [UInt8]

    /// Encodes a transaction, and refuses what no ledger could accept in any state.
    ///
    /// - Parameter id: 16 random bytes, which the caller draws: nothing here is random.
    package init(id: TransactionID, body: TransactionBody) throws(ContractViolation) {
        var wire = WireTransaction()
        wire.transactionID = Data(id)
        wire.body = body.wire
        // Read back, so that a body built in this process passes the same checks as one from the network.
        try self.init(serialized: try CanonicalCoding.encode(wire))
    }

    /// Reads the canonical encoding of a transaction and checks every field on its own.
    package init(serialized: [UInt8]) throws(ContractViolation) {
        let wire = try CanonicalCoding.decode(
            WireTransaction.self, serialized, atMost: Limits.signedTransactionBytes)
        id = try WireFields(message: "Transaction").identifier(wire.transactionID, "transaction_id")
        guard let body = wire.body else {
            throw ContractViolation(.missingBody, "transaction \(id) has no body")
        }
        self.body = try TransactionBody(body)
        self.serialized = serialized
    }

    /// What a signer signs: the tag, the ledger's origin behind its 16-bit length, and the exact bytes.
    ///
    /// The origin keeps a transaction from being replayed into another ledger with the same members.
    ///
    /// - Throws: ``ContractViolation/Code/malformedField`` for an origin that no ledger can have.
    package func signatureInput(origin: String) throws(ContractViolation) -> [UInt8] {
        let origin = Array(origin.utf8)
        guard (1...Limits.originBytes).contains(origin.count) else {
            throw ContractViolation(.malformedField, "an origin of \(origin.count) bytes")
        }
        var writer = OctetWriter(reservingCapacity: 28 + origin.count + serialized.count)
        writer.write("parasol-transaction/v1\0".utf8)
        writer.writeBigEndian(UInt16(origin.count))
        writer.write(origin)
        writer.write(serialized)
        return writer.bytes
    }

    /// One signer's signature, made by `sign`, which gets the signature input and answers ECDSA P-256 over SHA-256 in
    /// r || s form, 64 bytes.
    ///
    /// A high s is replaced by its low twin.
    package func signature(
        of signer: SignerID, origin: String, sign: ([UInt8]) throws -> [UInt8]
    ) throws -> TransactionSignature {
        try TransactionSignature(signer: signer, normalizing: try sign(try signatureInput(origin: origin)))
    }
}
