import Octets
import Testing

@testable import SealedRecord

/// splitmix64: small, seeded, good enough to draw test inputs.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }
}

/// The refusal that `body` ends in; nil where it succeeds.
func refusal<Result>(_ body: () throws -> Result) -> SealedRecordError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? SealedRecordError
    }
}

/// A small record with all that is needed to open it.
struct Sample {
    let container: [UInt8]
    let body: [UInt8]
    let seed: SecretOctets
    let header: SealedRecordHeader
    let metadata: RecordMetadata

    static let segment = 1024

    init(
        bodyByteCount: Int, suite: SealedRecordSuite = .aes256GCM, padding: PaddingPolicy = .none,
        seed number: UInt64 = 1,
        metadata given: RecordMetadata? = nil
    ) throws {
        var generator = SeededGenerator(seed: number)
        body = generator.bytes(bodyByteCount)
        seed = SecretOctets(copying: generator.bytes(33))
        metadata =
            given
            ?? RecordMetadata(
                kind: "ecg.resting", payloadFormat: "wfdb",
                files: [RecordFile(name: "r.dat", byteCount: UInt64(bodyByteCount))])
        let sink = MemorySink()
        let writer = try SealedRecordWriter(
            to: sink, recordID: .random(using: &generator), folderPublicKey: .random(using: &generator),
            capsule: .random(using: &generator), seed: seed, metadata: metadata, suite: suite, padding: padding,
            segmentExponent: 10)
        try writer.write(body)
        try writer.finish()
        header = writer.header
        container = sink.bytes
    }

    /// The sealed bytes of a segment.
    func sealed(_ index: UInt64) throws -> Range<Int> {
        let range = try #require(header.layout.sealed(segment: index))
        return Int(range.lowerBound)..<Int(range.upperBound)
    }

    /// Opens everything of `container` with this record's seed.
    func open(_ container: [UInt8]) throws -> [UInt8] { try openAll(container, seed) }
}

/// Opens everything: metadata, all segments, padding.
func openAll(_ container: [UInt8], _ seed: SecretOctets) throws -> [UInt8] {
    let reader = try SealedRecordReader(MemorySource(container), seed: seed)
    try reader.verify()
    return try reader.read(0..<reader.contentByteCount)
}
