import Foundation
import LedgerReplica
import LogStorage
import Octets
import ParasolClient
import TestKit
import Testing
import TransparencyLog

/// Every change to a small log's files is found, or changes nothing that anybody reads.
///
/// A seeded sample of all bytes that reaches each file and each structural position; `make damage` takes all of them.
@Suite struct AuditFsckTests {
    private let place: TemporaryFolder
    private let ledger: AuditLedger
    private let folder: LogFolder

    init() throws {
        place = try TemporaryFolder()
        ledger = try AuditLedger.enrolled(300)
        // Checkpoints before the last: their partial tiles lie there still.
        folder = try ledger.write(to: place.path("log"), publishingAt: [290, 256])
    }

    private func findings(_ checks: [LogCheck] = LogFsck.folderChecks) async -> [LogFinding] {
        var found: [LogFinding] = []
        _ = await LogFsck(folder, trust: ledger.trust, checks: checks).run { found.append($0) }
        return found
    }

    private func damages(_ checks: [LogCheck] = LogFsck.folderChecks) async -> [LogFinding] {
        await findings(checks).filter(\.isDamage)
    }

    private func reading() throws -> LogReading { try LogReading(folder, trust: ledger.trust) }

    /// Puts changed bytes in a file's place, demands that it is found, and restores the file. Runs the check that reads it.
    private func expectFound(
        _ changed: [UInt8], at file: String, of original: [UInt8], _ change: String, _ before: LogReading,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        guard changed != original else { return }
        try folder.put(changed, at: file)
        let checks = file == "checkpoint" ? [LogFsck.checkpointCheck] : [LogFsck.tilesCheck]
        if await damages(checks).isEmpty {
            // Of a note anybody may add and take lines that no known key signed: what it says stays the same.
            #expect(file == "checkpoint", "\(file), \(change): not found", sourceLocation: sourceLocation)
            #expect(
                try reading() == before, "\(file), \(change): not found, and read otherwise",
                sourceLocation: sourceLocation)
        }
        try folder.put(original, at: file)
    }

    @Test func anHonestLogHasNoDamage() async throws {
        #expect(await findings() == [])
        #expect(folder.allFiles.count == 8)
    }

    @Test func aFlippedBitInAnyByteIsFoundOrChangesNothing() async throws {
        var generator = SeededGenerator(seed: 3)
        let before = try reading()
        for file in folder.allFiles {
            let bytes = try folder.bytes(at: file)
            var positions = Set([0, 1, bytes.count - 1])
            if bytes.count < 900 {
                positions = Set(bytes.indices)
            } else {
                if file.contains("entries") { positions.formUnion(framing(of: bytes, every: 16)) }
                for _ in 0..<24 { positions.insert(.random(in: bytes.indices, using: &generator)) }
            }
            for position in positions.sorted() {
                var changed = bytes
                changed[position] ^= 1 << UInt8.random(in: 0...7, using: &generator)
                try await expectFound(changed, at: file, of: bytes, "a bit of byte \(position)", before)
            }
        }
        #expect(await findings() == [])
    }

    @Test func swappedBytesAreFound() async throws {
        var generator = SeededGenerator(seed: 4)
        let before = try reading()
        for file in folder.allFiles {
            let bytes = try folder.bytes(at: file)
            for _ in 0..<20 {
                let position = Int.random(in: 0..<bytes.count - 1, using: &generator)
                var changed = bytes
                changed.swapAt(position, position + 1)
                try await expectFound(changed, at: file, of: bytes, "bytes \(position) swapped", before)
            }
        }
    }

    @Test func aFileCutOrGrownAnywhereIsFound() async throws {
        var generator = SeededGenerator(seed: 5)
        let before = try reading()
        for file in folder.allFiles {
            let bytes = try folder.bytes(at: file)
            var lengths = Set([0, 1, bytes.count / 2, bytes.count - 32, bytes.count - 1].filter { $0 >= 0 })
            for _ in 0..<6 { lengths.insert(.random(in: 0..<bytes.count, using: &generator)) }
            for length in lengths.sorted() {
                try await expectFound(Array(bytes.prefix(length)), at: file, of: bytes, "cut to \(length)", before)
            }
            for tail in [[0], Array(repeating: 0, count: 32), bytes] {
                try await expectFound(bytes + tail, at: file, of: bytes, "\(tail.count) bytes more", before)
            }
        }
    }

    @Test func everyRemovedFileIsFoundUnlessAFullOneIsInItsPlace() async throws {
        let before = try reading()
        for file in folder.allFiles {
            let bytes = try folder.bytes(at: file)
            try folder.remove(file)
            let found = await damages()
            // Partial tiles of checkpoints before the last need not be there.
            if file.hasSuffix(".p/34") {
                #expect(found == [])
                #expect(try reading() == before)
            } else {
                #expect(found.first?.kind == .missing)
                #expect(found.first?.path == file)
            }
            try folder.put(bytes, at: file)
        }
    }

    @Test func anyTwoFilesSwappedAreFound() async throws {
        let files = folder.allFiles
        for (number, one) in files.enumerated() {
            for other in files[(number + 1)...] {
                let (first, second) = (try folder.bytes(at: one), try folder.bytes(at: other))
                try folder.put(second, at: one)
                try folder.put(first, at: other)
                #expect(await damages().isEmpty == false, "\(one) and \(other)")
                try folder.put(first, at: one)
                try folder.put(second, at: other)
            }
        }
    }

    static let strangers: [(String, LogFinding.Kind)] = [
        ("notes.txt", .extra), ("checkpoint.new-1a2b", .leftover), ("tile/0/000.new-ff", .leftover),
        ("tile/0/002", .extra), ("tile/0/001.p/45", .extra), ("tile/0/001.p/044", .extra), ("tile/0/1", .extra),
        ("tile/2/000.p/1", .extra), ("tile/8/000", .extra), ("tile/entries/x001/000", .extra), ("tile/readme", .extra),
        ("tile/0/0000.p/1", .extra), ("tile/00/000", .extra),
    ]

    @Test(arguments: strangers) func anAddedFileIsFound(_ path: String, _ kind: LogFinding.Kind) async throws {
        try folder.put([1, 2, 3], at: path)
        #expect(await damages().map(\.kind) == [kind])
    }

    @Test func aLinkInAFilesPlaceIsFound() async throws {
        try folder.put(try folder.bytes(at: "tile/0/000"), at: "tile/0/000.copy")
        try FileManager.default.moveItem(atPath: folder.path + "/tile/0/000.copy", toPath: place.path("elsewhere"))
        try folder.remove("tile/0/000")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/tile/0/000", withDestinationPath: place.path("elsewhere"))
        let found = await damages()
        #expect(found.contains { $0.kind == .misplaced && $0.path == "tile/0/000" })
    }

    @Test func aNeighbourIsNoStranger() async throws {
        try folder.put([1], at: "ledger.sqlite")
        var found: [LogFinding] = []
        _ = await LogFsck(folder, trust: ledger.trust, neighbours: ["ledger.sqlite"]).run { found.append($0) }
        #expect(found == [])
    }

    @Test func oneDamagedFileIsOneFindingAndNamesTheFile() async throws {
        for file in folder.allFiles where file.hasPrefix("tile/") {
            let bytes = try folder.bytes(at: file)
            var changed = bytes
            changed[changed.count - 1] ^= 1
            try folder.put(changed, at: file)
            #expect(await damages().map(\.path) == [file])
            try folder.put(bytes, at: file)
        }
    }

    @Test func everyDamageIsReportedNotOnlyTheFirst() async throws {
        try folder.remove("tile/0/000")
        var bundle = try folder.bytes(at: "tile/entries/001.p/44")
        bundle[40] ^= 1
        try folder.put(bundle, at: "tile/entries/001.p/44")
        try folder.put([], at: "tile/1/000.p/2")
        #expect(
            Set(await damages().map(\.path)) == ["tile/0/000", "tile/entries/001.p/44", "tile/1/000.p/2"])
    }

    @Test func aFullTileMayStandInAPartialOnesPlace() async throws {
        var longer = ledger
        try longer.grow(to: 520)
        let whole = try longer.write(to: place.path("longer"))
        // Published at 300, written on to 512, and stopped.
        let note = try ledger.note(size: 300, root: try reading().checkpoint.root).encoded
        #expect(try whole.bytes(at: "tile/entries/000") == folder.bytes(at: "tile/entries/000"))
        for file in ["tile/entries/001", "tile/0/001"] {
            try folder.put(try whole.bytes(at: file), at: file)
            try folder.remove(file + ".p/44")
        }
        try folder.put(note, at: "checkpoint")
        #expect(await damages() == [])
        #expect(await findings().map(\.kind) == [.notice, .notice])
    }

    /// The positions of some entries' lengths.
    private func framing(of bundle: [UInt8], every: Int) -> [Int] {
        var positions: [Int] = []
        var offset = 0
        var number = 0
        while offset + 2 <= bundle.count {
            if number % every == 0 { positions += [offset, offset + 1] }
            number += 1
            offset += 2 + Int(bundle[offset]) << 8 + Int(bundle[offset + 1])
        }
        return positions
    }
}
