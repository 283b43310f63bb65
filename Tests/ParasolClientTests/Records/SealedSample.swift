import Electrocardiogram
import Foundation
import Octets
import SealedRecord
import Testing

@testable import ParasolClient

/// A WFDB record sealed in segments of 1 KiB, and a reader of it that counts.
struct SealedSample {
    let record: WFDBFiles
    let metadata: RecordMetadata
    let source: CountingSource
    let reader: SealedRecordReader<CountingSource>

    static var seed: SecretOctets { SecretOctets(copying: [UInt8](repeating: 3, count: 33)) }

    /// - Parameter files: a record's files, with `NAME.hea` among them.
    init(_ name: String, _ files: [String: [UInt8]]) throws {
        record = try WFDBFiles(headerFile: name + ".hea", available: files)
        metadata = RecordMetadata(record)
        let sink = MemorySink()
        let writer = try SealedRecordWriter(
            to: sink, folderPublicKey: FixedOctets<33>(), capsule: FixedOctets<98>(), seed: Self.seed,
            metadata: metadata,
            segmentExponent: 10)
        for file in record.files { try writer.write(file.bytes) }
        try writer.finish()
        source = CountingSource(sink.bytes)
        reader = try SealedRecordReader(source, seed: Self.seed)
    }

    /// The segments that the source was asked for since the last time this was called.
    func touchedSegments() -> Set<UInt64> {
        let layout = reader.header.layout
        let body = layout.metadata.upperBound
        let touched = source.offsets.filter { $0 >= body }.map { ($0 - body) / (1024 + 16) }
        source.offsets = []
        return Set(touched)
    }

    /// The segments that bytes of a file lie in.
    func segments(of file: String, _ bytes: Range<Int>) throws -> Set<UInt64> {
        let start = try metadata.contentRange(ofFile: file).lowerBound
        let place = start + UInt64(bytes.lowerBound)..<start + UInt64(bytes.upperBound)
        return Set(reader.header.layout.segments(holding: place))
    }
}

/// A container in memory that remembers where it was read.
final class CountingSource: ByteSource {
    private let base: MemorySource
    var offsets: [UInt64] = []

    init(_ bytes: [UInt8]) { base = MemorySource(bytes) }

    var byteCount: UInt64 { base.byteCount }

    func read(_ count: Int, at offset: UInt64, into output: inout OutputSpan<UInt8>) throws(ByteStoreError) {
        offsets.append(offset)
        try base.read(count, at: offset, into: &output)
    }
}

extension ECGRecording {
    /// A recording like those of the MIT-BIH Arrhythmia Database: 360 frames a second, 200 steps a millivolt.
    static func arrhythmiaLike(
        leads: [StandardLead], format: WFDBSignalFormat, seconds: Int
    ) throws -> ECGRecording {
        var options = SynthesisOptions()
        options.leads = leads
        options.samplingRate = 360
        options.gain = 200
        options.format = format
        return try ECGRecording.synthesized(named: "100", frameCount: 360 * seconds, options)
    }
}

/// Real recordings: `data/ecg` in a folder `shared` beside the repository, or in the one that `PARASOL_SHARED` names.
enum RealRecordings {
    static let folder: String? = {
        let root =
            ProcessInfo.processInfo.environment["PARASOL_SHARED"]
            ?? URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("shared").path
        let folder = root + "/data/ecg/wfdb/mitdb"
        return FileManager.default.fileExists(atPath: folder + "/100.dat") ? folder : nil
    }()

    /// The files of `name` by their names.
    static func files(of name: String) throws -> [String: [UInt8]] {
        let folder = try #require(folder)
        var files: [String: [UInt8]] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasPrefix(name + ".") {
            files[file] = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file)))
        }
        return files
    }
}
