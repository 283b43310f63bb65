package import Octets

/// Seals a record while its files stream through, in one pass and the memory of one segment.
///
/// The metadata section comes first in the container, so names and lengths of all files must be known at the start; then
/// ``write(_:)-(Span<UInt8>)`` takes the files' bytes, one file after the other in the metadata's order, in pieces of any size; ``finish()`` adds the
/// padding and the last segment. After any error the container is of no use and the writer takes nothing more.
package final class SealedRecordWriter<Sink: ByteSink> {
    /// The header that has been written; its record id was drawn for this record.
    package let header: SealedRecordHeader

    /// Hides the container's digest on the ledger (``CiphertextCommitment``).
    package let ledgerBlinding: SecretOctets

    /// Bytes of all files together.
    package let declaredByteCount: UInt64

    private let sink: Sink
    private var cipher: SegmentCipher
    private var buffer: SegmentBuffer
    private var index: UInt64 = 0
    private var written: UInt64 = 0
    private var isOpen = true

    /// Writes header and metadata section to `sink`.
    ///
    /// - Parameters:
    ///   - folderPublicKey: the key that `capsule` was made for.
    ///   - capsule: a fresh capsule; no other record may have it.
    ///   - seed: the 33 bytes that `capsule` holds.
    ///   - segmentExponent: `log2` of the segment size in bytes, within ``SealedRecordFormat/segmentExponents``.
    package convenience init(
        to sink: Sink, folderPublicKey: FixedOctets<33>, capsule: FixedOctets<98>, seed: SecretOctets,
        metadata: RecordMetadata, suite: SealedRecordSuite = .aes256GCM, padding: PaddingPolicy = .padme,
        segmentExponent: UInt8 = SealedRecordFormat.defaultSegmentExponent
    ) throws(SealedRecordError) {
        var generator = SystemRandomNumberGenerator()
        try self.init(
            to: sink, recordID: .random(using: &generator), folderPublicKey: folderPublicKey,
            capsule: capsule, seed: seed, metadata: metadata, suite: suite, padding: padding,
            segmentExponent: segmentExponent)
    }

    /// As above, for a given record id. Not for use outside vectors and tests: two different records under one id, capsule and header would
    /// use the same nonces.
    init(
        to sink: Sink, recordID: FixedOctets<16>, folderPublicKey: FixedOctets<33>, capsule: FixedOctets<98>,
        seed: SecretOctets, metadata: RecordMetadata, suite: SealedRecordSuite, padding: PaddingPolicy,
        segmentExponent: UInt8
    ) throws(SealedRecordError) {
        let section = try metadata.section()
        declaredByteCount = try metadata.contentByteCount()
        header = try SealedRecordHeader(
            suite: suite, segmentExponent: segmentExponent, metadataByteCount: UInt32(section.count),
            bodyByteCount: padding.paddedByteCount(declaredByteCount), recordID: recordID,
            folderPublicKey: folderPublicKey, capsule: capsule, seed: seed)
        let keys = try RecordKeySchedule(header: header, seed: seed)
        ledgerBlinding = keys.ledgerBlinding
        cipher = try SegmentCipher(header: header, keys: keys)
        buffer = SegmentBuffer(capacity: header.segmentByteCount + SealedRecordFormat.tagByteCount)
        self.sink = sink
        let sealed = try MetadataCipher.seal(section, header: header, keys: keys)
        do throws(ByteStoreError) {
            try sink.write(header.bytes.span)
            try sink.write(sealed.span)
        } catch {
            throw .storage(error)
        }
    }

    /// Takes the next bytes of the files.
    ///
    /// Whole segments are sealed straight from the caller's memory.
    ///
    /// - Throws: ``SealedRecordError/bodyOverrun(declared:)`` before any of `bytes` is taken.
    package func write(_ bytes: Span<UInt8>) throws(SealedRecordError) {
        guard isOpen else { throw .writerClosed }
        isOpen = false
        guard UInt64(bytes.count) <= declaredByteCount - written else {
            throw .bodyOverrun(declared: declaredByteCount)
        }
        try take(bytes)
        written += UInt64(bytes.count)
        isOpen = true
    }

    /// Takes the next bytes of the files.
    package func write(_ bytes: [UInt8]) throws(SealedRecordError) {
        try write(bytes.span)
    }

    /// Adds the padding and the last segment.
    ///
    /// - Throws: ``SealedRecordError/bodyUnderrun(declared:written:)`` where the files are not complete.
    package func finish() throws(SealedRecordError) {
        guard isOpen else { throw .writerClosed }
        isOpen = false
        guard written == declaredByteCount else {
            throw .bodyUnderrun(declared: declaredByteCount, written: written)
        }
        let zeros = [UInt8](repeating: 0, count: 4096)
        var padding = header.bodyByteCount - written
        while padding > 0 {
            let count = Int(min(padding, UInt64(zeros.count)))
            try take(zeros.span.extracting(0..<count))
            padding -= UInt64(count)
        }
        // Every full or last segment has gone as soon as it was complete, but for the empty one of an empty body.
        if header.bodyByteCount == 0 { try sealBuffer() }
    }

    private func take(_ bytes: Span<UInt8>) throws(SealedRecordError) {
        var offset = 0
        while offset < bytes.count, let range = cipher.layout.plaintext(ofSegment: index) {
            let whole = range.count
            let missing = whole - buffer.count
            let available = bytes.count - offset
            if buffer.count == 0, available >= whole {
                let index = index
                try buffer.append { (output) throws(SealedRecordError) in
                    try cipher.seal(index, bytes.extracting(offset..<offset + whole), into: &output)
                }
                try flush()
                offset += whole
            } else {
                let count = min(missing, available)
                buffer.append { $0.append(copying: bytes.extracting(offset..<offset + count)) }
                offset += count
                if count == missing { try sealBuffer() }
            }
        }
    }

    private func sealBuffer() throws(SealedRecordError) {
        let index = index
        let count = buffer.count + SealedRecordFormat.tagByteCount
        try buffer.transform(count, keeping: count) { (span) throws(SealedRecordError) in
            try cipher.sealInPlace(index, &span)
        }
        try flush()
    }

    private func flush() throws(SealedRecordError) {
        do throws(ByteStoreError) {
            try buffer.read { (sealed) throws(ByteStoreError) in try sink.write(sealed) }
        } catch {
            throw .storage(error)
        }
        buffer.removeAll()
        index += 1
    }
}
