package import Crypto
internal import FoundationEssentials
package import Octets
package import SharingContracts

/// What a transformer answers to an access request, sealed to the key that the requester signed in it.
///
/// HPKE (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305; one message, no additional data.
///
/// - Rule: no fragment leaves a transformer, or lies on its disk, in the clear.
/// - Why: a request's receipt and a record's capsule are public, so anybody can ask; and a key service has learned, when it
///   issued its halves, all that it takes to combine a threshold of fragments.
/// - Consequence: who asks does not matter; only who signed the request can read what comes back.
package struct SealedAnswer: Hashable, Sendable {
    /// The longest part of an answer, of which there is one for each record of the request. A capsule fragment has 359 bytes, a
    /// partial decapsulation 97.
    package static let maximumPartBytes = Limits.disputedFragmentBytes
    /// The longest answer.
    package static let maximumPlaintextBytes = Limits.requestedRecords * maximumPartBytes
    /// The longest in serialized form.
    package static let maximumSerializedBytes = 32 + maximumPlaintextBytes + tagBytes
    static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
    private static let tagBytes = 16

    /// The X25519 public key that HPKE calls `enc`.
    package let encapsulatedKey: FixedOctets<32>
    /// As long as the answer, and a tag of 16 bytes.
    package let ciphertext: [UInt8]

    /// Seals an answer.
    ///
    /// - Parameter key: `AccessRequested.answer_key`.
    /// - Throws: ``AnswerError/badLength(_:)``, and ``AnswerError/badKey`` for a public key of small order.
    package init(
        sealing answer: [UInt8], to key: FixedOctets<32>, in context: AnswerContext
    ) throws(AnswerError) {
        guard (1...Self.maximumPlaintextBytes).contains(answer.count) else { throw .badLength(answer.count) }
        do {
            let recipient = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: key.bytes)
            guard try recipient.isOfLargeOrder else { throw AnswerError.badKey }
            var sender = try HPKE.Sender(
                recipientKey: recipient, ciphersuite: Self.suite, info: Data(try context.info))
            ciphertext = Array(try sender.seal(answer))
            encapsulatedKey = try FixedOctets(Array(sender.encapsulatedKey))
        } catch { throw .badKey }
    }

    /// Reads encapsulated key ‖ ciphertext: 49 to 32,816 bytes.
    ///
    /// - Throws: ``AnswerError/badLength(_:)``.
    package init(serialized bytes: [UInt8]) throws(AnswerError) {
        let plaintext = bytes.count - 32 - Self.tagBytes
        guard (1...Self.maximumPlaintextBytes).contains(plaintext) else { throw .badLength(plaintext) }
        do { encapsulatedKey = try FixedOctets(bytes.prefix(32)) } catch { throw .badLength(plaintext) }
        ciphertext = Array(bytes.dropFirst(32))
    }

    /// Encapsulated key ‖ ciphertext.
    package var serialized: [UInt8] { encapsulatedKey.bytes + ciphertext }

    /// The parts of an opened answer, one for each record in the request's order: all of the same length, since nothing says where
    /// one ends.
    ///
    /// - Parameter count: How many records the request is for.
    /// - Throws: ``AnswerError/badParts(_:_:)``.
    package static func parts(of answer: [UInt8], count: Int) throws(AnswerError) -> [[UInt8]] {
        guard count > 0, !answer.isEmpty, answer.count.isMultiple(of: count), answer.count / count <= maximumPartBytes
        else {
            throw .badParts(answer.count, count)
        }
        let length = answer.count / count
        return stride(from: 0, to: answer.count, by: length).map { Array(answer[$0..<($0 + length)]) }
    }
}

extension Curve25519.KeyAgreement.PublicKey {
    /// Whether a shared secret with this key depends on the other key. With a point of small order it is zero for everybody, and
    /// what is sealed to it is readable by all; RFC 9180 (section 7.1.4) demands the check, and the library leaves it to its caller.
    package var isOfLargeOrder: Bool {
        get throws {
            let shared = try Curve25519.KeyAgreement.PrivateKey().sharedSecretFromKeyAgreement(with: self)
            return unsafe shared.withUnsafeBytes { unsafe $0.contains { $0 != 0 } }
        }
    }
}

/// To what an answer is bound, so that it opens as nothing else.
package struct AnswerContext: Hashable, Sendable {
    /// The ledger's origin.
    package let origin: String
    package let request: TransactionID
    package let transformer: IdentityID

    package init(origin: String, request: TransactionID, transformer: IdentityID) {
        self.origin = origin
        self.request = request
        self.transformer = transformer
    }

    /// HPKE's `info`: "parasol-answer/v1\0" ‖ origin behind its 16-bit length ‖ request ‖ transformer.
    var info: [UInt8] {
        get throws(OctetsError) {
            var writer = OctetWriter()
            writer.write("parasol-answer/v1\0".utf8)
            try writer.writeBytes16(Array(origin.utf8))
            writer.write(request.octets)
            writer.write(transformer.octets)
            return writer.bytes
        }
    }
}

/// Why an answer could not be sealed or opened.
package enum AnswerError: Error, Hashable, Sendable {
    /// An answer of this many bytes, negative where it is shorter than what sealing adds.
    case badLength(Int)
    /// So many bytes are no answer for so many records.
    case badParts(Int, Int)
    /// The request's answer key is no X25519 public key that anything can be sealed to.
    case badKey
    /// Sealed to another key, for another request, by another transformer, in another ledger, or changed.
    case refused
}

extension AnswerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badLength(let count):
            "an answer of \(count) bytes; 1 to \(SealedAnswer.maximumPlaintextBytes) are allowed"
        case .badParts(let count, let records): "an answer of \(count) bytes is none for \(records) records"
        case .badKey: "the request's answer key is no X25519 public key that can be sealed to"
        case .refused: "the sealed answer does not open: it is changed, or not an answer to this request"
        }
    }
}
