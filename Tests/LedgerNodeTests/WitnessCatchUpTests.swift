import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

/// A witness that is far behind, and what is kept of what is sent to it.
@Suite struct WitnessCatchUpTests {
    private func refusal(_ body: () async throws(WitnessRefusal) -> [UInt8]) async -> WitnessRefusal? {
        do throws(WitnessRefusal) {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }

    private func entryCount(_ witness: WitnessNode) async -> UInt64? { await witness.copy?.frontier.size }

    @Test(arguments: [1, 700, 1_500, 1 << 20]) func aWitnessCatchesUpInSteps(stepBytes: Int) async throws {
        let fixture = try Fixture()
        let leaves = fixture.scenario.entries.map(\.serialized)
        let source = ServedLeaves(leaves, limit: 2)
        var witness = try await fixture.openWitness(0, source: source, stepBytes: stepBytes)
        let log = try ForgedLog(signer: fixture.log, leaves: leaves)
        let line = try NoteSignature(encoded: try await log.ask(witness, from: 0))
        var note = try log.note()
        try note.append([line])
        #expect(try note.verified(by: [fixture.witnesses[0].verifierKey]).count == 1)
        // All of it is on the disk, and goes on from there.
        await witness.close()
        witness = try await fixture.openWitness(0, source: source, stepBytes: stepBytes)
        _ = try await log.ask(witness, from: leaves.count)
        await witness.close()
    }

    /// Fails from the given answer on.
    private final class FailingSource: EntrySource {
        let leaves: ServedLeaves
        let answers: Int

        init(_ leaves: ServedLeaves, after answers: Int) {
            self.leaves = leaves
            self.answers = answers
        }

        func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
            guard leaves.answered.withLock({ $0.count < answers }) else { throw .unreachable("gone") }
            return try await leaves.entries(from: start, to: end)
        }
    }

    @Test func whatWasVerifiedIsKeptWhenTheSourceFails() async throws {
        let fixture = try Fixture()
        let leaves = fixture.scenario.entries.map(\.serialized)
        let log = try ForgedLog(signer: fixture.log, leaves: leaves)
        // One leaf in an answer and in a step: all to hash, then three of the other steps.
        let source = FailingSource(ServedLeaves(leaves, limit: 1), after: leaves.count + 3)
        var witness = try await fixture.openWitness(0, source: source, stepBytes: 1)
        guard case .unavailable = await refusal({ () throws(WitnessRefusal) in try await log.ask(witness, from: 0) })
        else { throw Mismatch() }
        #expect(await entryCount(witness) == 4)
        await witness.close()

        let rest = ServedLeaves(leaves, limit: 1)
        witness = try await fixture.openWitness(0, source: rest, stepBytes: 1 << 20)
        #expect(await entryCount(witness) == 4)
        // It has vouched for none of them.
        #expect(
            await refusal { () throws(WitnessRefusal) in try await log.ask(witness, from: 4) } == .conflict(size: 0))
        _ = try await log.ask(witness, from: 0)
        #expect(rest.answered.withLock { $0.count } == leaves.count - 4)
        await witness.close()
    }

    @Test func anotherTreeThanTheOneThatIsHalfVerifiedIsNotCosigned() async throws {
        let fixture = try Fixture()
        let other = try Fixture(seed: 6)
        let leaves = fixture.scenario.entries.map(\.serialized)
        let log = try ForgedLog(signer: fixture.log, leaves: leaves)
        let source = FailingSource(ServedLeaves(leaves, limit: 1), after: leaves.count + 3)
        var witness = try await fixture.openWitness(0, source: source, stepBytes: 1)
        _ = await refusal { () throws(WitnessRefusal) in try await log.ask(witness, from: 0) }
        await witness.close()
        let fork = try ForgedLog(signer: fixture.log, leaves: other.scenario.entries.map(\.serialized))
        witness = try await fixture.openWitness(0, source: ServedLeaves(fork.leaves))
        guard case .inconsistent = await refusal({ () throws(WitnessRefusal) in try await fork.ask(witness, from: 0) })
        else { throw Mismatch() }
        // A smaller tree than what is verified is an old one.
        let old = try ForgedLog(signer: fixture.log, leaves: Array(leaves[..<2]))
        guard case .unavailable = await refusal({ () throws(WitnessRefusal) in try await old.ask(witness, from: 0) })
        else { throw Mismatch() }
        await witness.close()
    }

    /// Serves only while the clock moves on.
    private struct SlowSource: EntrySource {
        let leaves: ServedLeaves
        let clock: ManualClock

        func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
            clock.advance(milliseconds: 5_000)
            return try await leaves.entries(from: start, to: end)
        }
    }

    /// What a log sequences while a witness catches up must not look backdated to it afterwards.
    @Test func aWitnessThatTookLongDoesNotVouchForAnOldHead() async throws {
        let fixture = try Fixture()
        let clock = ManualClock(milliseconds: Fixture.start + 60_000)
        let leaves = fixture.scenario.entries.map(\.serialized)
        let log = try ForgedLog(signer: fixture.log, leaves: leaves)
        let source = SlowSource(leaves: ServedLeaves(leaves, limit: 1), clock: clock)
        let witness = try await fixture.openWitness(0, source: source, clock: clock)
        let refused = await refusal { () throws(WitnessRefusal) in try await log.ask(witness, from: 0) }
        guard case .unavailable(let why) = refused else { throw Mismatch() }
        #expect(why.contains("took long"))
        #expect(await entryCount(witness) == UInt64(leaves.count))
        // Asked again it has nothing left to fetch.
        _ = try await log.ask(witness, from: 0)
        await witness.close()
    }

    @Test func aNewWitnessJoinsALogOfManySteps() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        try await deployment.submit(fixture.transactions[..<10])
        let late = try await fixture.openWitness(2, source: deployment.ledger, "late.sqlite", stepBytes: 500)
        try await deployment.ledger.connect([
            WitnessEndpoint(key: fixture.witnesses[0].verifierKey, witness: deployment.witnesses[0]),
            WitnessEndpoint(key: fixture.witnesses[2].verifierKey, witness: late),
        ])
        _ = try await deployment.ledger.submit(fixture.transactions[10])
        #expect(await entryCount(late) == 11)
        await late.close()
        await deployment.close()
    }

    @Test func whatAnybodyCanMakeUpIsNotKeptAsEvidence() async throws {
        let fixture = try Fixture()
        let other = try Fixture(seed: 6)
        let leaves = fixture.scenario.entries.map(\.serialized)
        let witness = try await fixture.openWitness(0, source: ServedLeaves(leaves))
        let mine = try ForgedLog(signer: fixture.log, leaves: Array(leaves[..<5]))
        _ = try await mine.ask(witness, from: 0)
        let honest = try ForgedLog(signer: fixture.log, leaves: leaves)

        // An honest checkpoint with proofs that lead nowhere.
        let checkpoint = try honest.checkpoint()
        for number in 0..<64 {
            let junk = [[UInt8](repeating: UInt8(number), count: 32)]
            let path = number == 0 ? [] : number.isMultiple(of: 2) ? junk : try honest.proof(from: 5) + junk
            let refused = await refusal { () throws(WitnessRefusal) in
                try await witness.addCheckpoint(old: 5, consistencyProof: path, checkpoint: checkpoint)
            }
            guard case .inconsistent = refused else { throw Mismatch() }
        }
        #expect(try await witness.evidence().isEmpty)

        // A fork, under ever other lines of strangers.
        let fork = try ForgedLog(
            signer: fixture.log, leaves: Array(other.scenario.entries.map(\.serialized)[..<5]))
        for number in 0..<64 {
            var note = try fork.note()
            let text = Array("stranger \(number)\n".utf8)
            try note.append([try other.witnesses[1].cosign(text: text, time: UInt64(number))])
            let refused = await refusal { [note] () throws(WitnessRefusal) in
                try await witness.addCheckpoint(old: 5, consistencyProof: [], checkpoint: note.encoded)
            }
            guard case .inconsistent = refused else { throw Mismatch() }
        }
        let evidence = try await witness.evidence()
        #expect(evidence.count == 1)
        #expect(Set(evidence.flatMap(\.notes)) == [try fork.note(), try mine.note()])
        await witness.close()
    }
}
