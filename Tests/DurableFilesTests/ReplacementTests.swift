import DurableFiles
import Foundation
import Testing

@Suite struct ReplacementTests {
    let folder: TemporaryFolder
    let old: [UInt8] = Array("the old bytes".utf8)
    let new: [UInt8] = Array("the new and longer bytes".utf8)

    init() throws { folder = try TemporaryFolder() }

    @Test func aFileIsMadeAndReplacedWhole() throws {
        let files = FileSystem()
        try files.replace(folder["file"], with: new)
        #expect(try files.readAll(folder["file"], atMost: 100) == new)
        try files.replace(folder["file"], with: old)
        #expect(try files.readAll(folder["file"], atMost: 100) == old)
        #expect(try folder.names() == ["file"])
    }

    /// The process dies before each single call in turn.
    @Test func deathAtAnyCallLeavesTheOldOrTheNewBytes() throws {
        let files = FileSystem()
        var outcomes: Set<[UInt8]> = []
        var calls = 0
        while true {
            try files.replace(folder["file"], with: old)
            let countdown = Countdown(calls)
            let error = failure { try FileSystem(injecting: countdown.fault).replace(folder["file"], with: new) }
            outcomes.insert(try files.readAll(folder["file"], atMost: 100))
            try files.removeInterruptedReplacements(of: folder["file"])
            #expect(try folder.names() == ["file"])
            if error == nil { break }
            calls += 1
        }
        #expect(outcomes == [old, new])
        #expect(calls >= 5)
    }

    /// The bytes are durable before they have the name, and the name before the caller goes on.
    @Test func everyStepIsDurableBeforeTheNext() throws {
        try FileSystem().replace(folder["file"], with: old)
        let log = Log()
        try FileSystem(injecting: log.fault).replace(folder["file"], with: new)
        let steps = log.calls.filter { [.write, .synchronize, .rename].contains($0.operation) }
        #expect(steps.map(\.operation) == [.write, .synchronize, .rename, .synchronize])
        let beside = try #require(steps.first).path
        #expect(beside.hasPrefix(folder["file.new-"]))
        #expect(steps.map(\.path) == [beside, beside, beside, folder.path])
    }

    @Test(arguments: [1, 7, 23]) func shortReadsAndWritesGoOn(bytesPerCall: Int) throws {
        let log = Log()
        let files = FileSystem(injecting: log.fault, bytesPerCall: bytesPerCall)
        try files.replace(folder["file"], with: new)
        #expect(log.calls.count { $0.operation == .write } == (new.count + bytesPerCall - 1) / bytesPerCall)
        #expect(try files.readAll(folder["file"], atMost: 100) == new)
        #expect(try FileSystem().readAll(folder["file"], atMost: 100) == new)
    }

    @Test(arguments: FileOperation.allCases)
    func afterAFailureOfOneKindTheFileIsWhole(operation: FileOperation) throws {
        try FileSystem().replace(folder["file"], with: old)
        let faulty = FileSystem { asked, _ in asked == operation ? ENOSPC : nil }
        let failed = failure { try faulty.replace(folder["file"], with: new) } != nil
        let bytes = try FileSystem().readAll(folder["file"], atMost: 100)
        #expect(bytes == old || bytes == new)
        #expect(failed || bytes == new)
        #expect(try folder.names() == ["file"])
    }

    @Test func onlyInterruptedReplacementsOfTheFileAreRemoved() throws {
        let files = FileSystem()
        let kept = ["file", "file.new-xyz", "file.newer", "other.new-12ab"]
        for name in kept + ["file.new-12ab", "file.new-0"] { try files.replace(folder[name], with: []) }
        #expect(try files.removeInterruptedReplacements(of: folder["file"]) == 2)
        #expect(try folder.names() == kept)
    }

    @Test func aFileBeyondTheBoundIsNotRead() throws {
        let path = folder["file"]
        try FileSystem().replace(path, with: new)
        #expect(
            failure { try FileSystem().readAll(path, atMost: new.count - 1) }
                == .tooLong(path: path, size: UInt64(new.count), bound: new.count - 1))
    }

    @Test func aMissingFolderIsNamed() {
        let path = folder["none/file"]
        guard case .system(.create, let named, ENOENT) = failure({ try FileSystem().replace(path, with: [1]) }) else {
            Issue.record("made a file in a missing folder")
            return
        }
        #expect(named.hasPrefix(path))
    }
}
