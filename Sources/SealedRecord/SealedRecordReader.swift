package import Octets

/// Reads a sealed record from anywhere in it, in the memory of one segment.
///
/// Header, total length, key and metadata are checked at the start; each segment when it is first touched. No byte is given
/// out before its segment's tag has been checked, and none is ever written to a disk.
package final class SealedRecordReader<Source: ByteSource> {
    /// The header, accepted by the seed.
    package var header: SealedRecordHeader { opener.header }

    /// What the sealed metadata section says.
    package let metadata: RecordMetadata

    /// Bytes of all files together, without the padding.
    package let contentByteCount: UInt64

    /// Hides the container's digest on the ledger (``CiphertextCommitment``).
    package var ledgerBlinding: SecretOctets { opener.ledgerBlinding }

    private let source: Source
    private let opener: SealedRecordOpener
    private var buffer: SegmentBuffer
    /// The segment whose plaintext the buffer holds.
    private var cached: UInt64?

    /// Opens header and metadata.
    ///
    /// - Throws: the header's errors (``SealedRecordHeader/init(parsing:)``); then ``SealedRecordError/truncated(expected:actual:)`` or
    ///   ``SealedRecordError/trailing(expected:actual:)``; then ``SealedRecordError/keyRefused``; then
    ///   ``SealedRecordError/metadataRefused``; then ``SealedRecordError/metadata(_:)``.
    package init(_ source: Source, seed: SecretOctets) throws(SealedRecordError) {
        self.source = source
        let header = try Self.header(of: source)
        let expected = header.layout.containerByteCount
        guard source.byteCount >= expected else { throw .truncated(expected: expected, actual: source.byteCount) }
        guard source.byteCount <= expected else { throw .trailing(expected: expected, actual: source.byteCount) }
        opener = try SealedRecordOpener(header: header, seed: seed)
        metadata = try opener.metadata(from: Self.fetch(opener.layout.metadata, of: source))
        contentByteCount = try metadata.contentByteCount()
        buffer = SegmentBuffer(capacity: header.segmentByteCount + SealedRecordFormat.tagByteCount)
    }

    /// A container's header, for whoever has no key yet.
    package static func header(of source: Source) throws(SealedRecordError) -> SealedRecordHeader {
        let count = UInt64(SealedRecordFormat.headerByteCount)
        guard source.byteCount >= count else { throw .headerTruncated(available: source.byteCount) }
        return try SealedRecordHeader(parsing: fetch(0..<count, of: source))
    }

    // MARK: Reading

    /// Appends the content bytes of `range` to `output`, which must have room for them.
    ///
    /// - Throws: ``SealedRecordError/outOfRange(lower:upper:byteCount:)``; ``SealedRecordError/segmentRefused(index:)``, after which `output`
    ///   holds authentic bytes of earlier segments only.
    package func read(_ range: Range<UInt64>, into output: inout OutputSpan<UInt8>) throws(SealedRecordError) {
        try check(range)
        guard range.count <= output.freeCapacity else {
            throw .storage(.wrongAmount(expected: range.count, actual: output.freeCapacity))
        }
        for index in opener.layout.segments(holding: range) {
            guard let whole = opener.layout.plaintext(ofSegment: index) else { break }
            if index != cached, range.lowerBound <= whole.lowerBound, whole.upperBound <= range.upperBound {
                try fetch(index)
                try buffer.read { (sealed) throws(SealedRecordError) in try opener.open(index, sealed, into: &output) }
                buffer.removeAll()
            } else {
                try load(index)
                let part = range.clamped(to: whole)
                let start = Int(part.lowerBound - whole.lowerBound)
                buffer.read { output.append(copying: $0.extracting(start..<start + part.count)) }
            }
        }
    }

    /// The content bytes of `range`, as a new array.
    package func read(_ range: Range<UInt64>) throws(SealedRecordError) -> [UInt8] {
        try check(range)
        return try [UInt8](capacity: range.count) { (output) throws(SealedRecordError) in
            try read(range, into: &output)
        }
    }

    /// A file of the record, or bytes `range` of it.
    ///
    /// - Throws: ``SealedRecordError/noSuchFile(_:)``, ``SealedRecordError/outOfRange(lower:upper:byteCount:)``,
    ///   ``SealedRecordError/segmentRefused(index:)``.
    package func read(file name: String, _ range: Range<UInt64>? = nil) throws(SealedRecordError) -> [UInt8] {
        let whole = try metadata.contentRange(ofFile: name)
        guard let range else { return try read(whole) }
        let byteCount = UInt64(whole.count)
        guard range.upperBound <= byteCount else {
            throw .outOfRange(lower: range.lowerBound, upper: range.upperBound, byteCount: byteCount)
        }
        return try read(whole.lowerBound + range.lowerBound..<whole.lowerBound + range.upperBound)
    }

    /// Where in the container the segments lie that hold bytes `range` of a file: what reading them will ask of the source.
    ///
    /// - Throws: as ``read(file:_:)``, before anything is touched.
    package func containerBytes(
        ofFile name: String, _ range: Range<UInt64>? = nil
    ) throws(SealedRecordError) -> Range<UInt64> {
        let whole = try metadata.contentRange(ofFile: name)
        let byteCount = UInt64(whole.count)
        let range = range ?? 0..<byteCount
        guard range.upperBound <= byteCount else {
            throw .outOfRange(lower: range.lowerBound, upper: range.upperBound, byteCount: byteCount)
        }
        let segments = opener.layout.segments(
            holding: whole.lowerBound + range.lowerBound..<whole.lowerBound + range.upperBound)
        guard let last = segments.last, let first = opener.layout.sealed(segment: segments.lowerBound),
            let end = opener.layout.sealed(segment: last)
        else { return 0..<0 }
        return first.lowerBound..<end.upperBound
    }

    /// The bytes that hold `frames` by sample layout `index`, and the first frame that begins in them.
    ///
    /// - Throws: ``SealedRecordError/noSuchLayout(index:)``, ``SealedRecordError/outOfRange(lower:upper:byteCount:)`` in frames,
    ///   ``SealedRecordError/segmentRefused(index:)``.
    package func read(
        frames: Range<UInt64>, layout index: Int = 0
    ) throws(SealedRecordError) -> (firstFrame: UInt64, bytes: [UInt8]) {
        guard metadata.layouts.indices.contains(index) else { throw .noSuchLayout(index: index) }
        if let sampling = metadata.sampling, frames.upperBound > sampling.frameCount {
            throw .outOfRange(lower: frames.lowerBound, upper: frames.upperBound, byteCount: sampling.frameCount)
        }
        let layout = metadata.layouts[index]
        let file = metadata.files[Int(layout.file)]
        let place = try layout.bytes(holding: frames, fileByteCount: file.byteCount)
        return (place.firstFrame, try read(file: file.name, place.range))
    }

    /// The bytes that show a stretch of time by sample layout `index`: the frames that it holds, as far as the record has them
    /// (``RecordSampling/frames(inMicroseconds:)``), and the first frame that begins in the bytes.
    ///
    /// Only the segments that hold these bytes are touched.
    ///
    /// - Parameter microseconds: counted from the start of the recording.
    /// - Throws: ``SealedRecordError/noSampling``, and as ``read(frames:layout:)``.
    package func read(
        microseconds: Range<UInt64>, layout index: Int = 0
    ) throws(SealedRecordError) -> (frames: Range<UInt64>, firstFrame: UInt64, bytes: [UInt8]) {
        guard let sampling = metadata.sampling else { throw .noSampling }
        let frames = sampling.frames(inMicroseconds: microseconds)
        let (first, bytes) = try read(frames: frames, layout: index)
        return (frames, first, bytes)
    }

    /// Gives the content bytes of `range` to `body`, segment by segment, without a copy.
    package func forEachPart(
        of range: Range<UInt64>, _ body: (Span<UInt8>) throws(SealedRecordError) -> Void
    ) throws(SealedRecordError) {
        try check(range)
        for index in opener.layout.segments(holding: range) {
            guard let whole = opener.layout.plaintext(ofSegment: index) else { break }
            try load(index)
            let part = range.clamped(to: whole)
            let start = Int(part.lowerBound - whole.lowerBound)
            try buffer.read { (plaintext) throws(SealedRecordError) in
                try body(plaintext.extracting(start..<start + part.count))
            }
        }
    }

    /// Writes a file of the record, in the clear, to `sink`: the caller's decision to export.
    package func export(file name: String, to sink: some ByteSink) throws(SealedRecordError) {
        try forEachPart(of: metadata.contentRange(ofFile: name)) { (part) throws(SealedRecordError) in
            do throws(ByteStoreError) {
                try sink.write(part)
            } catch {
                throw .storage(error)
            }
        }
    }

    /// Opens every segment and checks that the padding is zero.
    ///
    /// - Throws: ``SealedRecordError/segmentRefused(index:)`` or ``SealedRecordError/padding(offset:)``, whichever comes first in the body.
    package func verify() throws(SealedRecordError) {
        for index in 0..<opener.layout.segmentCount {
            guard let whole = opener.layout.plaintext(ofSegment: index) else { break }
            try load(index)
            guard whole.upperBound > contentByteCount else { continue }
            let start = max(whole.lowerBound, contentByteCount)
            try buffer.read { (plaintext) throws(SealedRecordError) in
                for offset in start..<whole.upperBound where plaintext[Int(offset - whole.lowerBound)] != 0 {
                    throw SealedRecordError.padding(offset: offset)
                }
            }
        }
    }

    // MARK: Segments

    private func check(_ range: Range<UInt64>) throws(SealedRecordError) {
        guard range.upperBound <= contentByteCount else {
            throw .outOfRange(lower: range.lowerBound, upper: range.upperBound, byteCount: contentByteCount)
        }
    }

    /// Makes the buffer hold segment `index` as it lies in the container.
    private func fetch(_ index: UInt64) throws(SealedRecordError) {
        guard let range = opener.layout.sealed(segment: index) else { throw .segmentRefused(index: index) }
        cached = nil
        buffer.removeAll()
        do throws(ByteStoreError) {
            try buffer.append { (output) throws(ByteStoreError) in
                try source.read(range.count, at: range.lowerBound, into: &output)
            }
        } catch {
            throw .storage(error)
        }
        guard buffer.count == range.count else {
            throw .storage(.wrongAmount(expected: range.count, actual: buffer.count))
        }
    }

    /// Makes the buffer hold the plaintext of segment `index`.
    private func load(_ index: UInt64) throws(SealedRecordError) {
        guard index != cached else { return }
        try fetch(index)
        let count = buffer.count
        try buffer.transform(count, keeping: count - SealedRecordFormat.tagByteCount) {
            (span) throws(SealedRecordError) in try opener.openInPlace(index, &span)
        }
        cached = index
    }

    private static func fetch(_ range: Range<UInt64>, of source: Source) throws(SealedRecordError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(ByteStoreError) {
            bytes = try [UInt8](capacity: range.count) { (output) throws(ByteStoreError) in
                try source.read(range.count, at: range.lowerBound, into: &output)
            }
        } catch {
            throw .storage(error)
        }
        guard bytes.count == range.count else {
            throw .storage(.wrongAmount(expected: range.count, actual: bytes.count))
        }
        return bytes
    }
}
