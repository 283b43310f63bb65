import Crypto
import ServiceProtocols
import SharingContracts

/// A signed transaction, ready to be submitted.
struct LoadTransaction: Sendable {
    let id: TransactionID
    /// The exact bytes that a submitter sends.
    let bytes: [UInt8]
    /// Whose signatures it has, ascending: what the ledger's state will demand, for whoever verifies without a state.
    let required: [RequiredSignature]

    /// Signs `body` by exactly `signers`, under a fresh random identifier.
    init(_ body: TransactionBody, by signers: [LoadSigner]) throws {
        let transaction = try Transaction.random(body)
        let signed = try SignedTransaction(
            transaction, signatures: try signers.map { try $0.signer.signature(on: transaction) })
        id = signed.id
        bytes = signed.serialized
        required = signers.map(\.required).sorted { $0.signer < $1.signer }
    }
}

/// Somebody who signs, with the public key at hand.
struct LoadSigner: Sendable {
    let signer: TransactionSigner
    let required: RequiredSignature

    init(_ id: SignerID, origin: String) {
        signer = TransactionSigner(id: id, key: P256.Signing.PrivateKey(), origin: origin)
        required = RequiredSignature(signer: id, key: signer.signingKey)
    }

    var key: SigningKey { required.key }
}
