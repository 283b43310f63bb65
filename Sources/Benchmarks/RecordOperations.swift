import Octets
import SealedRecord
import Umbral

/// Sealing and opening whole records.
///
/// `seal_…` and `open_…` are what a depositor and a doctor do with a record in memory: encapsulation, container and a fresh output
/// on the one side; header, key commitment and every segment on the other. `stream_…` is the container alone with its bytes handed
/// on and forgotten, to be set beside the bare cipher.
struct RecordOperations {
    private let owner = SecretKey.random()

    var all: [Operation] {
        records(mebibytes: 1) + records(mebibytes: 64) + SealedRecordSuite.allCases.flatMap(streams)
    }

    private func records(mebibytes: Int) -> [Operation] {
        let record = Record(mebibytes: mebibytes)
        let sealed = Memoized { try record.sealed(to: owner.publicKey) }
        return [
            Operation("seal_\(mebibytes)_mib", byteCount: record.byteCount) {
                blackHole(try record.sealed(to: owner.publicKey))
            },
            Operation("open_\(mebibytes)_mib", byteCount: record.byteCount) {
                let source = MemorySource(try sealed.value())
                let header = try SealedRecordReader.header(of: source)
                let seed = try Capsule(simple: header.capsule.bytes).seed(for: owner)
                let opened = try SealedRecordReader(source, seed: seed.octets).read(file: Record.file)
                try expect(opened.count == record.byteCount, "opening gave another length")
                blackHole(opened)
            },
        ]
    }

    private func streams(_ suite: SealedRecordSuite) -> [Operation] {
        let record = Record(mebibytes: 64)
        let made = Memoized { try record.sealedWithSeed(to: owner.publicKey, suite: suite) }
        let key = Memoized { try Capsule.encapsulate(to: owner.publicKey) }
        return [
            Operation("stream_seal_\(suite.name)", byteCount: record.byteCount) {
                let (capsule, seed) = try key.value()
                try record.seal(to: DiscardingSink(), owner.publicKey, capsule, seed, suite)
            },
            Operation("stream_open_\(suite.name)", byteCount: record.byteCount) {
                let (container, seed) = try made.value()
                let reader = try SealedRecordReader(MemorySource(container), seed: seed.octets)
                var count = 0
                try reader.forEachPart(of: 0..<reader.contentByteCount) { count += $0.count }
                try expect(count == record.byteCount, "opening gave another length")
            },
        ]
    }
}

/// A body to seal.
private struct Record {
    static let file = "100.dat"

    let byteCount: Int
    private let body: Memoized<[UInt8]>

    init(mebibytes: Int) {
        let byteCount = mebibytes << 20
        self.byteCount = byteCount
        body = Memoized { [UInt8](repeating: 0x5a, count: byteCount) }
    }

    func seal(
        to sink: some ByteSink, _ key: PublicKey, _ capsule: Capsule, _ seed: CapsuleSeed, _ suite: SealedRecordSuite
    ) throws {
        let metadata = RecordMetadata(
            kind: "ecg.ambulatory", payloadFormat: "wfdb",
            files: [RecordFile(name: Self.file, byteCount: UInt64(byteCount))])
        let writer = try SealedRecordWriter(
            to: sink, folderPublicKey: key.compressed, capsule: capsule.simple, seed: seed.octets, metadata: metadata,
            suite: suite)
        let bytes = try body.value()
        try writer.write(bytes.span)
        try writer.finish()
    }

    func sealed(to key: PublicKey) throws -> [UInt8] {
        try sealedWithSeed(to: key, suite: .aes256GCM).container
    }

    func sealedWithSeed(
        to key: PublicKey, suite: SealedRecordSuite
    ) throws -> (container: [UInt8], seed: CapsuleSeed) {
        let (capsule, seed) = try Capsule.encapsulate(to: key)
        let sink = CollectingSink(reservingCapacity: byteCount + byteCount / 1024 + 4096)
        try seal(to: sink, key, capsule, seed, suite)
        return (sink.bytes, seed)
    }
}

/// Keeps what it is given, in memory reserved for it once.
private final class CollectingSink: ByteSink {
    private(set) var bytes: [UInt8] = []

    init(reservingCapacity capacity: Int) { bytes.reserveCapacity(capacity) }

    func write(_ more: Span<UInt8>) throws(ByteStoreError) {
        unsafe more.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }
}

/// Takes bytes and forgets them, as a socket would.
private final class DiscardingSink: ByteSink {
    private var byteCount = 0

    func write(_ more: Span<UInt8>) throws(ByteStoreError) {
        byteCount &+= more.count
        unsafe more.withUnsafeBufferPointer { unsafe blackHole($0.baseAddress) }
    }
}
