package import Octets

/// Opens parts of a record that somebody else fetches: the reader without its input.
///
/// For callers that fetch ranges themselves, from a network for instance: ask ``layout`` where a part lies, fetch those bytes,
/// and open them here. Every part is authentic on its own.
package final class SealedRecordOpener {
    /// The header, accepted by the seed.
    package let header: SealedRecordHeader

    /// Where the parts lie.
    package let layout: SealedRecordLayout

    /// Hides the container's digest on the ledger (``CiphertextCommitment``).
    package let ledgerBlinding: SecretOctets

    private let keys: RecordKeySchedule
    private var cipher: SegmentCipher

    /// - Throws: ``SealedRecordError/wrongSeedLength(actual:)``, ``SealedRecordError/keyRefused``.
    package init(header: SealedRecordHeader, seed: SecretOctets) throws(SealedRecordError) {
        self.header = header
        layout = header.layout
        keys = try RecordKeySchedule(header: header, seed: seed)
        ledgerBlinding = keys.ledgerBlinding
        cipher = try SegmentCipher(header: header, keys: keys)
    }

    /// Opens the metadata section, the container's bytes ``SealedRecordLayout/metadata``.
    ///
    /// - Throws: ``SealedRecordError/metadataRefused``, ``SealedRecordError/metadata(_:)``.
    package func metadata(from sealed: [UInt8]) throws(SealedRecordError) -> RecordMetadata {
        guard UInt64(sealed.count) == UInt64(layout.metadata.count) else { throw .metadataRefused }
        let section = try MetadataCipher.open(sealed, header: header, keys: keys)
        return try RecordMetadata(section: section, bodyByteCount: header.bodyByteCount)
    }

    /// Opens segment `index`, the container's bytes ``SealedRecordLayout/sealed(segment:)``.
    ///
    /// - Throws: ``SealedRecordError/segmentRefused(index:)``, also for a wrong length and an index from the segment count on.
    package func openSegment(_ index: UInt64, from sealed: [UInt8]) throws(SealedRecordError) -> [UInt8] {
        guard let range = layout.sealed(segment: index), sealed.count == range.count else {
            throw .segmentRefused(index: index)
        }
        let count = sealed.count - SealedRecordFormat.tagByteCount
        return try [UInt8](capacity: count) { (output) throws(SealedRecordError) in
            try cipher.open(index, sealed.span, into: &output)
        }
    }

    func open(
        _ index: UInt64, _ sealed: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) throws(SealedRecordError) {
        try cipher.open(index, sealed, into: &output)
    }

    func openInPlace(_ index: UInt64, _ buffer: inout MutableSpan<UInt8>) throws(SealedRecordError) {
        try cipher.openInPlace(index, &buffer)
    }
}
