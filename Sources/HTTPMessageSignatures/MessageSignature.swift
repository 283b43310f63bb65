package import Crypto
package import HTTPTypes
internal import Octets
internal import P256Verification
internal import RawStructuredFieldValues

/// A signature that meets a policy in everything but that nobody has verified it: the key must be found first.
package struct UnverifiedSignature: Sendable {
    package let label: String
    /// Whose key it claims to be by.
    package let keyID: String
    package let nonce: String
    /// Seconds since 1970.
    package let created: Int64
    /// From when on the policy refuses it anyway, in seconds since 1970: the nonce must be remembered until then.
    package let refusedFrom: Int64
    private let base: [UInt8]
    private let signature: [UInt8]

    /// Finds the one signature that carries the policy's tag, and checks its coverage and its times.
    ///
    /// - Parameter now: Seconds since 1970.
    /// - Throws: ``MessageSignatureError``, bounds first.
    package init(
        of message: SignedMessage, under policy: VerificationPolicy, now: Int64
    ) throws(MessageSignatureError) {
        let signatures = try MessageSignatures(message.fields)
        let (label, input) = try signatures.tagged(policy.tag)
        guard let keyID = input.keyID else { throw .missingParameter("keyid") }
        guard let nonce = input.nonce else { throw .missingParameter("nonce") }
        guard let created = input.created else { throw .missingParameter("created") }
        try policy.check(coverageOf: input, in: message)
        refusedFrom = try policy.check(created: created, expires: input.expires, now: now)
        base = try input.base(of: message)
        signature = try signatures.signature(label)
        (self.label, self.keyID, self.nonce, self.created) = (label, keyID, nonce, created)
    }

    /// Verifies it.
    ///
    /// - Throws: ``MessageSignatureError/invalidSignature``.
    /// - Complexity: one P-256 verification.
    package func verified(by key: P256.Signing.PublicKey) throws(MessageSignatureError) -> VerifiedSignature {
        guard let octets = try? FixedOctets<64>(signature),
            let compressed = try? FixedOctets<33>(Array(key.compressedRepresentation)),
            SignatureVerifier.shared.isValid(octets, for: SHA256.hash(data: base), by: key, compressed: compressed)
        else { throw .invalidSignature }
        return VerifiedSignature(keyID: keyID, nonce: nonce, created: created, refusedFrom: refusedFrom)
    }
}

/// The proof, within this process, that a message was signed by the holder of a key.
package struct VerifiedSignature: Hashable, Sendable {
    package let keyID: String
    package let nonce: String
    /// Seconds since 1970.
    package let created: Int64
    /// As of ``UnverifiedSignature``.
    package let refusedFrom: Int64

    fileprivate init(keyID: String, nonce: String, created: Int64, refusedFrom: Int64) {
        self.keyID = keyID
        self.nonce = nonce
        self.created = created
        self.refusedFrom = refusedFrom
    }
}

/// All signatures of a message, parsed and bounded.
package struct MessageSignatures: Sendable {
    private let inputs: [(label: String, input: SignatureInput)]
    private let signatures: [String: ItemOrInnerList]

    /// - Throws: ``MessageSignatureError/missingField(_:)``, ``MessageSignatureError/fieldTooLong(_:bytes:)``,
    ///   ``MessageSignatureError/tooManySignatures(_:)``, and what reading one of them throws.
    package init(_ fields: HTTPFields) throws(MessageSignatureError) {
        let described = try StructuredFields.dictionary(.signatureInput, in: fields)
        guard described.count <= MessageSignatureLimits.signatures else { throw .tooManySignatures(described.count) }
        var inputs: [(label: String, input: SignatureInput)] = []
        for (label, member) in described {
            guard case .innerList(let list) = member else {
                throw .malformedField("signature-input", reason: "\(label) is no list of components")
            }
            // What an intermediary signed in its own way is not ours to read. Alone, it says best what is wrong.
            do { inputs.append((label, try SignatureInput(list))) } catch {
                if described.count == 1 { throw error }
            }
        }
        self.inputs = inputs
        var signatures: [String: ItemOrInnerList] = [:]
        for (label, member) in try StructuredFields.dictionary(.signature, in: fields) {
            signatures[label] = member
        }
        self.signatures = signatures
    }

    /// The input with this label; nil for none.
    package func input(_ label: String) -> SignatureInput? { inputs.first { $0.label == label }?.input }

    /// The one signature that carries a tag.
    func tagged(_ tag: String) throws(MessageSignatureError) -> (label: String, input: SignatureInput) {
        let tagged = inputs.filter { $0.input.tag == tag }
        guard let only = tagged.first else { throw .noneTagged(tag) }
        guard tagged.count == 1 else { throw .severalTagged(tag) }
        return only
    }

    /// The bytes of a signature, r ‖ s.
    ///
    /// - Throws: ``MessageSignatureError/malformedField(_:reason:)``, ``MessageSignatureError/malformedSignature(bytes:)``.
    package func signature(_ label: String) throws(MessageSignatureError) -> [UInt8] {
        guard let member = signatures[label], let bytes = StructuredFields.bytes(member) else {
            throw .malformedField("signature", reason: "\(label) is no byte sequence")
        }
        guard bytes.count == MessageSignatureLimits.signatureBytes else {
            throw .malformedSignature(bytes: bytes.count)
        }
        return bytes
    }
}

extension VerificationPolicy {
    func check(coverageOf input: SignatureInput, in message: SignedMessage) throws(MessageSignatureError) {
        let present = requiredWherePresent.filter { message.fields.contains($0) }.map { ComponentIdentifier.field($0) }
        for component in required + present where !input.components.contains(component) {
            throw .uncoveredComponent("\(component)")
        }
    }

    /// - Returns: From when on it does not count.
    func check(created: Int64, expires: Int64?, now: Int64) throws(MessageSignatureError) -> Int64 {
        // Integers of structured fields have at most 15 digits: no sum or difference here overflows.
        guard created <= now + maximumSkewSeconds else { throw .createdInFuture(seconds: created - now) }
        guard created >= notCreatedBefore, now <= created + maximumAgeSeconds else {
            throw .tooOld(seconds: now - created)
        }
        if let expires, now > expires + maximumSkewSeconds { throw .expired(seconds: now - expires) }
        return created + maximumAgeSeconds + 1
    }
}
