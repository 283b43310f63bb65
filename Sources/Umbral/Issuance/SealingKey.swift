internal import Crypto
private import FoundationEssentials
public import Octets

/// What halves are sealed to: a proxy's X-Wing public key (ML-KEM-768 and X25519 together).
public struct SealingKey: Sendable {
    /// Bytes of the encoding.
    public static let serializedByteCount = 1216

    let key: XWingMLKEM768X25519.PublicKey
    /// The ML-KEM-768 key, 1184 bytes, then the X25519 key, 32 bytes.
    public let serialized: [UInt8]

    init(_ key: XWingMLKEM768X25519.PublicKey) {
        self.key = key
        serialized = Array(key.rawRepresentation)
    }

    /// Reads 1216 bytes.
    ///
    /// - Throws: ``IssuanceError/malformed(frame:reason:)`` for another length, ``IssuanceError/sealingFailed`` where the
    ///   bytes are no key.
    public init(serialized: [UInt8]) throws(IssuanceError) {
        guard serialized.count == Self.serializedByteCount else {
            throw .malformed(
                frame: .sealingKey,
                reason: .wrongLength(expected: Self.serializedByteCount, actual: serialized.count))
        }
        do { key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: serialized) } catch { throw .sealingFailed }
        self.serialized = serialized
    }
}

extension SealingKey: Hashable {
    public static func == (lhs: SealingKey, rhs: SealingKey) -> Bool { lhs.serialized == rhs.serialized }

    public func hash(into hasher: inout Hasher) { hasher.combine(serialized) }
}

/// A proxy's X-Wing private key, made from a seed of 32 bytes.
public struct OpeningKey: Sendable {
    /// Bytes of the seed.
    public static let seedByteCount = 32

    let key: XWingMLKEM768X25519.PrivateKey
    /// 32 bytes, to be kept sealed.
    public let seed: SecretOctets
    /// What others seal to.
    public let sealingKey: SealingKey

    /// Expands a seed of 32 uniformly random bytes.
    ///
    /// - Throws: ``IssuanceError/malformed(frame:reason:)`` for another length.
    public init(seed: SecretOctets) throws(IssuanceError) {
        guard seed.count == Self.seedByteCount else {
            throw .malformed(
                frame: .openingKey, reason: .wrongLength(expected: Self.seedByteCount, actual: seed.count))
        }
        var bytes = unsafe seed.withUnsafeBytes { unsafe Array($0) }
        defer { wipe(&bytes) }
        do { key = try XWingMLKEM768X25519.PrivateKey(seedRepresentation: bytes, publicKey: nil) } catch {
            throw .sealingFailed
        }
        self.seed = seed
        sealingKey = SealingKey(key.publicKey)
    }

    /// A fresh key from the system's generator.
    public static func random() throws(IssuanceError) -> OpeningKey {
        try OpeningKey(seed: .random(count: seedByteCount))
    }
}

extension OpeningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "OpeningKey(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
