package import Octets

/// XChaCha20-Poly1305: ChaCha20-Poly1305 with a 24-byte nonce, long enough to be drawn at random
/// (draft-irtf-cfrg-xchacha-03, section 2.3).
package enum XChaCha20Poly1305 {
    /// `ciphertext ‖ tag`: 16 bytes more than `plaintext`.
    ///
    /// - Throws: ``CiphersError/wrongKeyLength(expected:actual:)`` unless the key has 32 bytes.
    package static func seal(
        _ plaintext: [UInt8], key: SecretOctets, nonce: FixedOctets<24>, authenticating associated: [UInt8]
    ) throws(CiphersError) -> [UInt8] {
        let (short, subkey) = try split(nonce, key: key)
        var context = try AEADContext(.chaCha20Poly1305, key: subkey)
        return try context.seal(plaintext, nonce: short, authenticating: associated)
    }

    /// The plaintext: 16 bytes less than `ciphertextAndTag`.
    ///
    /// - Throws: ``CiphersError/authenticationFailed``, with nothing of the plaintext released;
    ///   ``CiphersError/noRoomForTag(count:tag:)`` below 16 bytes.
    package static func open(
        _ ciphertextAndTag: [UInt8], key: SecretOctets, nonce: FixedOctets<24>, authenticating associated: [UInt8]
    ) throws(CiphersError) -> [UInt8] {
        let (short, subkey) = try split(nonce, key: key)
        var context = try AEADContext(.chaCha20Poly1305, key: subkey)
        return try context.open(ciphertextAndTag, nonce: short, authenticating: associated)
    }

    /// The first 16 bytes go into the subkey, the last 8 behind four zeros into the IETF nonce.
    private static func split(
        _ nonce: FixedOctets<24>, key: SecretOctets
    ) throws(CiphersError) -> (AEADNonce, SecretOctets) {
        let subkey = try HChaCha20.subkey(key: key, nonce: InlineArray { nonce[$0] })
        return (InlineArray { $0 < 4 ? 0 : nonce[$0 + 12] }, subkey)
    }
}
