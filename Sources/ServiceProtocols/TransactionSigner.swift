package import Crypto
package import SharingContracts

/// An identity, member or folder with the key that it signs transactions with, for one ledger.
///
/// The key is the library's own type, which zeroes itself; it is never printed.
package struct TransactionSigner: Sendable {
    package let id: SignerID
    private let key: P256.Signing.PrivateKey
    private let origin: String

    /// - Parameter origin: The ledger's origin, which every signature covers.
    package init(id: SignerID, key: P256.Signing.PrivateKey, origin: String) {
        self.id = id
        self.key = key
        self.origin = origin
    }

    /// The public half, for the transaction that makes the signer known.
    package var signingKey: SigningKey { SigningKey(key.publicKey) }

    /// This signer's signature on a transaction.
    package func signature(on transaction: Transaction) throws -> TransactionSignature {
        try transaction.signature(of: id, origin: origin) { Array(try key.signature(for: $0).rawRepresentation) }
    }

    /// This signer's signature on something that is no transaction, r || s.
    ///
    /// - Parameter message: Begins with a domain tag of its own, so that it can never be taken for a transaction.
    package func signature(onMessage message: [UInt8]) throws -> [UInt8] {
        Array(try key.signature(for: message).rawRepresentation)
    }

    /// A transaction signed by this signer alone, with a fresh random identifier unless one is given.
    package func signed(_ body: TransactionBody, id: TransactionID? = nil) throws -> SignedTransaction {
        let transaction =
            try id.map { id throws(ContractViolation) in try Transaction(id: id, body: body) } ?? .random(body)
        return try SignedTransaction(transaction, signatures: [try signature(on: transaction)])
    }
}

extension Transaction {
    /// A transaction with a fresh random identifier.
    package static func random(_ body: TransactionBody) throws(ContractViolation) -> Transaction {
        var generator = SystemRandomNumberGenerator()
        return try Transaction(id: .random(using: &generator), body: body)
    }
}

extension TransactionSigner: CustomStringConvertible, CustomReflectable {
    package var description: String { "TransactionSigner(\(id))" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
