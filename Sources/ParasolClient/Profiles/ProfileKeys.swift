package import Crypto
private import FoundationEssentials
package import Octets
private import Secp256k1

/// Secret keys as 32 bytes, and back.
package enum ProfileKeys {
    /// The bytes of a P-256 private key; the copy that swift-crypto hands out is wiped.
    package static func octets(of key: P256.Signing.PrivateKey) -> SecretOctets {
        var raw = key.rawRepresentation
        defer { unsafe raw.withUnsafeMutableBytes { unsafe wipe($0) } }
        return SecretOctets(copying: raw)
    }

    /// The P-256 private key of 32 bytes.
    ///
    /// - Throws: ``ProfileError/invalid(field:_:)`` of `field` unless they are a key.
    package static func signingKey(
        _ secret: SecretOctets, _ field: ProfileField = .signingKey
    ) throws(ProfileError) -> P256.Signing.PrivateKey {
        guard secret.count == ProfileLimits.keyByteCount else { throw .invalid(field: field, .notAKey) }
        do {
            return try unsafe secret.withUnsafeBytes { try unsafe P256.Signing.PrivateKey(rawRepresentation: $0) }
        } catch { throw .invalid(field: field, .notAKey) }
    }

    static func checkP256(_ secret: SecretOctets, _ field: ProfileField) throws(ProfileError) {
        _ = try signingKey(secret, field)
    }

    static func checkSecp256k1(_ secret: SecretOctets, _ field: ProfileField) throws(ProfileError) {
        do { _ = try Scalar(secret) } catch { throw .invalid(field: field, .notAKey) }
    }
}
