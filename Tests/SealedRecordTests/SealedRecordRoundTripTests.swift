import Octets
import Testing

@testable import SealedRecord

@Suite struct SealedRecordRoundTripTests {
    @Test(arguments: SealedRecordSuite.allCases, PaddingPolicy.allCases)
    func whatWasSealedIsOpened(suite: SealedRecordSuite, padding: PaddingPolicy) throws {
        for size in [0, 1, 15, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097, 10_000] {
            let sample = try Sample(bodyByteCount: size, suite: suite, padding: padding)
            #expect(try sample.open(sample.container) == sample.body)
            #expect(UInt64(sample.container.count) == sample.header.layout.containerByteCount)
            let padded = try padding.paddedByteCount(UInt64(size))
            #expect(sample.header.bodyByteCount == padded)
        }
    }

    /// Seeded property: however the bytes come in pieces, the container is the same.
    @Test(arguments: 0..<20) func piecesDoNotShow(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let size = Int.random(in: 0...6000, using: &generator)
        let sample = try Sample(bodyByteCount: size, padding: .padme, seed: seed)
        let sink = MemorySink()
        let writer = try SealedRecordWriter(
            to: sink, recordID: sample.header.recordID, folderPublicKey: sample.header.folderPublicKey,
            capsule: sample.header.capsule, seed: sample.seed, metadata: sample.metadata, suite: .aes256GCM,
            padding: .padme, segmentExponent: 10)
        var rest = sample.body[...]
        while !rest.isEmpty {
            let count = min(rest.count, Int.random(in: 0...2500, using: &generator))
            try writer.write(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        try writer.finish()
        #expect(sink.bytes == sample.container)
    }

    @Test(arguments: 0..<20) func randomAccessEqualsSequential(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 100 + seed)
        let size = Int.random(in: 0...8000, using: &generator)
        let sample = try Sample(
            bodyByteCount: size, suite: seed % 2 == 0 ? .aes256GCM : .chaCha20Poly1305, padding: .padme, seed: seed)
        let reader = try SealedRecordReader(MemorySource(sample.container), seed: sample.seed)
        for _ in 0..<100 {
            let lower = Int.random(in: 0...size, using: &generator)
            let upper = Int.random(in: lower...size, using: &generator)
            #expect(try reader.read(UInt64(lower)..<UInt64(upper)) == Array(sample.body[lower..<upper]))
            var parts: [UInt8] = []
            try reader.forEachPart(of: UInt64(lower)..<UInt64(upper)) { part in
                for index in part.indices { parts.append(part[index]) }
            }
            #expect(parts == Array(sample.body[lower..<upper]))
        }
        let end = UInt64(size)
        #expect(refusal { try reader.read(0..<end + 1) } == .outOfRange(lower: 0, upper: end + 1, byteCount: end))
        #expect(
            refusal { try reader.read(.max - 1 ..< .max) }
                == .outOfRange(lower: .max - 1, upper: .max, byteCount: end))
    }

    @Test func everySegmentOpensAlone() throws {
        let sample = try Sample(bodyByteCount: 5000)
        let opener = try SealedRecordOpener(
            header: SealedRecordHeader(parsing: Array(sample.container[..<203])), seed: sample.seed)
        for index in (0..<opener.layout.segmentCount).reversed() {
            let sealed = Array(sample.container[try sample.sealed(index)])
            let plain = try #require(opener.layout.plaintext(ofSegment: index))
            #expect(
                try opener.openSegment(index, from: sealed)
                    == Array(sample.body[Int(plain.lowerBound)..<Int(plain.upperBound)]))
        }
    }

    /// One damaged segment costs that segment only, and a failure is not remembered as a success.
    @Test func theRestOfADamagedRecordStaysReadable() throws {
        let sample = try Sample(bodyByteCount: 3 * 1024)
        var damaged = sample.container
        damaged[try sample.sealed(1).lowerBound] ^= 1
        let reader = try SealedRecordReader(MemorySource(damaged), seed: sample.seed)
        for _ in 0..<2 {
            #expect(try reader.read(0..<1024) == Array(sample.body[..<1024]))
            #expect(try reader.read(10..<20) == Array(sample.body[10..<20]))
            #expect(refusal { try reader.read(1024..<1030) } == .segmentRefused(index: 1))
            #expect(refusal { try reader.read(0..<3072) } == .segmentRefused(index: 1))
            #expect(try reader.read(2048..<3072) == Array(sample.body[2048...]))
        }
        #expect(refusal { try reader.verify() } == .segmentRefused(index: 1))
    }

    @Test func metadataIsReadableWithoutTheBody() throws {
        let sample = try Sample(bodyByteCount: 5000)
        let header = try SealedRecordHeader(parsing: Array(sample.container[..<203]))
        let opener = try SealedRecordOpener(header: header, seed: sample.seed)
        let place = Int(header.layout.metadata.lowerBound)..<Int(header.layout.metadata.upperBound)
        #expect(try opener.metadata(from: Array(sample.container[place])) == sample.metadata)
        #expect(refusal { try opener.metadata(from: []) } == .metadataRefused)
    }

    @Test func filesAreReadByName() throws {
        let contents: [(String, [UInt8])] = [
            ("100.hea", Array("100 2 360 4\n".utf8)), ("100.dat", Array(0..<12)), ("empty", []), ("100.atr", [1, 2]),
        ]
        let metadata = RecordMetadata(
            kind: "ecg.ambulatory", payloadFormat: "wfdb",
            files: contents.map { RecordFile(name: $0.0, byteCount: UInt64($0.1.count)) },
            sampling: RecordSampling(numerator: 360, frameCount: 4),
            layouts: [SampleLayout(file: 1, framesPerGroup: 1, bytesPerGroup: 3)])
        var generator = SeededGenerator(seed: 5)
        let seed = SecretOctets(copying: generator.bytes(33))
        let sealed = try SealedRecord.seal(
            contents.map(\.1), folderPublicKey: .random(using: &generator), capsule: .random(using: &generator),
            seed: seed, metadata: metadata)
        let opened = try SealedRecord.open(sealed.container, seed: seed)
        #expect(opened.metadata == metadata)
        #expect(opened.contents == contents.map(\.1))
        #expect(sealed.digest == RecordDigest.of(sealed.container))

        let reader = try SealedRecordReader(MemorySource(sealed.container), seed: seed)
        for (name, bytes) in contents { #expect(try reader.read(file: name) == bytes) }
        #expect(try reader.read(file: "100.dat", 3..<5) == [3, 4])
        #expect(
            refusal { try reader.read(file: "100.atr", 1..<3) } == .outOfRange(lower: 1, upper: 3, byteCount: 2))
        #expect(refusal { try reader.read(file: "200.dat") } == .noSuchFile("200.dat"))
        let place = try reader.read(frames: 1..<3)
        #expect(place.firstFrame == 1)
        #expect(place.bytes == [3, 4, 5, 6, 7, 8])
        #expect(refusal { try reader.read(frames: 0..<5) } == .outOfRange(lower: 0, upper: 5, byteCount: 4))
        #expect(try reader.read(frames: 2..<2).bytes.isEmpty)
        #expect(refusal { try reader.read(frames: 0..<1, layout: 1) } == .noSuchLayout(index: 1))
        let exported = MemorySink()
        try reader.export(file: "100.dat", to: exported)
        #expect(exported.bytes == Array(0..<12))
        let blinding = try CiphertextCommitment.blinding(header: sealed.header, seed: seed)
        #expect(blinding == reader.ledgerBlinding)
        #expect(
            sealed.commitment
                == CiphertextCommitment(
                    containerDigest: sealed.digest, containerByteCount: UInt64(sealed.container.count),
                    blinding: blinding))
    }

    @Test func timesBecomeFramesExactly() {
        let sampling = RecordSampling(numerator: 360, frameCount: 1000)
        for (time, frames) in [
            (0..<1, 0..<1), (0..<2778, 0..<2), (2777..<2778, 0..<2), (2778..<5555, 1..<2), (0..<1_000_000, 0..<360),
            (1_000_000..<1_000_001, 360..<361), (999_999..<1_000_000, 359..<360), (5..<5, 0..<0),
            (2_777_777..<9_999_999, 999..<1000), (2_777_778..<9_999_999, 1000..<1000), (0..<UInt64.max, 0..<1000),
            (UInt64.max - 1..<UInt64.max, 1000..<1000),
        ] as [(Range<UInt64>, Range<UInt64>)] {
            #expect(sampling.frames(inMicroseconds: time) == frames, "\(time)")
        }
        let fast = RecordSampling(numerator: .max, denominator: 1, frameCount: .max)
        #expect(fast.frames(inMicroseconds: 0..<UInt64.max) == 0..<UInt64.max)
        let slow = RecordSampling(numerator: 1, denominator: .max, frameCount: 5)
        #expect(slow.frames(inMicroseconds: 0..<1) == 0..<1)
    }

    @Test func sealingTwiceSharesNothing() throws {
        let sample = try Sample(bodyByteCount: 1000)
        var ids: Set<FixedOctets<16>> = []
        for _ in 0..<10 {
            let sealed = try SealedRecord.seal(
                [sample.body], folderPublicKey: sample.header.folderPublicKey, capsule: sample.header.capsule,
                seed: sample.seed, metadata: sample.metadata)
            ids.insert(sealed.header.recordID)
        }
        #expect(ids.count == 10)
    }

    private final class MeasuringSink: ByteSink {
        var largest = 0
        var total = 0
        func write(_ bytes: Span<UInt8>) throws(ByteStoreError) {
            largest = max(largest, bytes.count)
            total += bytes.count
        }
    }

    private final class MeasuringSource: ByteSource {
        let base: MemorySource
        var largest = 0
        init(_ bytes: [UInt8]) { base = MemorySource(bytes) }
        var byteCount: UInt64 { base.byteCount }
        func read(_ count: Int, at offset: UInt64, into output: inout OutputSpan<UInt8>) throws(ByteStoreError) {
            largest = max(largest, count)
            try base.read(count, at: offset, into: &output)
        }
    }

    /// Memory stays flat: nothing larger than a segment and its tag is ever held or moved.
    @Test func partsAreNeverLargerThanASegment() throws {
        let sample = try Sample(bodyByteCount: 200_000, padding: .padme)
        let sink = MeasuringSink()
        let writer = try SealedRecordWriter(
            to: sink, folderPublicKey: sample.header.folderPublicKey, capsule: sample.header.capsule,
            seed: sample.seed, metadata: sample.metadata, segmentExponent: 10)
        try writer.write(sample.body)
        try writer.finish()
        #expect(sink.largest == 1040)
        #expect(sink.total == sample.container.count)
        let source = MeasuringSource(sample.container)
        let reader = try SealedRecordReader(source, seed: sample.seed)
        try reader.verify()
        #expect(try reader.read(0..<200_000) == sample.body)
        #expect(source.largest == 1040)
    }
}
