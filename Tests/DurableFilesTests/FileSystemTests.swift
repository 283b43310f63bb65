import DurableFiles
import Foundation
import Testing

@Suite struct FileSystemTests {
    let folder: TemporaryFolder
    let files = FileSystem()

    init() throws { folder = try TemporaryFolder() }

    @Test func filesAndFoldersAreTheOwnersAlone() throws {
        try files.makeFolder(folder["inner"])
        _ = try files.create(folder["file"])
        try files.replace(folder["replaced"], with: [1])
        #expect(try folder.mode("inner") == 0o700)
        #expect(try folder.mode("file") == 0o600)
        #expect(try folder.mode("replaced") == 0o600)
    }

    @Test func writtenBytesAreReadBackAtAnyOffset() throws {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let file = try files.create(folder["file"])
        try file.write(Array(bytes[500...]), at: 500)
        try file.write(Array(bytes[..<500]), at: 0)
        #expect(try file.size() == 1000)
        for (offset, count) in [(0, 1000), (0, 0), (1, 998), (999, 1), (1000, 0)] {
            #expect(try file.read(at: UInt64(offset), count: count) == Array(bytes[offset..<offset + count]))
        }
        try file.truncate(to: 10)
        #expect(try file.size() == 10)
    }

    @Test func readingPastTheEndIsRefused() throws {
        let path = folder["file"]
        try files.replace(path, with: [1, 2, 3])
        let file = try files.openForReading(path)
        #expect(failure { try file.read(at: 2, count: 2) } == .endedEarly(path: path, offset: 2, count: 2))
        #expect(failure { try file.read(at: 4, count: 1) } == .endedEarly(path: path, offset: 4, count: 1))
    }

    @Test(arguments: [UInt64(1) << 62, .max])
    func offsetsBeyondTheSystemsAreRefused(offset: UInt64) throws {
        let path = folder["file"]
        let file = try files.create(path)
        #expect(
            failure { try file.write([1], at: offset) } == .system(operation: .write, path: path, code: EFBIG))
        #expect(
            failure { try file.read(at: offset, count: 1) } == .system(operation: .read, path: path, code: EFBIG))
        #expect(
            failure { try file.truncate(to: offset) } == .system(operation: .truncate, path: path, code: EFBIG))
    }

    @Test func creatingRefusesWhatIsThere() throws {
        let path = folder["file"]
        _ = try files.create(path)
        #expect(failure { try files.create(path) } == .system(operation: .create, path: path, code: EEXIST))
    }

    @Test func symbolicLinksAreNotFollowed() throws {
        try files.replace(folder["target"], with: [1, 2, 3])
        try FileManager.default.createSymbolicLink(
            atPath: folder["link"], withDestinationPath: folder["target"])
        let link = folder["link"]
        #expect(failure { try files.openForReading(link) } == .system(operation: .open, path: link, code: ELOOP))
        #expect(failure { try files.openForWriting(link) } == .system(operation: .open, path: link, code: ELOOP))
        #expect(failure { try files.create(link) } == .system(operation: .create, path: link, code: EEXIST))
        #expect(failure { try files.size(of: link) } == .notAFile(path: link))
    }

    @Test func onlyRegularFilesAreOpened() throws {
        try files.makeFolder(folder["inner"])
        let pipe = folder["pipe"]
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        #expect(failure { try files.openForReading(folder["inner"]) } == .notAFile(path: folder["inner"]))
        #expect(failure { try files.openForReading(pipe) } == .notAFile(path: pipe))
        #expect(failure { try files.size(of: pipe) } == .notAFile(path: pipe))
    }

    @Test func aMissingFileHasNoSize() throws {
        #expect(try files.size(of: folder["none"]) == nil)
        #expect(failure { try files.openForReading(folder["none"]) }?.isMissing == true)
    }

    @Test func aFileInAFoldersPlaceIsRefused() throws {
        let path = folder["file"]
        try files.replace(path, with: [])
        #expect(failure { try files.makeFolder(path) } == .notAFolder(path: path))
        #expect(
            failure { try files.names(in: path) } == .system(operation: .list, path: path, code: ENOTDIR))
    }

    @Test func namesAreSorted() throws {
        for name in ["b", "a", "c"] { _ = try files.create(folder[name]) }
        #expect(try files.names(in: folder.path) == ["a", "b", "c"])
    }

    @Test func errorsCarryTheSystemsText() throws {
        let path = folder["file"]
        let full = FileSystem { operation, _ in operation == .write ? ENOSPC : nil }
        let file = try full.create(path)
        let error = try #require(failure { try file.write([1], at: 0) })
        #expect(error == .system(operation: .write, path: path, code: ENOSPC))
        #expect("\(error)" == "cannot write \(path): No space left on device (errno 28)")
    }

    @Test func pathsAreSplitAtTheLastSlash() {
        for (path, parent, name) in [
            ("a", ".", "a"), ("/a", "/", "a"), ("/a/b", "/a", "b"), ("a/b/c", "a/b", "c"), ("é/ü", "é", "ü"),
        ] {
            #expect(FileSystem.folder(of: path) == parent)
            #expect(FileSystem.name(of: path) == name)
        }
    }
}
