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

    /// A witness that has cosigned the first leaves, and vouches for the state at each fifth.
    private func witness(_ number: Int, _ size: Int) async throws -> WitnessNode {
        let witness = try await open(number)
        try await ask(witness, for: size, from: 0)
        return witness
    }

    private func open(_ number: Int, source: (any EntrySource)? = nil, stepBytes: Int = 1 << 20) async throws
        -> WitnessNode
    {
        try await fixture.openWitness(
            number, source: source ?? ServedLeaves(leaves), stepBytes: stepBytes, stateNoteLeaves: 5)
    }

    private func ask(_ witness: WitnessNode, for size: Int, from old: Int) async throws {
        _ = try await ForgedLog(signer: fixture.log, leaves: Array(leaves[..<size])).ask(witness, from: old)
    }

    /// The note that a witness must have by now.
    private func note(_ witness: WitnessNode) async throws -> [UInt8] { try #require(try await witness.stateNote()) }

    @Test func aQuorumsNotesVouchForTheState() async throws {
        var notes: [[UInt8]] = []
        for number in 0..<2 {
            let witness = try await witness(number, 11)
            notes.append(try await note(witness))
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
        var notes = [try await note(first), try await note(second)]
        #expect(trust.stateNote(merging: notes) == nil)
        #expect(trust.stateNote(merging: [[], [1, 2, 3], Array(notes[0].dropLast(9))]) == nil)
        try await ask(second, for: 11, from: 7)
        notes.append(try await note(second))
        #expect(trust.stateNote(merging: notes)?.size == 11)
        await first.close()
        await second.close()
    }

    @Test func aNoteIsMadeUnaskedAtTheFirstCosignedTreeBeyondEachMultiple() async throws {
        let witness = try await witness(0, 4)
        #expect(try await witness.stateNote() == nil)
        var (size, found) = (4, [UInt64]())
        for next in [5, 7, 9, 11, 11] {
            try await ask(witness, for: next, from: size)
            size = next
            let text = try SignedNote(encoded: try await note(witness)).text
            found.append(try Checkpoint(text: text).size)
            #expect(try Checkpoint(text: text).root == state(Int(found[found.count - 1])).root())
        }
        #expect(found == [5, 5, 5, 11, 11])
        await witness.close()
    }

    @Test func theNewestNoteIsThereInTheNextLife() async throws {
        var witness = try await witness(0, 11)
        let before = try await note(witness)
        await witness.close()
        witness = try await open(0)
        #expect(try await witness.stateNote() == before)
        await witness.close()
    }

    @Test func whatIsVerifiedAndNotCosignedIsNotVouchedFor() async throws {
        struct Ending: EntrySource {
            let leaves: ServedLeaves
            func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
                guard leaves.answered.withLock({ $0.count < 11 + 6 }) else { throw .unreachable("gone") }
                return try await leaves.entries(from: start, to: end)
            }
        }
        let log = try ForgedLog(signer: fixture.log, leaves: leaves)
        let witness = try await open(0, source: Ending(leaves: ServedLeaves(leaves, limit: 1)), stepBytes: 1)
        await #expect(throws: WitnessRefusal.self) { try await log.ask(witness, from: 0) }
        #expect(await witness.copy?.frontier.size == 7)
        #expect(try await witness.stateNote() == nil)
        await witness.close()
    }
}
