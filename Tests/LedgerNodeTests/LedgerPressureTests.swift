import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

/// Witnesses that hang, and witnesses that stay away.
@Suite struct LedgerPressureTests {
    /// Three witnesses of which the first hangs when its gate is closed and the others can be switched off.
    private func open(
        _ fixture: Fixture, deadline: Gate, adjusting adjust: (inout LedgerConfiguration) -> Void = { _ in }
    ) async throws -> (ledger: LedgerNode, hanging: HangingWitness, switches: [SwitchedWitness]) {
        let ledger = try await fixture.openLedger(adjusting: {
            $0.roundDeadline = { await deadline.pass() }
            adjust(&$0)
        })
        let hanging = HangingWitness(try await fixture.openWitness(0, source: ledger))
        var switches: [SwitchedWitness] = []
        for number in 1..<3 {
            switches.append(SwitchedWitness(try await fixture.openWitness(number, source: ledger)))
        }
        let witnesses: [any Witnessing] = [hanging] + switches
        try await ledger.connect(
            zip(fixture.witnesses, witnesses).map { WitnessEndpoint(key: $0.verifierKey, witness: $1) })
        return (ledger, hanging, switches)
    }

    @Test func aReaderDoesNotWaitForWitnessesThatHang() async throws {
        let fixture = try Fixture()
        let deadline = Gate(isOpen: false)
        let (ledger, hanging, switches) = try await open(fixture, deadline: deadline) { $0.readerPatience = .zero }
        // Whoever submits waits for a round, as ever.
        _ = try await ledger.submit(fixture.transactions[0])
        deadline.open()
        deadline.close()
        hanging.gate.close()
        for witness in switches { witness.isDown = true }
        fixture.clock.advance(milliseconds: 120_000)
        for _ in 1...3 {
            let note = try SignedNote(encoded: try await ledger.checkpoint())
            #expect(try Checkpoint(text: note.text).size == 1)
        }
        deadline.open()
        hanging.gate.open()
        await ledger.close()
    }

    @Test func aReaderThatIsCancelledWaitsNoLonger() async throws {
        let fixture = try Fixture()
        let deadline = Gate(isOpen: false)
        let (ledger, hanging, switches) = try await open(fixture, deadline: deadline) {
            $0.readerPatience = .seconds(3600)
        }
        _ = try await ledger.submit(fixture.transactions[0])
        deadline.open()
        deadline.close()
        hanging.gate.close()
        for witness in switches { witness.isDown = true }
        fixture.clock.advance(milliseconds: 120_000)
        let reading = Task { try await ledger.checkpoint() }
        await until { hanging.gate.waitingCount == 1 }
        reading.cancel()
        #expect(try Checkpoint(text: SignedNote(encoded: try await reading.value).text).size == 1)
        deadline.open()
        hanging.gate.open()
        await ledger.close()
    }

    @Test func aWitnessThatNeverAnswersEndsTheRoundAtItsDeadline() async throws {
        let fixture = try Fixture()
        let transactions = fixture.transactions
        let deadline = Gate(isOpen: false)
        let (ledger, hanging, switches) = try await open(fixture, deadline: deadline)
        _ = try await ledger.submit(transactions[0])
        deadline.open()
        deadline.close()
        hanging.gate.close()
        switches[1].isDown = true

        let submission = Task { () async -> LedgerError? in
            do throws(LedgerError) {
                _ = try await ledger.submit(transactions[1])
                return nil
            } catch {
                return error
            }
        }
        await until { hanging.gate.waitingCount == 1 && deadline.waitingCount > 0 }
        deadline.open()
        guard case .notFinal(1, let reason) = await submission.value else { throw Mismatch() }
        #expect(reason.contains("alpha.witness.test: no answer in time"))
        #expect(reason.contains("switched off"))
        // Receipts and checkpoints end as well, while it still hangs.
        let polled = await #expect(throws: LedgerError.self) {
            try await ledger.receipt(of: fixture.scenario.entries[1].transaction.id)
        }
        guard case .notFinal(1, _) = polled else { throw Mismatch() }
        let old = try SignedNote(encoded: try await ledger.checkpoint())
        #expect(try Checkpoint(text: old.text).size == 1)

        // It comes back: it is asked for the newest head, and everything goes on.
        deadline.close()
        hanging.gate.open()
        let receipt = try await ledger.submit(transactions[1])
        #expect(try fixture.check(receipt, carries: transactions[1], at: 1).size == 2)
        for transaction in transactions[2...] { _ = try await ledger.submit(transaction) }
        #expect(await ledger.finalSize == UInt64(transactions.count))
        deadline.open()
        await ledger.close()
    }

    @Test func aQuorumDoesNotWaitForTheDeadlineNorForASlowWitness() async throws {
        let fixture = try Fixture()
        let deadline = Gate(isOpen: false)
        let (ledger, hanging, _) = try await open(fixture, deadline: deadline)
        hanging.gate.close()
        for transaction in fixture.transactions { _ = try await ledger.submit(transaction) }
        #expect(await ledger.finalSize == UInt64(fixture.transactions.count))
        hanging.gate.open()
        deadline.open()
        await ledger.close()
    }

    @Test(arguments: [true, false]) func whatIsNotFinalIsBounded(byCount: Bool) async throws {
        let fixture = try Fixture()
        let transactions = fixture.transactions
        let sizes = transactions.map(\.count)
        let deployment = try await fixture.openDeployment(adjusting: {
            if byCount {
                $0.maximumNotFinal = 2
            } else {
                // The second is committed because the first leaves room, whatever its own length.
                $0.maximumNotFinalBytes = sizes[1] + 100
            }
        })
        let ledger = deployment.ledger
        _ = try await ledger.submit(transactions[0])
        for witness in deployment.switches { witness.isDown = true }
        for index in 1...2 {
            let caught = await #expect(throws: LedgerError.self) { try await ledger.submit(transactions[index]) }
            guard case .notFinal(UInt64(index), _) = caught else { throw Mismatch() }
        }
        await #expect(throws: LedgerError.busy(queued: 2)) { try await ledger.submit(transactions[3]) }
        #expect(await ledger.committedSize == 3)
        // What is committed is not refused as new.
        let again = await #expect(throws: LedgerError.self) { try await ledger.submit(transactions[2]) }
        guard case .notFinal(2, _) = again else { throw Mismatch() }
        await deployment.close()

        // The bound survives a restart, and goes when the quorum is back.
        let restarted = try await fixture.openDeployment(adjusting: { $0.maximumNotFinal = 2 })
        #expect(await restarted.ledger.backlog.bytes > sizes[1] + sizes[2])
        try await restarted.submit(transactions[3...])
        #expect(await restarted.ledger.finalSize == UInt64(transactions.count))
        #expect(await restarted.ledger.backlog.bytes == 0)
        await restarted.close()
    }
}
