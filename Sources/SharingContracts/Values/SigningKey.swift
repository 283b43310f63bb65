package import Crypto
package import Octets
internal import P256Verification

/// A P-256 public key that signs transactions, known to be a point of the curve.
package struct SigningKey: Sendable {
    /// SEC1 compressed form.
    package let compressed: FixedOctets<33>
    /// The parsed key.
    package let key: P256.Signing.PublicKey

    package init(_ key: P256.Signing.PublicKey) {
        self.key = key
        do { compressed = try FixedOctets(Array(key.compressedRepresentation)) } catch {
            preconditionFailure("a compressed P-256 point has 33 bytes")
        }
    }

    /// Reads exactly 33 bytes, SEC1 compressed; nil where they are not a point of the curve.
    package init?(compressed: FixedOctets<33>) {
        guard compressed[0] == 2 || compressed[0] == 3,
            let key = try? P256.Signing.PublicKey(compressedRepresentation: compressed.bytes)
        else { return nil }
        self.compressed = compressed
        self.key = key
    }

    /// Whether r ‖ s is this key's signature on what has this digest.
    ///
    /// - Complexity: one P-256 verification, of which a key that signs often costs less than half.
    package func isValidSignature(_ signature: FixedOctets<64>, for digest: SHA256Digest) -> Bool {
        SignatureVerifier.shared.isValid(signature, for: digest, by: key, compressed: compressed)
    }
}

extension SigningKey: Hashable {
    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.compressed == rhs.compressed }

    package func hash(into hasher: inout Hasher) { hasher.combine(compressed) }
}

extension SigningKey: CustomStringConvertible {
    package var description: String { compressed.hexadecimal }
}
