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

/// Snapshots that a mirror makes while it follows, for others to begin with.
@Suite struct KeptSnapshotsTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture(count: 600) }

    /// Answers receipts in the first final checkpoint above the leaf, as the ledger does.
    private final class Receipting: Ledger {
        let log: ServedLog
        let finals: [Int]
        let fixture: Fixture

        init(_ log: ServedLog, finals: [Int], _ fixture: Fixture) {
            (self.log, self.finals, self.fixture) = (log, finals, fixture)
        }

        func checkpoint() async throws(LedgerError) -> [UInt8] { try await log.checkpoint() }
        func submit(_ signed: [UInt8]) async throws(LedgerError) -> Receipt { try await log.submit(signed) }
        func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
            try await log.entries(from: start, to: end)
        }
        func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]] {
            try await log.consistencyProof(from: old, to: new)
        }

        func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt? {
            guard let index = fixture.entries.firstIndex(where: { $0.transaction.id == transaction }),
                let size = finals.first(where: { $0 > index }),
                let note = try? SignedNote(encoded: fixture.checkpoint(fixture.leaves[..<size]))
            else { return nil }
            // Only the checkpoint in it is wanted.
            return Receipt(
                entry: fixture.leaves[index], proof: LogProof(index: UInt64(index), path: [], note: note).encoded)
        }
    }

    private func mirror(_ name: String = "mirror", of source: any Ledger, every leaves: UInt64 = 250) async throws
        -> LedgerMirror
    {
        try await LedgerMirror.open(
            fixture.files(name), trust: fixture.trust, source: source,
            options: MirrorOptions(stepLeaves: 256, snapshotLeaves: leaves))
    }

    private func notes(of count: Int) throws -> [[UInt8]] {
        try (0..<2).map { try fixture.stateNote(of: count, by: fixture.witnesses[$0...$0]) }
    }

    private func whole(_ offered: OfferedSnapshot, of mirror: LedgerMirror) async throws -> [UInt8] {
        try #require(try await mirror.snapshotBytes(ofSize: offered.size, at: 0, count: Int(offered.byteCount)))
    }

    @Test func aSnapshotIsOfTheFirstFinalTreeBeyondAMultipleHoweverFarTheMirrorFollowsAtOnce() async throws {
        let source = Receipting(try fixture.source(), finals: [120, 260, 503, 590, 600], fixture)
        let mirror = try await mirror(of: source)
        try await mirror.catchUp()
        #expect(await mirror.awaitsStateNote())
        #expect(try await mirror.newestSnapshot() == nil)
        // Of other leaves, of one witness alone, of another state.
        #expect(try await mirror.vouch(with: notes(of: 260)) == false)
        #expect(try await mirror.vouch(with: [notes(of: 503)[0]]) == false)
        #expect(try await mirror.vouch(with: notes(of: 503)))
        let offered = try #require(try await mirror.newestSnapshot())
        #expect(offered.size == 503)
        #expect(await mirror.awaitsStateNote() == false)
        // What is offered is what an export of a mirror that stopped there is.
        let stopped = try await fixture.mirror("stopped", of: try fixture.source(size: 503))
        try await stopped.catchUp()
        let path = fixture.folder.path("exported")
        try await stopped.exportSnapshot(to: path, stateNote: try fixture.stateNote(of: 503))
        #expect(try await whole(offered, of: mirror) == fixture.bytes(path))
        await stopped.close()
        await mirror.close()
    }

    @Test func aQuorumsWordForAnotherStateStopsTheMirror() async throws {
        let source = Receipting(try fixture.source(), finals: [503, 600], fixture)
        let mirror = try await mirror(of: source)
        try await mirror.catchUp()
        #expect(await mirror.awaitsStateNote())
        let other = try Fixture(people: 2, count: 503)
        let lies = try (0..<2).map { try other.stateNote(of: 503, by: fixture.witnesses[$0...$0]) }
        await #expect(throws: MirrorError.snapshotRefuted(size: 503)) { try await mirror.vouch(with: lies) }
        guard case .halted = await refusal(mirror) else { throw Mismatch() }
        await mirror.close()
    }

    @Test func whatWaitsAndWhatIsOfferedIsThereInTheNextLife() async throws {
        let log = try fixture.source(size: 300)
        let source = Receipting(log, finals: [251, 300, 590, 600], fixture)
        var mirror = try await mirror(of: source)
        try await mirror.catchUp()
        #expect(await mirror.awaitsStateNote())
        await mirror.close()
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: fixture.files().snapshots + "/17"))
        mirror = try await self.mirror(of: source)
        #expect(try await mirror.vouch(with: notes(of: 251)))
        let offered = try #require(try await mirror.newestSnapshot())
        await mirror.close()
        mirror = try await self.mirror(of: source)
        #expect(try await mirror.newestSnapshot() == offered)
        #expect(try await mirror.snapshotBytes(ofSize: 17, at: 0, count: 3) == nil)
        let byteCount = offered.byteCount
        #expect(try await mirror.snapshotBytes(ofSize: 251, at: byteCount - 3, count: 9)?.count == 3)
        await #expect(throws: LedgerError.outOfRange(start: byteCount, end: byteCount + 9, size: byteCount)) {
            try await mirror.snapshotBytes(ofSize: 251, at: byteCount, count: 9)
        }
        // The one before stays, for whoever fetches it.
        let note = try fixture.checkpoint(fixture.leaves)
        log.change { $0.checkpoint = note }
        try await mirror.catchUp()
        #expect(await mirror.awaitsStateNote())
        #expect(try await mirror.vouch(with: notes(of: 590)))
        #expect(try await mirror.newestSnapshot()?.size == 590)
        #expect(try await mirror.snapshotBytes(ofSize: 251, at: 0, count: 3)?.count == 3)
        await mirror.close()
    }

    @Test func aSourceThatKnowsNoSuchCheckpointCostsOnlyTheSnapshot() async throws {
        for source in [
            try fixture.source() as any Ledger, Receipting(try fixture.source(), finals: [], fixture),
            Receipting(try fixture.source(), finals: [400], fixture),
        ] {
            let name = "mirror-\(UInt64.random(in: .min ... .max))"
            let mirror = try await mirror(name, of: source)
            #expect(try await mirror.catchUp().checkpoint.size == 600)
            #expect(await mirror.awaitsStateNote() == false)
            await mirror.close()
        }
    }

    private struct Mismatch: Error {}
}
