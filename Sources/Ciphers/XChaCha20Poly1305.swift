package import Octets

/// XChaCha20-Poly1305: ChaCha20-Poly1305 with a 24-byte nonce, long enough to be drawn at random
/// (draft-irtf-cfrg-xchacha-03, section 2.3).
package enum XChaCha20Poly1305 {
    /// Bytes of a nonce.
    package static let nonceByteCount = 24
    /// Bytes of a tag.
    package static let tagByteCount = AEADAlgorithm.tagByteCount

    /// Appends `ciphertext ‖ tag`, 16 bytes more than `plaintext`, to `output`.
    ///
    /// - Throws: ``CiphersError/wrongKeyLength(expected:actual:)`` unless the key has 32 bytes;
    ///   ``CiphersError/outputTooSmall(needed:available:)`` before anything is written.
    package static func seal(
        _ plaintext: Span<UInt8>, key: SecretOctets, nonce: FixedOctets<24>, authenticating associated: Span<UInt8>,
        into output: inout OutputSpan<UInt8>
    ) throws(CiphersError) {
        let (short, subkey) = try split(nonce, key: key)
        var context = try AEADContext(.chaCha20Poly1305, key: subkey)
        try context.seal(plaintext, nonce: short, authenticating: associated, into: &output)
    }

    /// Appends the plaintext, 16 bytes less than `sealed`, to `output`.
    ///
    /// - Throws: ``CiphersError/authenticationFailed``, after which `output` is unchanged and the memory behind it wiped;
    ///   ``CiphersError/noRoomForTag(count:tag:)`` below 16 bytes; otherwise as
    ///   ``seal(_:key:nonce:authenticating:into:)``.
    package static func open(
        _ sealed: Span<UInt8>, key: SecretOctets, nonce: FixedOctets<24>, authenticating associated: Span<UInt8>,
        into output: inout OutputSpan<UInt8>
    ) throws(CiphersError) {
        let (short, subkey) = try split(nonce, key: key)
        var context = try AEADContext(.chaCha20Poly1305, key: subkey)
        try context.open(sealed, nonce: short, authenticating: associated, into: &output)
    }

    /// The first 16 bytes go into the subkey, the last 8 behind four zeros into the IETF nonce.
    private static func split(
        _ nonce: FixedOctets<24>, key: SecretOctets
    ) throws(CiphersError) -> (AEADNonce, SecretOctets) {
        let subkey = try HChaCha20.subkey(key: key, nonce: InlineArray { nonce[$0] })
        return (InlineArray { $0 < 4 ? 0 : nonce[$0 + 12] }, subkey)
    }
}
