import Crypto
import Octets

/// Who must sign a transaction, with which key: what the contracts demand in one state.
package struct RequiredSignature: Hashable, Sendable {
    package let signer: SignerID
    package let key: SigningKey

    package init(signer: SignerID, key: SigningKey) {
        self.signer = signer
        self.key = key
    }
}

/// The proof, within this process, that a transaction's signatures verified against certain keys.
///
/// Made only by verifying, so that signatures can be verified on any core, before it is a transaction's turn, and need
/// not be verified again when it is.
package struct VerifiedSignatures: Hashable, Sendable {
    /// The very bytes. They are the transaction's own array, so that comparing them with it costs nothing, and a transaction
    /// that was decoded again is compared byte by byte.
    private let signedTransaction: [UInt8]
    private let origin: String
    private let required: [RequiredSignature]

    /// Verifies every signature.
    ///
    /// - Parameters:
    ///   - required: What ``WorldState/requiredSignatures(of:)`` demands, ascending by signer.
    /// - Throws: ``ContractViolation/Code/missingSignature``, ``ContractViolation/Code/unexpectedSignature``,
    ///   ``ContractViolation/Code/invalidSignature``.
    /// - Complexity: one P-256 verification a signature.
    package init(
        verifying transaction: SignedTransaction, origin: String, against required: [RequiredSignature]
    ) throws(ContractViolation) {
        try Self.match(transaction.signatures, required)
        let input = try transaction.transaction.signatureInput(origin: origin)
        let digest = SHA256.hash(data: input)
        for (signature, required) in zip(transaction.signatures, required) {
            guard required.key.isValidSignature(signature.signature, for: digest) else {
                throw ContractViolation(
                    .invalidSignature, "the signature of \(signature.signer) on \(transaction.id) does not verify")
            }
        }
        signedTransaction = transaction.serialized
        self.origin = origin
        self.required = required
    }

    /// Whether this is about exactly these bytes, this origin and these keys.
    func cover(_ transaction: SignedTransaction, origin: String, _ required: [RequiredSignature]) -> Bool {
        self.required == required && self.origin.utf8.elementsEqual(origin.utf8)
            && signedTransaction == transaction.serialized
    }

    /// Both lists ascend, so the first difference tells which one is wrong.
    private static func match(
        _ signatures: [TransactionSignature], _ required: [RequiredSignature]
    ) throws(ContractViolation) {
        if signatures.elementsEqual(required, by: { $0.signer == $1.signer }) { return }
        let signers = signatures.map(\.signer)
        for needed in required where !signers.contains(needed.signer) {
            throw ContractViolation(.missingSignature, "the signature of \(needed.signer) is missing")
        }
        for signer in signers where !required.contains(where: { $0.signer == signer }) {
            throw ContractViolation(.unexpectedSignature, "\(signer) signed what is not its to sign")
        }
        guard signers == required.map(\.signer) else {
            throw ContractViolation(.notAscending, "signatures are not in the order of their signers")
        }
    }
}
