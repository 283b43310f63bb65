private import Crypto
import Octets

/// All keys of one record, from its capsule seed and its whole header, by HKDF-SHA256 (RFC 5869).
///
/// The commitment covers the header in front of itself; everything else covers the header with the commitment, so that no
/// part of the header can change without changing every key, whoever forgets to compare the commitment.
struct RecordKeySchedule: Sendable {
    /// Seals the metadata section, once.
    let metadataKey: SecretOctets
    /// Seals the segments.
    let bodyKey: SecretOctets
    /// The first seven bytes of every segment's nonce.
    let bodyNonce: InlineArray<7, UInt8>
    /// Hides the container's digest on the ledger.
    let ledgerBlinding: SecretOctets

    /// - Throws: ``SealedRecordError/wrongSeedLength(actual:)``; ``SealedRecordError/keyRefused`` unless the header accepts the seed.
    init(header: SealedRecordHeader, seed: SecretOctets) throws(SealedRecordError) {
        guard seed.count == SealedRecordFormat.seedByteCount else { throw .wrongSeedLength(actual: seed.count) }
        guard header.accepts(seed) else { throw .keyRefused }
        let digest = RecordDigest.of(header.bytes)
        metadataKey = Self.derive(.metadataKey, from: seed, digest: digest, count: 32)
        bodyKey = Self.derive(.bodyKey, from: seed, digest: digest, count: 32)
        ledgerBlinding = Self.derive(.ledgerBlinding, from: seed, digest: digest, count: 32)
        let nonce = Self.derive(.bodyNonce, from: seed, digest: digest, count: 7)
        bodyNonce = unsafe nonce.withUnsafeBytes { bytes in InlineArray { unsafe bytes[$0] } }
    }

    /// What a header with these first 171 bytes must carry for `seed`.
    static func commitment(to seed: SecretOctets, committed: [UInt8]) -> FixedOctets<32> {
        let digest = RecordDigest.of(committed)
        let value = derive(.commitment, from: seed, digest: digest, count: 32)
        do throws(OctetsError) {
            return unsafe try value.withUnsafeBytes { (bytes) throws(OctetsError) in unsafe try FixedOctets(bytes) }
        } catch {
            preconditionFailure("32 bytes were derived: \(error)")
        }
    }

    private static func derive(
        _ label: SealedRecordFormat.Label, from seed: SecretOctets, digest: FixedOctets<32>, count: Int
    ) -> SecretOctets {
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: unsafe seed.withUnsafeBytes { unsafe SymmetricKey(data: $0) },
            salt: SealedRecordFormat.salt, info: Array(label.rawValue.utf8) + digest.bytes, outputByteCount: count)
        return unsafe derived.withUnsafeBytes { unsafe SecretOctets(copying: $0) }
    }
}
