internal import Crypto
internal import FoundationEssentials
package import Octets
package import SharingContracts

/// The private half of an access request's answer key: X25519, made for that request alone.
///
/// It follows from a secret that the requester has anyway, and the request's identifier. So whoever asked can come back for
/// the answers after any crash, and keeps nothing for it. See Protocols/answers.md.
package struct AnswerKey: Sendable {
    private static let tag = Array("parasol-answer-key/v1\0".utf8)

    private let key: Curve25519.KeyAgreement.PrivateKey

    /// HKDF-SHA256 of `secret`, without salt, with info tag ‖ request.
    ///
    /// - Parameter secret: 32 uniformly random bytes or a scalar: a doctor's receiving key, a patient's share of the folder.
    /// - Throws: ``AnswerError/badKey``, which 32 bytes never cause.
    package init(from secret: SecretOctets, for request: TransactionID) throws(AnswerError) {
        let derived = unsafe secret.withUnsafeBytes {
            unsafe HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: $0), info: Self.tag + request.bytes, outputByteCount: 32)
        }
        do {
            key = try unsafe derived.withUnsafeBytes {
                try unsafe Curve25519.KeyAgreement.PrivateKey(rawRepresentation: $0)
            }
        } catch { throw .badKey }
    }

    /// What `AccessRequested.answer_key` says: 32 bytes.
    package var publicKey: FixedOctets<32> {
        get throws(AnswerError) {
            do { return try FixedOctets(Array(key.publicKey.rawRepresentation)) } catch { throw .badKey }
        }
    }

    /// Opens an answer as the requester it was sealed to.
    ///
    /// - Throws: ``AnswerError/refused`` for an answer to another request, by another transformer, or in another ledger.
    package func open(_ answer: SealedAnswer, in context: AnswerContext) throws(AnswerError) -> [UInt8] {
        do {
            let sender = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: answer.encapsulatedKey.bytes)
            guard try sender.isOfLargeOrder else { throw AnswerError.refused }
            var recipient = try HPKE.Recipient(
                privateKey: key, ciphersuite: SealedAnswer.suite, info: Data(try context.info),
                encapsulatedKey: Data(answer.encapsulatedKey.bytes))
            return Array(try recipient.open(answer.ciphertext))
        } catch { throw .refused }
    }
}

extension AnswerKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "AnswerKey(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
