import LedgerReplica
import Octets
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

/// What witnesses say of the state that the leaves make.
@Suite struct WitnessStateNoteTests {
    private let fixture: Fixture
    private let leaves: [[UInt8]]
    private let trust: TrustAnchor

    init() throws {
        fixture = try Fixture()
        leaves = fixture.scenario.entries.map(\.serialized)
        trust = try TrustAnchor(origin: "ledger.parasol.test", policyText: fixture.policyText)
    }

    private func state(_ size: Int) throws -> WorldState {
        var state = WorldState(origin: "ledger.parasol.test")
        for leaf in leaves[..<size] { try state.apply(try LedgerEntry(serialized: leaf)) }
        return state
    }

    /// A witness that has cosigned the first leaves.
    private func witness(_ number: Int, _ size: Int) async throws -> WitnessNode {
        let witness = try await fixture.openWitness(number, source: ServedLeaves(leaves))
        _ = try await ForgedLog(signer: fixture.log, leaves: Array(leaves[..<size])).ask(witness, from: 0)
        return witness
    }

    @Test func aQuorumsNotesVouchForTheState() async throws {
        var notes: [[UInt8]] = []
        for number in 0..<2 {
            let witness = try await witness(number, 11)
            notes.append(try await witness.stateNote())
            await witness.close()
        }
        // One alone is no quorum.
        #expect(trust.stateNote(merging: [notes[0], notes[0]]) == nil)
        #expect(throws: TransparencyLogError.quorumNotMet) { try trust.verify(stateNote: notes[0]) }
        let note = try #require(trust.stateNote(merging: notes))
        #expect(note.size == 11)
        #expect(note.root == (try state(11).root()))
        #expect(try trust.verify(stateNote: note.note.encoded) == note)
        let expected = try state(11).cosignedState(by: Array(fixture.witnesses[..<2]), at: Fixture.start / 1_000)
        #expect(note.note.text == expected.text)
    }

    @Test func notesOnOtherLeavesDoNotCountTogether() async throws {
        let (first, second) = (try await witness(0, 11), try await witness(1, 7))
        var notes = [try await first.stateNote(), try await second.stateNote()]
        #expect(trust.stateNote(merging: notes) == nil)
        #expect(trust.stateNote(merging: [[], [1, 2, 3], Array(notes[0].dropLast(9))]) == nil)
        _ = try await ForgedLog(signer: fixture.log, leaves: leaves).ask(second, from: 7)
        notes.append(try await second.stateNote())
        #expect(trust.stateNote(merging: notes)?.size == 11)
        await first.close()
        await second.close()
    }

    @Test func aNoteIsTheSameFromAStateThatAnEarlierLifeExecuted() async throws {
        var witness = try await witness(0, 11)
        let before = try await witness.stateNote()
        await witness.close()
        witness = try await fixture.openWitness(0, source: ServedLeaves(leaves))
        #expect(try await witness.stateNote() == before)
        await witness.close()
    }

    @Test func nothingIsVouchedForThatIsNotCosigned() async throws {
        let witness = try await fixture.openWitness(0, source: ServedLeaves(leaves))
        #expect(await refusal(witness) == .unavailable("no leaf is cosigned yet"))
        _ = try await ForgedLog(signer: fixture.log, leaves: Array(leaves[..<5])).ask(witness, from: 0)
        _ = try await witness.stateNote()
        fixture.clock.goBack(milliseconds: 120_000)
        guard case .unavailable = await refusal(witness) else { throw Mismatch() }
        fixture.clock.advance(milliseconds: 120_000)
        await witness.close()
        #expect(await refusal(witness) == .unavailable("the witness is closed"))
    }

    @Test func whatIsVerifiedAndNotCosignedIsNotVouchedFor() async throws {
        struct Ending: EntrySource {
            let leaves: ServedLeaves
            func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
                guard leaves.answered.withLock({ $0.count < 11 + 3 }) else { throw .unreachable("gone") }
                return try await leaves.entries(from: start, to: end)
            }
        }
        let log = try ForgedLog(signer: fixture.log, leaves: leaves)
        let source = Ending(leaves: ServedLeaves(leaves, limit: 1))
        let witness = try await fixture.openWitness(0, source: source, stepBytes: 1)
        await #expect(throws: WitnessRefusal.self) { try await log.ask(witness, from: 0) }
        #expect(await witness.copy?.frontier.size == 4)
        #expect(await refusal(witness) == .unavailable("no leaf is cosigned yet"))
        await witness.close()
    }

    private func refusal(_ witness: WitnessNode) async -> WitnessRefusal? {
        do throws(WitnessRefusal) { _ = try await witness.stateNote() } catch { return error }
        return nil
    }
}
