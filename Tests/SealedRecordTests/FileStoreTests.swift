import Foundation
import Octets
import Testing

@testable import SealedRecord

@Suite struct FileStoreTests {
    private func inDirectory(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "parasol-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func storage<Result>(_ body: () throws -> Result) -> ByteStoreError? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? ByteStoreError
        }
    }

    @Test func aRecordSurvivesTheWayThroughAFile() throws {
        try inDirectory { directory in
            let sample = try Sample(bodyByteCount: 5000, padding: .padme)
            let path = directory + "/record"
            let file = try FileSink(path: path)
            let sink = DigestingSink(file)
            let writer = try SealedRecordWriter(
                to: sink, recordID: sample.header.recordID, folderPublicKey: sample.header.folderPublicKey,
                capsule: sample.header.capsule, seed: sample.seed, metadata: sample.metadata, suite: .aes256GCM,
                padding: .padme, segmentExponent: 10)
            try writer.write(sample.body)
            try writer.finish()
            #expect(!FileManager.default.fileExists(atPath: path))
            try file.finish()
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["record"])
            #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == sample.container)
            #expect(sink.digest == RecordDigest.of(sample.container))
            #expect(storage { try file.finish() } == .finished)
            #expect(storage { try file.write([1].span) } == .finished)

            let reader = try SealedRecordReader(FileSource(path: path), seed: sample.seed)
            try reader.verify()
            #expect(try reader.read(0..<5000) == sample.body)
        }
    }

    /// The bytes are durable before they have the name, and the name before the caller goes on.
    @Test func aFinishedFileIsDurableBeforeItHasItsName() throws {
        try inDirectory { directory in
            var calls: [[String]] = []
            let path = directory + "/a"
            let sink = try FileSink(path: path) { operation, path in
                calls.append([operation, path])
                return nil
            }
            try sink.write([1, 2, 3].span)
            try sink.finish()
            #expect(calls.map { $0[0] } == ["write", "fsync", "link", "unlink", "fsync"])
            #expect(calls[1][1] == calls[0][1])
            #expect(calls[2][1] == path)
            #expect(calls[4][1] == directory)
        }
    }

    @Test func aFileThatCannotBeFinishedNeverHasItsName() throws {
        for operation in ["write", "fsync", "link"] {
            try inDirectory { directory in
                do {
                    let sink = try FileSink(path: directory + "/a") { asked, _ in asked == operation ? EIO : nil }
                    let error = storage {
                        try sink.write([1].span)
                        try sink.finish()
                    }
                    guard case .system(operation, _, EIO) = error else {
                        Issue.record("\(operation): \(String(describing: error))")
                        return
                    }
                }
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
            }
        }
    }

    @Test func anUnfinishedFileLeavesNothing() throws {
        try inDirectory { directory in
            do {
                let sink = try FileSink(path: directory + "/a")
                try sink.write([1, 2, 3].span)
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 1)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
        }
    }

    @Test func nothingIsOverwritten() throws {
        try inDirectory { directory in
            let path = directory + "/a"
            let late = try FileSink(path: path)
            try Data([9]).write(to: URL(filePath: path))
            #expect(storage { try FileSink(path: path) } == .exists(path: path))
            try late.write([1].span)
            #expect(storage { try late.finish() } == .exists(path: path))
            #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == [9])
        }
    }

    @Test func onlyRegularFilesAreRead() throws {
        try inDirectory { directory in
            #expect(storage { try FileSource(path: directory) } == .notARegularFile(path: directory))
            let link = directory + "/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/etc/hostname")
            #expect(storage { try FileSource(path: link) } == .system(operation: "open", path: link, errno: ELOOP))
            let missing = directory + "/missing"
            #expect(
                storage { try FileSource(path: missing) } == .system(operation: "open", path: missing, errno: ENOENT))
        }
    }

    @Test func aFileThatShrinksIsNoticed() throws {
        try inDirectory { directory in
            let sample = try Sample(bodyByteCount: 5000)
            let path = directory + "/a"
            try Data(sample.container).write(to: URL(filePath: path))
            let reader = try SealedRecordReader(FileSource(path: path), seed: sample.seed)
            let file = try FileHandle(forUpdating: URL(filePath: path))
            try file.truncate(atOffset: 3000)
            let found = refusal { try reader.read(0..<5000) }
            guard case .storage(.endOfSource) = found else {
                Issue.record("expected the end of the source, got \(String(describing: found))")
                return
            }
        }
    }
}
