import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

@Suite struct WitnessNodeTests {
    /// Valid leaves, sequenced a second apart from the fixture's start on.
    private func honest(_ fixture: Fixture, _ count: Int? = nil) -> [[UInt8]] {
        Array(fixture.scenario.entries.map(\.serialized).prefix(count ?? fixture.scenario.entries.count))
    }

    private func refusal(_ body: () async throws(WitnessRefusal) -> [UInt8]) async -> WitnessRefusal? {
        do throws(WitnessRefusal) {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }

    /// A transaction whose second signature is missing, sequenced by an operator who does not care.
    private func badLeaf(_ fixture: inout Fixture) throws -> [UInt8] {
        let body = try fixture.scenario.makeEnrollment(.doctor, by: fixture.scenario.members[0])
        let transaction = try fixture.scenario.sign(.identityEnrolled(body), by: [body.identity.signer])
        return try LedgerEntry(sequencedAt: fixture.scenario.now, transaction).serialized
    }

    @Test func anHonestLogIsCosignedStepByStep() async throws {
        let fixture = try Fixture()
        let leaves = honest(fixture)
        let witness = try await fixture.openWitness(0, source: ServedLeaves(leaves))
        var old = 0
        for size in [1, 2, 5, 5, leaves.count] {
            let log = try ForgedLog(signer: fixture.log, leaves: Array(leaves[..<size]))
            let line = try NoteSignature(encoded: try await log.ask(witness, from: old))
            var note = try SignedNote(encoded: try log.checkpoint())
            try note.append([line])
            let verified = try note.verified(by: [fixture.witnesses[0].verifierKey])
            #expect(verified.count == 1)
            old = size
        }
        #expect(try await witness.evidence().isEmpty)
        await witness.close()
    }

    @Test func refusalsHaveTheStatusOfTheProtocol() async throws {
        let fixture = try Fixture()
        let other = try Fixture(seed: 5)
        let leaves = honest(fixture)
        let witness = try await fixture.openWitness(0, source: ServedLeaves(leaves))
        let log = try ForgedLog(signer: fixture.log, leaves: Array(leaves[..<3]))
        _ = try await log.ask(witness, from: 0)
        let note = try log.checkpoint()
        func ask(_ old: UInt64, _ note: [UInt8], proof: [[UInt8]] = []) async -> WitnessRefusal? {
            await refusal { () throws(WitnessRefusal) in
                try await witness.addCheckpoint(old: old, consistencyProof: proof, checkpoint: note)
            }
        }
        guard case .malformed = await ask(3, [1, 2, 3]) else { throw Mismatch() }
        guard case .malformed = await ask(4, note) else { throw Mismatch() }
        guard case .malformed = await ask(3, note, proof: [[1]]) else { throw Mismatch() }
        guard case .malformed = await ask(3, note, proof: Array(repeating: [UInt8](repeating: 0, count: 32), count: 64))
        else { throw Mismatch() }
        guard case .untrusted = await ask(3, try ForgedLog(signer: other.log, leaves: leaves).checkpoint())
        else { throw Mismatch() }
        let stranger = try NoteSigner(
            name: KeyName("other.log.test"), algorithm: .ed25519, seed: SecretOctets(copying: [UInt8](0..<32)))
        guard
            case .unknownOrigin("other.log.test") = await ask(
                3, try ForgedLog(signer: stranger, leaves: leaves).checkpoint())
        else { throw Mismatch() }
        #expect(await ask(0, note) == .conflict(size: 3))
        #expect(await ask(2, note) == .conflict(size: 3))
        guard case .inconsistent = await ask(3, note, proof: [[UInt8](repeating: 0, count: 32)]) else {
            throw Mismatch()
        }
        await witness.close()
        guard case .unavailable = await ask(3, note) else { throw Mismatch() }
    }

    @Test func aLeafThatBreaksARuleIsNeverCosignedAndIsKeptAsEvidence() async throws {
        var fixture = try Fixture()
        let bad = try badLeaf(&fixture)
        let leaves = honest(fixture)
        let source = ServedLeaves(leaves)
        var witness = try await fixture.openWitness(0, source: source)
        let good = try ForgedLog(signer: fixture.log, leaves: leaves)
        _ = try await good.ask(witness, from: 0)
        let lie = try ForgedLog(signer: fixture.log, leaves: leaves + [bad])
        source.serve(lie.leaves)
        for _ in 0..<2 {
            guard
                case .ruleBroken(UInt64(leaves.count), _) = await refusal({ () throws(WitnessRefusal) in
                    try await lie.ask(witness, from: leaves.count)
                })
            else { throw Mismatch() }
        }
        await witness.close()
        witness = try await fixture.openWitness(0, source: source)
        let evidence = try await witness.evidence()
        #expect(evidence.count == 1)
        guard case .brokenRule(.missingSignature, UInt64(leaves.count), bad, let tree) = evidence.first?.charge else {
            throw Mismatch()
        }
        #expect(tree.note == (try lie.note()))
        // The honest continuation is cosigned all the same.
        let next = try fixture.scenario.enroll(.auditor, by: fixture.scenario.members[0])
        #expect(fixture.scenario.state.identity(next) != nil)
        let continued = try ForgedLog(signer: fixture.log, leaves: honest(fixture))
        source.serve(continued.leaves)
        _ = try await continued.ask(witness, from: leaves.count)
        await witness.close()
    }

    @Test func aForkIsNotCosignedAtTheSameSizeNorAtALargerOne() async throws {
        let fixture = try Fixture()
        let other = try Fixture(seed: 6)
        let leaves = honest(fixture)
        let source = ServedLeaves(leaves)
        let witness = try await fixture.openWitness(0, source: source)
        let mine = try ForgedLog(signer: fixture.log, leaves: Array(leaves[..<5]))
        _ = try await mine.ask(witness, from: 0)
        // The same five members enrolled otherwise: valid by itself, and another history.
        let fork = try ForgedLog(signer: fixture.log, leaves: Array(honest(other)[..<5]))
        source.serve(fork.leaves)
        guard case .inconsistent = await refusal({ () throws(WitnessRefusal) in try await fork.ask(witness, from: 5) })
        else { throw Mismatch() }
        let longer = try ForgedLog(signer: fixture.log, leaves: honest(other))
        source.serve(longer.leaves)
        guard
            case .inconsistent = await refusal({ () throws(WitnessRefusal) in try await longer.ask(witness, from: 5) })
        else { throw Mismatch() }
        // Each convicts the log without the witness's word.
        let evidence = try await witness.evidence()
        #expect(evidence.count == 2)
        #expect(Set(evidence.flatMap(\.notes)) == [try mine.note(), try fork.note(), try longer.note()])
        for item in evidence { #expect(try item.verify(log: fixture.log.verifierKey).convicts) }
        await witness.close()
    }

    @Test func aRewrittenLeafIsNoticedWhoeverServesIt() async throws {
        let fixture = try Fixture()
        let leaves = honest(fixture)
        let log = try ForgedLog(signer: fixture.log, leaves: leaves)
        for position in leaves.indices {
            var rewritten = leaves
            rewritten[position][rewritten[position].count / 2] ^= 1
            let witness = try await fixture.openWitness(0, source: ServedLeaves(rewritten), "w\(position).sqlite")
            guard
                case .inconsistent = await refusal({ () throws(WitnessRefusal) in try await log.ask(witness, from: 0) })
            else { throw Mismatch() }
            await witness.close()
        }
    }

    @Test func timesThatCannotBeAreNotCosigned() async throws {
        var fixture = try Fixture()
        let leaves = honest(fixture)
        fixture.clock.advance(milliseconds: 600_000)
        let source = ServedLeaves(leaves)
        let witness = try await fixture.openWitness(0, source: source)
        _ = try await ForgedLog(signer: fixture.log, leaves: leaves).ask(witness, from: 0)
        // The scenario's next leaf is stamped minutes before the moment at which the witness cosigned last.
        for (time, isRefused) in [(540_000 - 1, true), (660_001, true), (540_000, false)] {
            let body = try fixture.scenario.makeEnrollment(.auditor, by: fixture.scenario.members[0])
            let transaction = try fixture.scenario.sign(.identityEnrolled(body))
            let leaf = try LedgerEntry(
                sequencedAt: Timestamp(milliseconds: Fixture.start + UInt64(time)), transaction
            ).serialized
            let log = try ForgedLog(signer: fixture.log, leaves: leaves + [leaf])
            source.serve(log.leaves)
            let refused = await refusal { () throws(WitnessRefusal) in try await log.ask(witness, from: leaves.count) }
            if isRefused {
                guard case .ruleBroken = refused else { throw Mismatch() }
            } else {
                #expect(refused == nil)
            }
        }
        // Only this witness's clock says so: no evidence.
        #expect(try await witness.evidence().isEmpty)
        // A clock that was set back cannot judge times.
        fixture.clock.goBack(milliseconds: 120_000)
        let same = try ForgedLog(signer: fixture.log, leaves: try await accepted(source, leaves.count + 1))
        guard
            case .unavailable = await refusal({ () throws(WitnessRefusal) in
                try await same.ask(witness, from: leaves.count + 1)
            })
        else { throw Mismatch() }
        await witness.close()
    }

    private func accepted(_ source: ServedLeaves, _ count: Int) async throws -> [[UInt8]] {
        try await source.entries(from: 0, to: UInt64(count))
    }

    /// A request that was on its way for minutes must not make what the log sequenced meanwhile look backdated for ever.
    @Test func aRequestThatComesLateLocksNobodyOut() async throws {
        let fixture = try Fixture()
        let leaves = honest(fixture)
        let source = ServedLeaves(leaves)
        let witness = try await fixture.openWitness(0, source: source)
        let whole = try ForgedLog(signer: fixture.log, leaves: leaves)
        fixture.clock.advance(milliseconds: 10_000)
        // The scenario sequences a leaf a second: the log has gone on by minutes when this arrives.
        fixture.clock.advance(milliseconds: 180_000)
        for size in [0, 4] {
            let late = try ForgedLog(signer: fixture.log, leaves: Array(leaves[..<size]))
            let refused = await refusal { () throws(WitnessRefusal) in try await late.ask(witness, from: 0) }
            guard case .unavailable(let why) = refused else { throw Mismatch() }
            #expect(why.contains("ask about the newest checkpoint"))
        }
        _ = try await whole.ask(witness, from: 0)
        // An idle log is not a late one.
        fixture.clock.advance(milliseconds: 180_000)
        _ = try await whole.ask(witness, from: leaves.count)
        #expect(try await witness.evidence().isEmpty)
        await witness.close()
    }

    @Test func aPolicyThatDoesNotNameTheWitnessOrNeedsNoQuorumIsNotCosigned() async throws {
        let fixture = try Fixture()
        let stranger = try Fixture(seed: 8)
        let open = fixture.policyText.replacing("quorum all-witnesses", with: "quorum none")
        for (number, policy) in [stranger.policyText, open].enumerated() {
            let leaves = try Fixture(policyText: policy).scenario.entries.map(\.serialized)
            let witness = try await fixture.openWitness(0, source: ServedLeaves(leaves), "w\(number).sqlite")
            let log = try ForgedLog(signer: fixture.log, leaves: leaves)
            guard
                case .ruleBroken(0, _) = await refusal({ () throws(WitnessRefusal) in
                    try await log.ask(witness, from: 0)
                })
            else { throw Mismatch() }
            await witness.close()
        }
    }

    @Test func aSourceThatServesNothingOrTooMuchMakesNoEvidence() async throws {
        struct Flood: EntrySource {
            func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
                Array(repeating: [], count: 1_000)
            }
        }
        let fixture = try Fixture()
        let log = try ForgedLog(signer: fixture.log, leaves: honest(fixture))
        let sources: [any EntrySource] = [
            ServedLeaves(), Flood(), ServedLeaves([[UInt8](repeating: 0, count: 70_000)]),
        ]
        for (number, source) in sources.enumerated() {
            let witness = try await fixture.openWitness(0, source: source, "w\(number).sqlite")
            guard
                case .unavailable = await refusal({ () throws(WitnessRefusal) in try await log.ask(witness, from: 0) })
            else { throw Mismatch() }
            #expect(try await witness.evidence().isEmpty)
            await witness.close()
        }
    }

    @Test func ofTwoForksAtOnceOneIsCosigned() async throws {
        let fixture = try Fixture()
        let other = try Fixture(seed: 6)
        let gate = Gate(isOpen: false)
        let leaves = honest(fixture)
        let witness = try await fixture.openWitness(0, source: ServedLeaves(leaves, gate: gate))
        let mine = try ForgedLog(signer: fixture.log, leaves: leaves)
        let fork = try ForgedLog(signer: fixture.log, leaves: honest(other))
        async let first = refusal { () throws(WitnessRefusal) in try await mine.ask(witness, from: 0) }
        await until { gate.waitingCount == 1 }
        guard case .unavailable = await refusal({ () throws(WitnessRefusal) in try await fork.ask(witness, from: 0) })
        else { throw Mismatch() }
        gate.open()
        #expect(await first == nil)
        #expect(
            await refusal { () throws(WitnessRefusal) in try await fork.ask(witness, from: 0) }
                == .conflict(size: UInt64(leaves.count)))
        await witness.close()
    }

    @Test func whatWasCosignedIsRememberedAcrossARestart() async throws {
        let fixture = try Fixture()
        let leaves = honest(fixture)
        let source = ServedLeaves(leaves)
        var witness = try await fixture.openWitness(0, source: source)
        _ = try await ForgedLog(signer: fixture.log, leaves: Array(leaves[..<4])).ask(witness, from: 0)
        await witness.close()
        witness = try await fixture.openWitness(0, source: source)
        let log = try ForgedLog(signer: fixture.log, leaves: leaves)
        #expect(
            await refusal { () throws(WitnessRefusal) in try await log.ask(witness, from: 0) } == .conflict(size: 4))
        _ = try await log.ask(witness, from: 4)
        await witness.close()
        let other = try Fixture(seed: 5)
        await #expect(throws: LedgerError.self) {
            try await WitnessNode.open(
                path: fixture.folder.path("witness-0.sqlite"), signer: other.witnesses[0],
                log: fixture.log.verifierKey, source: source, clock: fixture.clock)
        }
    }

    @Test func anEmptyTreeIsCosignedOnlyWithTheEmptyRoot() async throws {
        let fixture = try Fixture()
        let witness = try await fixture.openWitness(0, source: ServedLeaves())
        let empty = try ForgedLog(signer: fixture.log, leaves: [])
        _ = try await empty.ask(witness, from: 0)
        let text = Array("ledger.parasol.test\n0\n\(String(repeating: "A", count: 43))=\n".utf8)
        let note = try SignedNote(text: text, signatures: [try fixture.log.sign(text: text)]).encoded
        guard
            case .malformed = await refusal({ () throws(WitnessRefusal) in
                try await witness.addCheckpoint(old: 0, consistencyProof: [], checkpoint: note)
            })
        else { throw Mismatch() }
        await witness.close()
    }
}
