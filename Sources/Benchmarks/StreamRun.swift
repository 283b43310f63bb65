import Foundation
import Octets
import SealedRecord
import Umbral

/// Streams a record of many MiB through the writer into a file and back through the reader, and says what that took.
///
/// A process that does only this is the measure of the promise that memory stays flat at any size; `Scripts/check-streaming`
/// holds it against the bound.
struct StreamRun {
    let mebibytes: Int

    private static let file = "long.dat"
    /// One segment of a record, so that each piece that comes back is one that went in.
    private static let piece = 1 << SealedRecordFormat.defaultSegmentExponent

    private var pieceCount: Int { (mebibytes << 20) / Self.piece }

    /// Needs as much room in the folder for temporary files (`TMPDIR`) as the record has.
    func run() throws -> StreamReport {
        let path = FileManager.default.temporaryDirectory.path + "/parasol-stream-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let owner = SecretKey.random()
        let (capsule, seed) = try Capsule.encapsulate(to: owner.publicKey)
        let clock = ContinuousClock()
        let sealing = try clock.measure { try seal(to: path, owner.publicKey, capsule, seed) }
        let opening = try clock.measure { try open(path, owner) }
        return StreamReport(
            mebibytes: mebibytes, sealMbPerSecond: rate(sealing), openMbPerSecond: rate(opening),
            peakResidentKib: try ProcessUsage.kibibytes("VmHWM"))
    }

    /// Includes making the file durable.
    private func seal(to path: String, _ key: PublicKey, _ capsule: Capsule, _ seed: CapsuleSeed) throws {
        let metadata = RecordMetadata(
            kind: "ecg.ambulatory", payloadFormat: "wfdb",
            files: [RecordFile(name: Self.file, byteCount: UInt64(pieceCount * Self.piece))])
        let sink = try FileSink(path: path)
        let writer = try SealedRecordWriter(
            to: sink, folderPublicKey: key.compressed, capsule: capsule.simple, seed: seed.octets, metadata: metadata)
        var pieces = Pieces(byteCount: Self.piece)
        for _ in 0..<pieceCount { try writer.write(pieces.next().span) }
        try writer.finish()
        try sink.finish()
    }

    private func open(_ path: String, _ owner: SecretKey) throws {
        let source = try FileSource(path: path)
        let header = try SealedRecordReader.header(of: source)
        let seed = try Capsule(simple: header.capsule.bytes).seed(for: owner)
        let reader = try SealedRecordReader(source, seed: seed.octets)
        var pieces = Pieces(byteCount: Self.piece)
        var count = 0
        var differing = 0
        try reader.forEachPart(of: 0..<reader.contentByteCount) { part in
            let same = equal(part, pieces.next())
            if !same { differing += 1 }
            count += 1
        }
        guard count == pieceCount, differing == 0 else {
            throw WrongResult(description: "of \(pieceCount) pieces \(count) came back, \(differing) of them changed")
        }
    }

    private func equal(_ part: Span<UInt8>, _ sent: [UInt8]) -> Bool {
        guard part.count == sent.count else { return false }
        return unsafe part.withUnsafeBufferPointer { found in
            unsafe sent.withUnsafeBufferPointer { sent in
                guard let found = found.baseAddress, let whole = sent.baseAddress else { return false }
                return unsafe memcmp(found, whole, sent.count) == 0
            }
        }
    }

    /// Megabytes a second.
    private func rate(_ duration: Duration) -> Double { Double(mebibytes << 20) / (duration / .microseconds(1)) }
}

/// What a stream took.
struct StreamReport: Codable {
    let mebibytes: Int
    let sealMbPerSecond: Double
    let openMbPerSecond: Double
    /// The most memory that the process ever held.
    let peakResidentKib: Int
}

/// Bytes that differ from piece to piece and cost next to nothing to make, so that the container alone is timed.
private struct Pieces {
    private var bytes: [UInt8]
    private var number: UInt64 = 0

    init(byteCount: Int) {
        var state: UInt64 = 1
        bytes = (0..<byteCount).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    mutating func next() -> [UInt8] {
        for place in 0..<8 { bytes[place] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(place))) }
        number += 1
        return bytes
    }
}
