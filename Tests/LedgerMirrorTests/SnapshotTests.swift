import DurableFiles
import Foundation
import LedgerReplica
import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import LedgerMirror

extension Fixture {
    /// The state note of the first leaves.
    func stateNote(of count: Int, by signers: ArraySlice<NoteSigner>? = nil) throws -> [UInt8] {
        try state(of: count).cosignedState(by: Array(signers ?? witnesses[..<2]), at: Self.start / 1000).encoded
    }

    /// A mirror of `source`, and its snapshot in a file.
    func snapshot(of source: ServedLog, vouched count: Int?) async throws -> String {
        let mirror = try await mirror("origin", of: source)
        try await mirror.catchUp()
        let path = folder.path("snapshot")
        try await mirror.exportSnapshot(to: path, stateNote: try count.map { try stateNote(of: $0) })
        await mirror.close()
        return path
    }

    func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

    /// Why a snapshot of these bytes is refused; nil where it is taken over.
    func refusal(
        ofSnapshot bytes: [UInt8], acceptingUnvouched: Bool = false, _ name: String = "refusing"
    ) async throws -> MirrorError? {
        let path = folder.path("tried")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        do throws(MirrorError) {
            try await LedgerMirror.restore(
                path, into: files(name), trust: trust, acceptingUnvouched: acceptingUnvouched)
            return nil
        } catch { return error }
    }
}

@Suite struct SnapshotTests {
    @Test func aVouchedSnapshotGivesTheStateAtOnceAndTheHistoryLater() async throws {
        let fixture = try Fixture(count: 600)
        let source = try fixture.source(size: 300)
        let path = try await fixture.snapshot(of: source, vouched: 300)
        let head = try await LedgerMirror.restore(path, into: fixture.files(), trust: fixture.trust)
        let expected = try fixture.state(of: 300).root()
        #expect(head.root == expected && head.checkpoint.checkpoint.size == 300)
        let mirror = try await fixture.mirror(of: source)
        #expect(await mirror.standing == .vouched(snapshotSize: 300))
        #expect(try await mirror.read { state, final in (try state.root(), final.checkpoint.size) } == (expected, 300))
        await #expect(throws: MirrorError.tooSmall(size: 0, needed: 300)) { try await mirror.verifyHistory() }
        let note = try fixture.checkpoint(fixture.leaves)
        source.change { $0.checkpoint = note }
        try await mirror.catchUp()
        #expect(try await mirror.read { state, _ in try state.root() } == fixture.state(of: 600).root())
        #expect(await mirror.standing == .vouched(snapshotSize: 300))
        try await mirror.verifyHistory()
        #expect(await mirror.standing == .executed)
        await mirror.close()
        let again = try await fixture.mirror(of: source)
        #expect(await again.standing == .executed)
        await again.close()
    }

    @Test func anExecutionOfTheHistoryThatIsCancelledChangesNothingAndCanBeginAgain() async throws {
        let fixture = try Fixture(count: 600)
        let source = try fixture.source()
        let path = try await fixture.snapshot(of: source, vouched: 600)
        try await LedgerMirror.restore(path, into: fixture.files(), trust: fixture.trust)
        let mirror = try await fixture.mirror(of: source)
        try await mirror.catchUp()
        let execution = Task {
            while !Task.isCancelled { await Task.yield() }
            try await mirror.verifyHistory()
        }
        execution.cancel()
        await #expect(throws: MirrorError.cancelled) { try await execution.value }
        #expect(await mirror.standing == .vouched(snapshotSize: 600))
        #expect(try await mirror.files.fileSystem.exists(mirror.files.historyState) == false)
        try await mirror.verifyHistory()
        #expect(await mirror.standing == .executed)
        await mirror.close()
    }

    @Test func interruptedBelowItsSnapshotAMirrorGoesOnThereAndCannotBeLedAwayFromIt() async throws {
        let fixture = try Fixture(count: 600)
        let source = try fixture.source()
        let path = try await fixture.snapshot(of: source, vouched: 600)
        try await LedgerMirror.restore(path, into: fixture.files(), trust: fixture.trust)
        source.change { ($0.limit, $0.answersLeft, $0.asked) = (256, 1, []) }
        let mirror = try await fixture.mirror(of: source)
        #expect(await refusal(mirror) == .source(.unreachable("gone")))
        await mirror.close()
        let smaller = try fixture.checkpoint(fixture.leaves[..<590])
        let right = try fixture.checkpoint(fixture.leaves)
        source.change { ($0.answersLeft, $0.checkpoint, $0.asked) = (nil, smaller, []) }
        let again = try await fixture.mirror(of: source)
        #expect(await refusal(again) == .rolledBack(known: 600, offered: 590))
        source.change { $0.checkpoint = right }
        try await again.catchUp()
        #expect(source.asked.map(\.start) == [256, 512])
        #expect(try fixture.tiles() == fixture.tiles("origin"))
        #expect(await again.standing == .vouched(snapshotSize: 600))
        #expect(try await again.read { state, _ in state.entryCount } == 600)
        await again.close()
    }

    @Test func itIsByteForByteTheSameFromAMirrorThatBeganWithIt() async throws {
        let fixture = try Fixture(count: 60)
        let source = try fixture.source()
        let path = try await fixture.snapshot(of: source, vouched: 60)
        try await LedgerMirror.restore(path, into: fixture.files(), trust: fixture.trust)
        let mirror = try await fixture.mirror(of: source)
        try await mirror.catchUp()
        let copy = fixture.folder.path("copy")
        try await mirror.exportSnapshot(to: copy, stateNote: try fixture.stateNote(of: 60))
        #expect(try fixture.bytes(copy) == fixture.bytes(path))
        #expect(try fixture.tiles("origin") == fixture.tiles())
        await mirror.close()
    }

    @Test func withoutAQuorumsWordTheStateIsHeldBackUntilTheHistoryIsExecuted() async throws {
        let fixture = try Fixture(count: 60)
        let source = try fixture.source()
        let bytes = try fixture.bytes(try await fixture.snapshot(of: source, vouched: nil))
        #expect(try await fixture.refusal(ofSnapshot: bytes) == .snapshot(.notVouched))
        #expect(try await fixture.refusal(ofSnapshot: bytes, acceptingUnvouched: true, "mirror") == nil)
        let mirror = try await fixture.mirror(of: source)
        try await mirror.catchUp()
        #expect(await mirror.standing == .heldBack(snapshotSize: 60))
        await #expect(throws: MirrorError.heldBack(snapshotSize: 60)) { try await mirror.read { _, _ in 0 } }
        let id = fixture.entries[3].transaction.id
        await #expect(throws: LedgerError.self) { try await mirror.receipt(of: id) }
        await #expect(throws: MirrorError.heldBack(snapshotSize: 60)) {
            try await mirror.exportSnapshot(to: fixture.folder.path("more"))
        }
        // What hashes alone prove is served.
        #expect(try await mirror.entries(from: 0, to: 60) == fixture.leaves)
        await mirror.close()
        let again = try await fixture.mirror(of: source)
        #expect(await again.standing == .heldBack(snapshotSize: 60))
        try await again.verifyHistory()
        #expect(try await again.read { state, _ in try state.root() } == fixture.state(of: 60).root())
        #expect(try await again.receipt(of: id) != nil)
        await again.close()
    }

    @Test func aStateThatTheHistoryDoesNotMakeIsRefuted() async throws {
        let fixture = try Fixture(count: 60)
        let source = try fixture.source()
        let path = try await fixture.snapshot(of: source, vouched: nil)
        // A transaction under another's index: a state that no leaves make.
        let lie = fixture.folder.path("lie")
        try await fixture.rewrite(path, to: lie) { rows in
            rows.map { row in
                guard row.key.tag == .transactions, row.value.last == 30 else { return row }
                return StateRow(key: row.key, value: row.value.dropLast() + [31])
            }
        }
        try await LedgerMirror.restore(lie, into: fixture.files(), trust: fixture.trust, acceptingUnvouched: true)
        let mirror = try await fixture.mirror(of: source)
        try await mirror.catchUp()
        await #expect(throws: MirrorError.snapshotRefuted(size: 60)) { try await mirror.verifyHistory() }
        guard case .halted = await refusal(mirror) else {
            Issue.record("it goes on")
            return
        }
        await mirror.close()
    }

    @Test func everyChangedByteAndEveryCutOfASmallSnapshotIsRefused() async throws {
        let fixture = try Fixture(count: 1)
        let path = try await fixture.snapshot(of: try fixture.source(), vouched: 1)
        let whole = try fixture.bytes(path)
        let head = try SnapshotRows(SnapshotInput(path, FileSystem()), trust: fixture.trust).head
        let headBytes = head.encoded.count
        func refuses(_ bytes: [UInt8], changedAt offset: Int) throws -> Bool {
            guard offset >= headBytes else {
                if (try? SnapshotHead(encoded: Array(bytes.prefix(headBytes)), trust: fixture.trust)) == nil {
                    return true
                }
                return try fixture.readsAll(bytes) != nil
            }
            return try fixture.readsAll(bytes, behind: head) != nil
        }
        for offset in whole.indices {
            var changed = whole
            changed[offset] ^= UInt8(1 << (offset % 8))
            #expect(try refuses(changed, changedAt: offset), "byte \(offset)")
        }
        for count in stride(from: 0, to: whole.count, by: 31) {
            #expect(try refuses(Array(whole[..<count]), changedAt: count), "cut to \(count)")
        }
        #expect(try fixture.readsAll(whole + [0]) as? SnapshotError == .trailingBytes(1))
        #expect(try fixture.readsAll(whole) == nil)
        // And the whole way, where it leaves nothing behind.
        var changed = whole
        changed[whole.count - 1] ^= 1
        #expect(try await fixture.refusal(ofSnapshot: changed) != nil)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path("refusing")) == [
                "state.sqlite.lock"
            ])
        #expect(try await fixture.refusal(ofSnapshot: whole) == nil)
        #expect(
            try await fixture.refusal(ofSnapshot: whole) == .snapshot(.notEmpty(path: fixture.files("refusing").state)))
    }

    @Test func onlyAQuorumsNoteOnThisVeryStateCounts() async throws {
        let fixture = try Fixture(count: 20)
        let source = try fixture.source()
        let mirror = try await fixture.mirror("origin", of: source)
        try await mirror.catchUp()
        let path = fixture.folder.path("snapshot")
        func refusal(_ note: [UInt8]) async throws -> MirrorError? {
            do throws(MirrorError) {
                try await mirror.exportSnapshot(to: path, stateNote: note)
                return nil
            } catch { return error }
        }
        let right = try fixture.stateNote(of: 20)
        let few = try fixture.stateNote(of: 20, by: fixture.witnesses[..<1])
        #expect(try await refusal(few) == .snapshot(.stateNote(.quorumNotMet)))
        let twice = try SignedNote(
            text: SignedNote(encoded: few).text,
            signatures: [1, 2].map { try fixture.witnesses[0].cosign(text: SignedNote(encoded: few).text, time: $0) })
        #expect(try await refusal(twice.encoded) == .snapshot(.stateNote(.quorumNotMet)))
        let older = try fixture.stateNote(of: 19)
        #expect(try await refusal(older) == .snapshot(.noteDisagrees(noteSize: 19, checkpointSize: 20)))
        // Neither a checkpoint of the log nor a state of another log is a state note, whoever signed it.
        let checkpoint = try fixture.checkpoint(fixture.leaves)
        guard case .snapshot(.stateNote(.wrongOrigin)) = try await refusal(checkpoint) else {
            Issue.record("a checkpoint passed")
            return
        }
        let text = try Checkpoint(
            origin: LogOrigin(Fixture.origin + "/state"), size: 20, root: fixture.state(of: 19).root()
        ).text
        let lie = try SignedNote(text: text, signatures: fixture.witnesses.map { try $0.cosign(text: text, time: 1) })
        #expect(try await refusal(lie.encoded) == .snapshot(.noteDisagrees(noteSize: 20, checkpointSize: 20)))
        #expect(try await refusal(right) == nil)
        // The same by whoever takes it over: the note in the file is replaced by one with too few.
        let spliced = try fixture.bytes(path).replacing(
            Fixture.framed(right), with: Fixture.framed(few), maxReplacements: 1)
        #expect(try await fixture.refusal(ofSnapshot: spliced) == .snapshot(.stateNote(.quorumNotMet)))
        await mirror.close()
    }

    @Test func aStateNoteIsNoCheckpointOfTheLog() throws {
        let fixture = try Fixture(count: 3)
        #expect(throws: TransparencyLogError.self) {
            try fixture.trust.verify(checkpoint: fixture.stateNote(of: 3, by: fixture.witnesses[...]))
        }
        #expect(throws: TransparencyLogError.self) { try fixture.state(of: 3).cosignedState(by: [fixture.log], at: 1) }
        #expect(throws: TransparencyLogError.sizeOutOfRange) {
            try fixture.state(of: 0).cosignedState(by: fixture.witnesses, at: 1)
        }
    }

    /// Dies at every file call of the taking over: then there is no state or the whole one, and it can be begun again.
    @Test func killedWhileASnapshotIsTakenOverThereIsNoStateOrTheWholeOne() async throws {
        let fixture = try Fixture(count: 1)
        let source = try fixture.source()
        let path = try await fixture.snapshot(of: source, vouched: 1)
        let expected = try fixture.state(of: 1).root()
        var calls = 0
        var isDone = false
        while !isDone {
            let name = "taken-\(calls)"
            let kill = Kill(after: calls)
            do throws(MirrorError) {
                try await LedgerMirror.restore(path, into: fixture.files(name, kill.files), trust: fixture.trust)
            } catch { #expect("\(error)".contains("errno"), "\(error)") }
            isDone = !kill.hasStruck
            let mirror = try await fixture.mirror(name, of: source)
            try await mirror.catchUp()
            #expect(try await mirror.read { state, _ in try state.root() } == expected, "call \(calls)")
            await mirror.close()
            calls += 1
        }
        #expect(calls > 10)
    }
}

extension Fixture {
    static func framed(_ note: [UInt8]) -> [UInt8] {
        var writer = OctetWriter()
        writer.writeBigEndian(UInt32(note.count))
        writer.write(note)
        return writer.bytes
    }

    /// Reads a snapshot as taking it over does, without the database; what it is refused for.
    ///
    /// - Parameter head: The head, where that has been read.
    func readsAll(_ bytes: [UInt8], behind head: SnapshotHead? = nil) throws -> (any Error)? {
        let path = folder.path("tried")
        try Data(bytes.dropFirst(head?.encoded.count ?? 0)).write(to: URL(fileURLWithPath: path))
        do {
            let input = try SnapshotInput(path, FileSystem())
            var rows = try head.map { SnapshotRows($0, input) } ?? SnapshotRows(input, trust: trust)
            while try rows.next() != nil {}
            return nil
        } catch { return error }
    }

    /// Writes a snapshot of the same checkpoint with other rows, which its root is made for.
    func rewrite(_ path: String, to target: String, _ change: ([StateRow]) -> [StateRow]) async throws {
        var reader = try SnapshotRows(SnapshotInput(path, FileSystem()), trust: trust)
        var rows: [StateRow] = []
        while let row = try reader.next() { rows.append(row) }
        rows = change(rows)
        var frontier = TreeFrontier()
        for row in rows { try frontier.append(MerkleTree.leafHash(of: row.leaf)) }
        var output = try SnapshotOutput(target, FileSystem())
        try output.write(
            SnapshotHead(
                checkpoint: reader.head.checkpoint, stateNote: nil, root: frontier.root, rowCount: UInt64(rows.count)))
        for row in rows { try output.write(row) }
        try output.finish()
    }
}
