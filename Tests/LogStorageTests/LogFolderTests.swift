import DurableFiles
import Foundation
import LogStorage
import Octets
import Synchronization
import TestKit
import Testing
import TransparencyLog

/// Writes a log of numbered entries into a folder, publishing at chosen sizes.
private struct NumberedLog {
    let signer: NoteSigner
    let folder: LogFolder
    var writer: LogFolderWriter
    var growth = TileGrowth()
    /// What was published, by size.
    var checkpoints: [UInt64: SignedNote] = [:]

    init(_ path: String, files: FileSystem = FileSystem()) throws {
        signer = try NoteSigner(
            name: try KeyName("log.example.org/numbers"), algorithm: .ed25519,
            seed: SecretOctets(copying: Array(repeating: 7, count: 32)))
        folder = LogFolder(path, files: files)
        writer = try LogFolderWriter(folder)
    }

    static func entry(_ index: UInt64) -> [UInt8] { Array("entry \(index)".utf8) }

    mutating func grow(to size: UInt64) throws {
        while growth.size < size { try growth.append(Self.entry(growth.size)) }
        try publish()
    }

    mutating func publish() throws {
        try writer.write(try growth.unwritten())
        for tile in growth.filled { try writer.removePartials(of: tile) }
        growth.settle()
        let checkpoint = try Checkpoint(
            origin: LogOrigin(signer.verifierKey.name), size: growth.size, root: growth.root)
        let note = try checkpoint.signed(by: signer)
        try writer.publish(checkpoint: note.encoded)
        checkpoints[growth.size] = note
    }
}

@Suite struct LogFolderTests {
    @Test func whatWasWrittenIsReadAndProved() throws {
        let temporary = try TemporaryFolder()
        var log = try NumberedLog(temporary.path("log"))
        for size in [0, 1, 255, 256, 257, 700] as [UInt64] {
            try log.grow(to: size)
            var lookup = log.folder.lookup(size: size)
            #expect(try lookup.root(ofFirst: size) == log.growth.root)
            for old in log.checkpoints.keys.sorted() {
                let root = try Checkpoint(text: try #require(log.checkpoints[old]).text).root
                try lookup.consistencyProof(from: old, to: size).verify(oldRoot: root, newRoot: log.growth.root)
            }
            for index in 0..<size {
                try lookup.inclusionProof(index: index, size: size)
                    .verify(leafHash: MerkleTree.leafHash(of: NumberedLog.entry(index)), root: log.growth.root)
            }
            #expect(try log.folder.checkpoint() == log.checkpoints[size]?.encoded)
        }
        #expect(try log.folder.entries(of: Tile(.entries, index: 1))[255] == NumberedLog.entry(511))
        // Cut from the full one.
        #expect(try log.folder.entries(of: Tile(.entries, index: 0, width: 3)).count == 3)
        #expect(!FileManager.default.fileExists(atPath: log.folder.path + "/tile/0/000.p"))
    }

    @Test func damageIsNamedByItsFile() throws {
        let temporary = try TemporaryFolder()
        var log = try NumberedLog(temporary.path("log"))
        try log.grow(to: 300)
        let tile = try Tile(.hashes(level: 0), index: 1, width: 44)
        #expect(throws: LogFolderError.missing(try Tile(.entries, index: 9), folder: log.folder.path)) {
            try log.folder.entries(of: Tile(.entries, index: 9))
        }
        let path = log.folder.file(of: tile)
        try Data(repeating: 0, count: 44 * 32 - 1).write(to: URL(fileURLWithPath: path))
        #expect {
            try log.folder.hashes(of: tile)
        } throws: {
            guard case LogFolderError.damaged(tile, folder: log.folder.path, reason: _) = $0 else { return false }
            return true
        }
        try Data(repeating: 0, count: 44 * 32 + 1).write(to: URL(fileURLWithPath: path))
        #expect {
            try log.folder.hashes(of: tile)
        } throws: {
            guard case LogFolderError.damaged(tile, folder: log.folder.path, reason: _) = $0 else { return false }
            return true
        }
    }

    @Test func anErrorAtAnyCallLeavesWholeFilesAndWritingAgainMendsIt() throws {
        var calls = 0
        var failedAt = 0
        repeat {
            let temporary = try TemporaryFolder()
            let counter = Mutex(-1)
            let files = FileSystem { _, _ in
                counter.withLock { left in
                    guard left >= 0 else { return nil }
                    left -= 1
                    return left == -1 ? EIO : nil
                }
            }
            var log = try NumberedLog(temporary.path("log"), files: files)
            try log.grow(to: 250)
            let before = log
            counter.withLock { $0 = failedAt }
            do {
                try log.grow(to: 260)
                calls = failedAt
            } catch is LogFolderError {}
            counter.withLock { $0 = -1 }
            // The published tree is there whatever failed.
            if let note = try log.folder.checkpoint() {
                let checkpoint = try Checkpoint(text: try SignedNote(encoded: note).text)
                var lookup = log.folder.lookup(size: checkpoint.size)
                #expect(try lookup.root(ofFirst: checkpoint.size) == checkpoint.root)
            }
            var again = before
            try again.writer.removeLeftovers(around: Tile.partial(ofTree: 260))
            try again.grow(to: 260)
            var lookup = again.folder.lookup(size: 260)
            #expect(try lookup.root(ofFirst: 260) == again.growth.root)
            failedAt += 1
        } while calls == 0
        #expect(calls > 20)
    }

    /// Whoever has an independent checker at hand names its program in `TLOGCHECK`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["TLOGCHECK"] != nil, "TLOGCHECK names no checker"))
    func anIndependentCheckerAcceptsLogsOfEveryAwkwardSize() throws {
        let checker = try #require(ProcessInfo.processInfo.environment["TLOGCHECK"])
        let temporary = try TemporaryFolder()
        var log = try NumberedLog(temporary.path("log"))
        var old: [String] = []
        for size in [0, 1, 255, 256, 257, 65_536, 70_000] as [UInt64] {
            try log.grow(to: size)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: checker)
            process.arguments =
                ["check", "-base", log.folder.path, "-vkey", log.signer.verifierKey.vkey]
                + old.flatMap { ["-old", $0] }
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "size \(size)")
            let kept = temporary.path("checkpoint-\(size)")
            try Data(try #require(log.checkpoints[size]).encoded).write(to: URL(fileURLWithPath: kept))
            old.append(kept)
        }
    }
}
