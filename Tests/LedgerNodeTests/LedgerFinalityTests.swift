import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

@Suite struct LedgerFinalityTests {
    @Test func oneWitnessDownChangesNothing() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        deployment.switches[1].isDown = true
        for transaction in fixture.transactions {
            _ = try fixture.check(try await deployment.ledger.submit(transaction), carries: transaction)
        }
        deployment.switches[1].isDown = false
        deployment.switches[2].isDown = true
        // The one that was down fetches what it missed.
        fixture.clock.advance(milliseconds: 120_000)
        let note = try SignedNote(encoded: try await deployment.ledger.checkpoint())
        let verified = try TrustPolicy(text: Array(fixture.policyText.utf8)).verify(note)
        #expect(Set(verified.cosignatures.map(\.key)) == Set(fixture.witnesses[...1].map(\.verifierKey)))
        await deployment.close()
    }

    @Test func twoWitnessesDownGiveNoReceiptAndALaterSubmissionCompletesIt() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        let ledger = deployment.ledger
        let transactions = fixture.transactions
        try await deployment.submit(transactions[..<3])
        deployment.switches[0].isDown = true
        deployment.switches[2].isDown = true
        let caught = await #expect(throws: LedgerError.self) { try await ledger.submit(transactions[3]) }
        guard case .notFinal(3, _) = caught else { throw Mismatch() }
        #expect(await ledger.committedSize == 4)
        #expect(await ledger.finalSize == 3)
        let polled = await #expect(throws: LedgerError.self) {
            try await ledger.receipt(of: fixture.scenario.entries[3].transaction.id)
        }
        guard case .notFinal(3, _) = polled else { throw Mismatch() }
        // Readers get what was final before.
        let stale = try SignedNote(encoded: try await ledger.checkpoint())
        #expect(try Checkpoint(text: stale.text).size == 3)

        deployment.switches[0].isDown = false
        let receipt = try await ledger.submit(transactions[3])
        #expect(try fixture.check(receipt, carries: transactions[3], at: 3).size == 4)
        #expect(await ledger.committedSize == 4)
        await deployment.close()
    }

    @Test func whatWasNotFinalBecomesFinalAfterARestart() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        let transactions = fixture.transactions
        try await deployment.submit(transactions[..<3])
        for witness in deployment.switches { witness.isDown = true }
        await #expect(throws: LedgerError.self) { try await deployment.ledger.submit(transactions[3]) }
        await deployment.close()
        let again = try await fixture.openDeployment()
        #expect(await again.ledger.committedSize == 4)
        let receipt = try await again.ledger.receipt(of: fixture.scenario.entries[3].transaction.id)
        _ = try fixture.check(try #require(receipt), carries: transactions[3], at: 3)
        await again.close()
    }

    @Test func nothingIsSequencedBeforeWitnessesConfirmTheHead() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        for witness in deployment.switches[..<2] { witness.isDown = true }
        let caught = await #expect(throws: LedgerError.self) {
            try await deployment.ledger.submit(fixture.transactions[0])
        }
        guard case .unreachable = caught else { throw Mismatch() }
        #expect(await deployment.ledger.committedSize == 0)
        deployment.switches[0].isDown = false
        _ = try await deployment.ledger.submit(fixture.transactions[0])
        await deployment.close()
    }

    @Test func aLedgerRestoredFromAnOldCopyRefusesToGoOn() async throws {
        let fixture = try Fixture()
        let transactions = fixture.transactions
        let deployment = try await fixture.openDeployment()
        try await deployment.submit(transactions[..<3])
        await deployment.close()
        try fixture.copyLedger("ledger", to: "backup")
        let later = try await fixture.openDeployment()
        try await later.submit(transactions[3..<6])
        await later.close()

        try fixture.copyLedger("backup", to: "ledger")
        let restored = try await fixture.openDeployment()
        let caught = await #expect(throws: LedgerError.self) { try await restored.ledger.submit(transactions[7]) }
        guard case .unreachable = caught else {
            guard case .inconsistent = caught else { throw Mismatch() }
            return await restored.close()
        }
        let halted = await #expect(throws: LedgerError.self) { try await restored.ledger.submit(transactions[7]) }
        guard case .inconsistent(let why) = halted else { throw Mismatch() }
        #expect(why.contains("cosigned 6 leaves, and 3 are stored"))
        await restored.close()
    }

    @Test func anEmptyDatabaseUnderAnOldKeyRefusesToGoOn() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        try await deployment.submit(fixture.transactions[..<3])
        await deployment.ledger.close()
        let ledger = try await fixture.openLedger("fresh.sqlite")
        try await ledger.connect(
            zip(fixture.witnesses, deployment.witnesses).map { WitnessEndpoint(key: $0.verifierKey, witness: $1) })
        await #expect(throws: LedgerError.self) { try await ledger.submit(fixture.transactions[0]) }
        #expect(await ledger.committedSize == 0)
        guard case .inconsistent = await ledger.halted else { throw Mismatch() }
        await ledger.close()
        for witness in deployment.witnesses { await witness.close() }
    }

    @Test func anIdleLedgerIsCosignedAnewAndReceiptsStayAsTheyWere() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        let ledger = deployment.ledger
        let receipts = try await deployment.submit(fixture.transactions)
        let first = try await ledger.checkpoint()
        fixture.clock.advance(milliseconds: 20_000)
        #expect(try await ledger.checkpoint() == first)
        fixture.clock.advance(milliseconds: 1)
        #expect(try await ledger.checkpoint() != first)
        fixture.clock.advance(milliseconds: 69_999)
        let second = try SignedNote(encoded: try await ledger.checkpoint())
        let verified = try TrustPolicy(text: Array(fixture.policyText.utf8)).verify(second)
        #expect(verified.cosignatures.allSatisfy { $0.time == Fixture.start / 1_000 + 90 })
        #expect(try SignedNote(encoded: first).text == second.text)
        #expect(try await deployment.submit(fixture.transactions) == receipts)
        await deployment.close()
    }

    @Test func aClockThatWentBackTooFarStopsSequencing() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        let ledger = deployment.ledger
        let transactions = fixture.transactions
        try await deployment.submit(transactions[..<3])
        fixture.clock.goBack(milliseconds: 4_000)
        try await deployment.submit([transactions[3]])
        fixture.clock.goBack(milliseconds: 4_000)
        await #expect(throws: LedgerError.clockWentBack(milliseconds: 8_000)) {
            try await ledger.submit(transactions[4])
        }
        #expect(await ledger.committedSize == 4)
        fixture.clock.advance(milliseconds: 8_000)
        try await deployment.submit([transactions[4]])
        await deployment.close()
    }

    @Test func anOutcomeNobodyKnowsIsReadBackAndNeverSentAgain() async throws {
        let fixture = try Fixture()
        let transactions = fixture.transactions
        let deployment = try await fixture.openDeployment(sequencer: {
            ScriptedSequencer($0, acts: [.commitUnknown, .dropUnknown])
        })
        let ledger = deployment.ledger
        _ = try fixture.check(try await ledger.submit(transactions[0]), carries: transactions[0], at: 0)
        await #expect(throws: LedgerError.storage("time-out")) { try await ledger.submit(transactions[1]) }
        #expect(await ledger.committedSize == 1)
        // What failed is as if it had never been: the same transaction is sequenced now.
        _ = try fixture.check(try await ledger.submit(transactions[1]), carries: transactions[1], at: 1)
        await deployment.close()
    }

    @Test func anotherSequencerStopsThisOne() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment(sequencer: { ScriptedSequencer($0, acts: [.conflict]) })
        let ledger = deployment.ledger
        let caught = await #expect(throws: LedgerError.self) { try await ledger.submit(fixture.transactions[0]) }
        guard case .inconsistent = caught else { throw Mismatch() }
        await #expect(throws: LedgerError.self) { try await ledger.submit(fixture.transactions[0]) }
        await deployment.close()
    }

    @Test func aWitnessThatAnswersRubbishIsNoWitness() async throws {
        struct Liar: Witnessing {
            let answer: [UInt8]
            func addCheckpoint(
                old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8]
            ) async throws(WitnessRefusal) -> [UInt8] { answer }
        }
        let fixture = try Fixture()
        let ledger = try await fixture.openLedger()
        let honest = try await fixture.openWitness(0, source: ledger)
        let wrong = try fixture.witnesses[1].cosign(text: Array("something else\n".utf8), time: 1).encoded
        for rubbish in [[], [0xff, 0x0a], wrong, [UInt8](repeating: 0x41, count: 100_000)] {
            try await ledger.connect([
                WitnessEndpoint(key: fixture.witnesses[0].verifierKey, witness: honest),
                WitnessEndpoint(key: fixture.witnesses[1].verifierKey, witness: Liar(answer: rubbish)),
            ])
            await #expect(throws: LedgerError.self) { try await ledger.submit(fixture.transactions[0]) }
        }
        #expect(await ledger.finalSize == 0)
        await ledger.close()
        await honest.close()
    }
}
