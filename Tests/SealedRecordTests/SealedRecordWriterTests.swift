import Octets
import Testing

@testable import SealedRecord

@Suite struct SealedRecordWriterTests {
    private func begin<Sink: ByteSink>(
        to sink: Sink, declaring count: UInt64, seedByteCount: Int = 33, exponent: UInt8 = 10
    ) throws -> SealedRecordWriter<Sink> {
        var generator = SeededGenerator(seed: 1)
        return try SealedRecordWriter(
            to: sink, folderPublicKey: .random(using: &generator), capsule: .random(using: &generator),
            seed: SecretOctets(copying: generator.bytes(seedByteCount)),
            metadata: RecordMetadata(
                kind: "ecg.resting", payloadFormat: "wfdb", files: [RecordFile(name: "a", byteCount: count)]),
            padding: .none, segmentExponent: exponent)
    }

    @Test func moreThanDeclaredIsRefusedAndClosesTheWriter() throws {
        let writer = try begin(to: MemorySink(), declaring: 10)
        try writer.write([1, 2, 3])
        #expect(refusal { try writer.write([UInt8](repeating: 0, count: 8)) } == .bodyOverrun(declared: 10))
        #expect(refusal { try writer.write([1]) } == .writerClosed)
        #expect(refusal { try writer.finish() } == .writerClosed)
    }

    @Test func lessThanDeclaredIsNeverFinished() throws {
        let sink = MemorySink()
        let writer = try begin(to: sink, declaring: 10)
        try writer.write([1, 2, 3])
        #expect(refusal { try writer.finish() } == .bodyUnderrun(declared: 10, written: 3))
        #expect(refusal { try writer.write([1]) } == .writerClosed)
    }

    @Test func finishingTwiceWritesOnce() throws {
        let sink = MemorySink()
        let writer = try begin(to: sink, declaring: 0)
        try writer.finish()
        let count = sink.bytes.count
        #expect(refusal { try writer.finish() } == .writerClosed)
        #expect(sink.bytes.count == count)
    }

    @Test func badParametersWriteNothing() throws {
        let sink = MemorySink()
        #expect(refusal { try begin(to: sink, declaring: 1, seedByteCount: 32) } == .wrongSeedLength(actual: 32))
        for exponent: UInt8 in [0, 9, 21, 64, 255] {
            #expect(
                refusal { try begin(to: sink, declaring: 1, exponent: exponent) } == .segmentSize(exponent: exponent))
        }
        #expect(
            refusal { try begin(to: sink, declaring: (1 << 40) + 1) }
                == .metadata(.field(tag: 3, reason: "too many bytes")))
        #expect(sink.bytes.isEmpty)
    }

    private final class FailingSink: ByteSink {
        var room: Int
        init(room: Int) { self.room = room }
        func write(_ bytes: Span<UInt8>) throws(ByteStoreError) {
            guard bytes.count <= room else { throw .unavailable(reason: "full") }
            room -= bytes.count
        }
    }

    @Test func aFullSinkClosesTheWriter() throws {
        #expect(
            refusal { try begin(to: FailingSink(room: 300), declaring: 1) } == .storage(.unavailable(reason: "full")))
        let writer = try begin(to: FailingSink(room: 203 + 1040 + 1040), declaring: 4096)
        #expect(
            refusal { try writer.write([UInt8](repeating: 0, count: 4096)) } == .storage(.unavailable(reason: "full")))
        #expect(refusal { try writer.write([]) } == .writerClosed)
    }
}
