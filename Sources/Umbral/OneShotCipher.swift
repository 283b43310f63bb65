private import Ciphers
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
    public func seal(
        _ plaintext: [UInt8], with capsule: Capsule, using generator: inout some RandomNumberGenerator
    ) throws(UmbralError) -> [UInt8] {
        let nonce: FixedOctets<24> = generator.octets()
        let associated = unsafe capsule.simple.withOctets { unsafe Array($0) }
        do {
            var context = try Self.context(key: messageKey, nonce: nonce)
            // One buffer for all of it: on long messages a copy costs as much as the cipher.
            return try [UInt8](capacity: plaintext.count + Self.overheadByteCount) { output throws(CiphersError) in
                for index in 0..<24 { output.append(nonce[index]) }
                try context.cipher.seal(
                    plaintext.span, nonce: context.nonce, authenticating: associated.span, into: &output)
            }
        } catch { throw .plaintextTooLong(count: plaintext.count) }
    }

    /// Opens what ``seal(_:with:)`` or the peer made.
    ///
    /// - Throws: ``UmbralError/ciphertextTooShort(count:)``, ``UmbralError/decryptionFailed``.
    public func open(_ ciphertext: [UInt8], with capsule: Capsule) throws(UmbralError) -> [UInt8] {
        guard ciphertext.count >= Self.overheadByteCount else {
            throw .ciphertextTooShort(count: ciphertext.count)
        }
        let associated = unsafe capsule.simple.withOctets { unsafe Array($0) }
        do {
            let nonce = unsafe ciphertext.withUnsafeBytes { bytes in
                unsafe FixedOctets<24>(copying: UnsafeRawBufferPointer(rebasing: bytes[..<24]))
            }
            var context = try Self.context(key: messageKey, nonce: nonce)
            return try [UInt8](capacity: ciphertext.count - Self.overheadByteCount) { output throws(CiphersError) in
                try context.cipher.open(
                    ciphertext.span.extracting(24...), nonce: context.nonce,
                    authenticating: associated.span, into: &output)
            }
        } catch { throw .decryptionFailed }
    }

    /// XChaCha20-Poly1305 for one nonce: the first 16 bytes go into the subkey, the last 8 behind four zeros into the
    /// nonce of the inner cipher.
    private static func context(key: SecretOctets, nonce: FixedOctets<24>) throws(CiphersError) -> ExtendedContext {
        let subkey = try HChaCha20.subkey(key: key, nonce: InlineArray { nonce[$0] })
        return ExtendedContext(
            cipher: try AEADContext(.chaCha20Poly1305, key: subkey),
            nonce: InlineArray { $0 < 4 ? 0 : nonce[$0 + 12] })
    }

    private struct ExtendedContext: ~Copyable {
        var cipher: AEADContext
        let nonce: AEADNonce
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
