import Ciphers
import Octets

extension CapsuleSeed {
    /// Bytes that a ciphertext has more than its plaintext: nonce 24, tag 16.
    public static let overheadByteCount = 40

    /// Seals one message, whole in memory, to the holder of this seed: nonce || ciphertext || tag by
    /// XChaCha20-Poly1305, with the capsule as additional data.
    ///
    /// The peer's format. It does not commit to its key and hands nothing out before the whole message is read; records
    /// use the sealed-record container instead.
    public func seal(_ plaintext: [UInt8], with capsule: Capsule) throws(UmbralError) -> [UInt8] {
        var generator = SystemEntropy()
        return try seal(plaintext, with: capsule, using: &generator)
    }

    /// The same with the nonce drawn from `generator`.
    ///
    /// - Throws: ``UmbralError/plaintextTooLong(count:)``, ``UmbralError/cipherFailed(reason:)``.
    public func seal(
        _ plaintext: [UInt8], with capsule: Capsule, using generator: inout some RandomNumberGenerator
    ) throws(UmbralError) -> [UInt8] {
        let nonce: FixedOctets<24> = generator.octets()
        let associated = unsafe capsule.simple.withOctets { unsafe Array($0) }
        do {
            // One buffer for all of it: on long messages a copy costs as much as the cipher.
            return try [UInt8](capacity: plaintext.count + Self.overheadByteCount) { output throws(CiphersError) in
                for index in 0..<XChaCha20Poly1305.nonceByteCount { output.append(nonce[index]) }
                try XChaCha20Poly1305.seal(
                    plaintext.span, key: messageKey, nonce: nonce, authenticating: associated.span,
                    into: &output)
            }
        } catch { throw Self.refusal(error, plaintextCount: plaintext.count) }
    }

    /// Opens what ``seal(_:with:)`` or the peer made.
    ///
    /// - Throws: ``UmbralError/ciphertextTooShort(count:)``, ``UmbralError/decryptionFailed``,
    ///   ``UmbralError/plaintextTooLong(count:)``, ``UmbralError/cipherFailed(reason:)``.
    public func open(_ ciphertext: [UInt8], with capsule: Capsule) throws(UmbralError) -> [UInt8] {
        let count = ciphertext.count - Self.overheadByteCount
        guard count >= 0 else { throw .ciphertextTooShort(count: ciphertext.count) }
        let associated = unsafe capsule.simple.withOctets { unsafe Array($0) }
        let nonce = unsafe ciphertext.withUnsafeBytes { bytes in
            unsafe FixedOctets<24>(copying: UnsafeRawBufferPointer(rebasing: bytes[..<24]))
        }
        do {
            return try [UInt8](capacity: count) { output throws(CiphersError) in
                try XChaCha20Poly1305.open(
                    ciphertext.span.extracting(XChaCha20Poly1305.nonceByteCount...), key: messageKey, nonce: nonce,
                    authenticating: associated.span, into: &output)
            }
        } catch { throw Self.refusal(error, plaintextCount: count) }
    }

    /// What the cipher said, in the scheme's words: a broken library is no forged ciphertext, and no long plaintext.
    static func refusal(_ error: CiphersError, plaintextCount: Int) -> UmbralError {
        switch error {
        case .authenticationFailed: .decryptionFailed
        case .tooLong: .plaintextTooLong(count: plaintextCount)
        case .library, .wrongKeyLength, .noRoomForTag, .outputTooSmall, .scryptCost:
            .cipherFailed(reason: error.description)
        }
    }
}

extension PublicKey {
    /// Encapsulates and seals one message to this key in the peer's format.
    public func encrypt(
        _ plaintext: [UInt8]
    ) throws(UmbralError) -> (capsule: Capsule, ciphertext: [UInt8]) {
        var generator = SystemEntropy()
        return try encrypt(plaintext, using: &generator)
    }

    /// The same with everything random drawn from `generator`.
    public func encrypt(
        _ plaintext: [UInt8], using generator: inout some RandomNumberGenerator
    ) throws(UmbralError) -> (capsule: Capsule, ciphertext: [UInt8]) {
        let (capsule, seed) = try Capsule.encapsulate(to: self, using: &generator)
        return (capsule, try seed.seal(plaintext, with: capsule, using: &generator))
    }
}

extension SecretKey {
    /// Opens a message that was encrypted to this key.
    ///
    /// - Throws: ``UmbralError/ciphertextTooShort(count:)``, ``UmbralError/decryptionFailed``.
    public func decrypt(_ ciphertext: [UInt8], with capsule: Capsule) throws(UmbralError) -> [UInt8] {
        try capsule.seed(for: self).open(ciphertext, with: capsule)
    }
}
