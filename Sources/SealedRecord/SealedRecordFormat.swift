/// The constants of the sealed record format, version 1, in one place (`Protocols/sealed-record.md`).
///
/// A sealed record is one ECG, encrypted once: a clear header, a sealed metadata section, and the body in separately
/// sealed segments. Its key comes from the 33-byte seed of an Umbral capsule that lies, opaque to this target, in the header.
package enum SealedRecordFormat {
    /// `89 P S R CR LF SUB LF`: not text, and damaged by any transfer that mends line ends.
    package static let magic: [UInt8] = [0x89, 0x50, 0x53, 0x52, 0x0d, 0x0a, 0x1a, 0x0a]
    /// The one version.
    package static let version: UInt8 = 1
    /// Bytes of the header.
    package static let headerByteCount = 203
    /// Bytes of the header in front of the key commitment.
    package static let committedByteCount = 171
    /// Bytes of the capsule seed that all keys come from.
    package static let seedByteCount = 33
    /// Bytes that sealing adds to the metadata section and to each segment.
    package static let tagByteCount = 16
    /// `log2` of the segment size in bytes: large enough that a tag costs nothing, small enough to allocate on anybody's word.
    package static let segmentExponents: ClosedRange<UInt8> = 10...20
    /// 64 KiB.
    package static let defaultSegmentExponent: UInt8 = 16
    /// `log2` of the metadata section's length in bytes, before sealing.
    package static let metadataExponents: ClosedRange<UInt8> = 10...20
    /// Longest body in bytes, padding included: 1 TiB, nearly six years of twelve leads at 250 Hz and 16 bits.
    package static let longestBody: UInt64 = 1 << 40

    /// The salt of every derivation.
    static let salt = Array("parasol.sealed-record.v1".utf8)

    /// What a derived value is for: the first part of HKDF's info. No two can make equal infos, because 32 bytes of digest follow.
    enum Label: String {
        case commitment
        case metadataKey = "metadata key"
        case bodyKey = "body key"
        case bodyNonce = "body nonce"
        case ledgerBlinding = "ledger blinding"
    }

    /// The first input of ``CiphertextCommitment``.
    static let commitmentTag = Array("parasol.sealed-record.v1/ciphertext-commitment".utf8)
}
