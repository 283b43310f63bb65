package import Octets

/// What the ledger holds of a container: binding, but telling nothing without the record's own blinding.
///
/// `SHA-256(tag ‖ blinding (32) ‖ SHA-256 of the container (32) ‖ its length (8))`. The blinding comes from the capsule seed and the header, so
/// whoever can open the record can open the commitment, with nothing more to keep; the vault, which knows the digest, cannot
/// find the record on the ledger, and once the folder is erased nobody can. Showing the blinding to a third person, in a
/// dispute, gives away neither seed nor keys.
package struct CiphertextCommitment: Hashable, Sendable {
    /// The 32 bytes on the ledger.
    package let digest: FixedOctets<32>

    /// A commitment read from the ledger.
    package init(digest: FixedOctets<32>) {
        self.digest = digest
    }

    /// Commits to a container.
    ///
    /// - Parameters:
    ///   - containerDigest: SHA-256 of all its bytes: the vault's address for it.
    ///   - containerByteCount: how many those are.
    ///   - blinding: ``blinding(header:seed:)`` of this record.
    package init(containerDigest: FixedOctets<32>, containerByteCount: UInt64, blinding: SecretOctets) {
        var length = OctetWriter()
        length.writeBigEndian(containerByteCount)
        var hash = RunningDigest()
        hash.update(SealedRecordFormat.commitmentTag)
        hash.update(blinding)
        hash.update(containerDigest.bytes)
        hash.update(length.bytes)
        digest = hash.value
    }

    /// A record's blinding: 32 bytes that only its seed gives.
    ///
    /// - Throws: ``SealedRecordError/wrongSeedLength(actual:)``, ``SealedRecordError/keyRefused``.
    package static func blinding(
        header: SealedRecordHeader, seed: SecretOctets
    ) throws(SealedRecordError) -> SecretOctets {
        try RecordKeySchedule(header: header, seed: seed).ledgerBlinding
    }
}
