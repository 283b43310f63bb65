private import Crypto
public import Octets

/// Derives keys and secrets from one 32-byte seed and labels: one key for each folder, record or purpose.
///
/// HKDF-SHA256 without salt. Labels are bytes of any length; equal labels give equal results, different labels unrelated
/// ones, and no derived value tells anything about the seed.
public struct SecretKeyFactory: Sendable {
    /// Bytes of a seed.
    public static let seedByteCount = 32
    /// Bytes of a derived secret.
    public static let secretByteCount = 64

    private let seed: SecretOctets

    /// - Throws: ``UmbralError/wrongSeedLength(actual:)`` unless `seed` has 32 bytes.
    public init(seed: SecretOctets) throws(UmbralError) {
        guard seed.count == Self.seedByteCount else { throw .wrongSeedLength(actual: seed.count) }
        self.seed = seed
    }

    private init(trusted seed: SecretOctets) { self.seed = seed }

    /// A factory with a fresh seed from the system's generator.
    public static func random() -> SecretKeyFactory {
        SecretKeyFactory(trusted: .random(count: seedByteCount))
    }

    /// 64 secret bytes.
    public func makeSecret(label: [UInt8]) -> SecretOctets {
        derive(DomainTag.secretDerivation.octets + label, count: Self.secretByteCount)
    }

    /// A factory of its own for everything below `label`.
    public func makeFactory(label: [UInt8]) -> SecretKeyFactory {
        SecretKeyFactory(trusted: derive(DomainTag.factoryDerivation.octets + label, count: Self.seedByteCount))
    }

    /// A secret key.
    public func makeKey(label: [UInt8]) -> SecretKey {
        let tag = DomainTag.keyDerivation.octets + label
        var hash = HashToScalar(tag: tag)
        hash.append(derive(tag, count: 64))
        return SecretKey(hash.secretScalar())
    }

    /// The seed itself, for a backup; whoever has it has every key.
    package var revealedSeed: SecretOctets { seed }

    private func derive(_ info: [UInt8], count: Int) -> SecretOctets {
        let key = unsafe seed.withUnsafeBytes { unsafe SymmetricKey(data: $0) }
        let derived = HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: info, outputByteCount: count)
        return unsafe derived.withUnsafeBytes { unsafe SecretOctets(copying: $0) }
    }
}
