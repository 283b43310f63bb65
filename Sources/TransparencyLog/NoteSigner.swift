internal import Crypto
public import Octets

/// An Ed25519 key that signs notes (a log's), or cosigns checkpoints (a witness's), but never both.
public struct NoteSigner: Sendable {
    /// The public half.
    public let verifierKey: VerifierKey
    private let privateKey: Curve25519.Signing.PrivateKey

    /// A signer from its secret, the 32-byte seed of RFC 8032.
    ///
    /// - Throws: ``TransparencyLogError/badSecretKey`` for any other length.
    public init(
        name: KeyName, algorithm: SignatureAlgorithm, seed: SecretOctets
    ) throws(TransparencyLogError) {
        let key: Curve25519.Signing.PrivateKey? = unsafe seed.withUnsafeBytes {
            unsafe try? Curve25519.Signing.PrivateKey(rawRepresentation: $0)
        }
        guard let key, let publicKey = try? FixedOctets<32>(Array(key.publicKey.rawRepresentation)) else {
            throw .badSecretKey
        }
        privateKey = key
        verifierKey = try VerifierKey(name: name, algorithm: algorithm, publicKey: publicKey)
    }

    /// Signs a note's text.
    ///
    /// - Throws: ``TransparencyLogError/wrongKeyType(_:)`` for a witness's key.
    public func sign(text: [UInt8]) throws(TransparencyLogError) -> NoteSignature {
        guard verifierKey.algorithm == .ed25519 else { throw .wrongKeyType(verifierKey.name) }
        return try signature(over: text, prefix: [])
    }

    /// Cosigns a checkpoint's text (C2SP tlog-cosignature, cosignature/v1).
    ///
    /// - Parameter time: seconds since 1970, below 2^63.
    /// - Throws: ``TransparencyLogError/wrongKeyType(_:)`` for a log's key,
    ///   ``TransparencyLogError/notCanonicalDecimal`` for a time beyond 2^63.
    public func cosign(text: [UInt8], time: UInt64) throws(TransparencyLogError) -> NoteSignature {
        guard verifierKey.algorithm == .cosignatureV1 else { throw .wrongKeyType(verifierKey.name) }
        guard time <= UInt64(Int64.max) else { throw .notCanonicalDecimal }
        var prefix = OctetWriter(reservingCapacity: 8)
        prefix.writeBigEndian(time)
        return try signature(over: CosignaturePayload.message(time: time, text: text), prefix: prefix.bytes)
    }

    private func signature(over message: [UInt8], prefix: [UInt8]) throws(TransparencyLogError) -> NoteSignature {
        guard let signature = try? privateKey.signature(for: message) else { throw .badSecretKey }
        return NoteSignature(
            name: verifierKey.name, keyID: verifierKey.keyID, payload: prefix + Array(signature))
    }
}

extension NoteSigner: CustomStringConvertible, CustomReflectable {
    public var description: String { "NoteSigner(\(verifierKey))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
