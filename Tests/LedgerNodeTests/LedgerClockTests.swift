import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

/// A leaf that witnesses do not cosign because of its time stays for ever: it must not be committed.
@Suite struct LedgerClockTests {
    private func demandNothingConvicts(_ deployment: Deployment) async throws {
        for witness in deployment.witnesses { #expect(try await witness.evidence().isEmpty) }
    }

    @Test func aClockThatWentBackWhileIdleSequencesNothing() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        let ledger = deployment.ledger
        let transactions = fixture.transactions
        try await deployment.submit(transactions[..<3])
        fixture.clock.advance(milliseconds: 3_600_000)
        _ = try await ledger.checkpoint()
        fixture.clock.goBack(milliseconds: 300_000)
        await #expect(throws: LedgerError.clockWentBack(milliseconds: 300_000)) {
            try await ledger.submit(transactions[3])
        }
        #expect(await ledger.committedSize == 3)
        fixture.clock.advance(milliseconds: 300_000)
        try await deployment.submit(transactions[3...])
        #expect(await ledger.finalSize == UInt64(transactions.count))
        try await demandNothingConvicts(deployment)
        await deployment.close()
    }

    @Test func aClockThatWentBackIsNoticedAcrossARestart() async throws {
        let fixture = try Fixture()
        let witnessClock = ManualClock(milliseconds: Fixture.start)
        let transactions = fixture.transactions
        let first = try await fixture.openDeployment(witnessClock: witnessClock)
        try await first.submit(transactions[..<3])
        for clock in [fixture.clock, witnessClock] { clock.advance(milliseconds: 3_600_000) }
        _ = try await first.ledger.checkpoint()
        await first.close()
        fixture.clock.goBack(milliseconds: 300_000)

        let again = try await fixture.openDeployment(witnessClock: witnessClock)
        await #expect(throws: LedgerError.clockWentBack(milliseconds: 300_000)) {
            try await again.ledger.submit(transactions[3])
        }
        #expect(await again.ledger.committedSize == 3)
        fixture.clock.advance(milliseconds: 300_000)
        try await again.submit(transactions[3...])
        try await demandNothingConvicts(again)
        await again.close()
    }

    @Test(arguments: [false, true]) func aClockThatLeaptAheadSequencesNothing(afterARestart: Bool) async throws {
        let fixture = try Fixture()
        let witnessClock = ManualClock(milliseconds: Fixture.start)
        let transactions = fixture.transactions
        var deployment = try await fixture.openDeployment(witnessClock: witnessClock)
        try await deployment.submit(transactions[..<3])
        fixture.clock.advance(milliseconds: 120_000)
        if afterARestart {
            await deployment.close()
            deployment = try await fixture.openDeployment(witnessClock: witnessClock)
        }
        await #expect(throws: LedgerError.clockIsAhead(milliseconds: 120_000)) {
            try await deployment.ledger.submit(transactions[3])
        }
        #expect(await deployment.ledger.committedSize == 3)
        // The reading is forgotten with the leap: what the clock shows then is believed again.
        fixture.clock.goBack(milliseconds: 120_000)
        try await deployment.submit(transactions[3...])
        #expect(await deployment.ledger.finalSize == UInt64(transactions.count))
        try await demandNothingConvicts(deployment)
        await deployment.close()
    }

    @Test func anEmptyLedgersClockIsHeldAgainstTheWitnessesToo() async throws {
        let fixture = try Fixture()
        let witnessClock = ManualClock(milliseconds: Fixture.start - 600_000)
        let deployment = try await fixture.openDeployment(witnessClock: witnessClock)
        await #expect(throws: LedgerError.clockIsAhead(milliseconds: 600_000)) {
            try await deployment.ledger.submit(fixture.transactions[0])
        }
        witnessClock.advance(milliseconds: 1_200_000)
        await #expect(throws: LedgerError.clockWentBack(milliseconds: 600_000)) {
            try await deployment.ledger.submit(fixture.transactions[0])
        }
        #expect(await deployment.ledger.committedSize == 0)
        fixture.clock.advance(milliseconds: 600_000)
        try await deployment.submit(fixture.transactions)
        await deployment.close()
    }

    @Test func clocksMayDifferByTheBoundAndNoMore() async throws {
        for (ahead, back, isRefused) in [
            (20_000, 0, false), (20_001, 0, true), (0, 20_000, false), (0, 20_001, true),
        ] as [(UInt64, UInt64, Bool)] {
            let fixture = try Fixture()
            let witnessClock = ManualClock(milliseconds: Fixture.start)
            let deployment = try await fixture.openDeployment(witnessClock: witnessClock)
            fixture.clock.advance(milliseconds: ahead)
            fixture.clock.goBack(milliseconds: back)
            do throws(LedgerError) {
                _ = try await deployment.ledger.submit(fixture.transactions[0])
                #expect(!isRefused, "\(ahead) \(back)")
            } catch {
                #expect(isRefused, "\(ahead) \(back): \(error)")
            }
            await deployment.close()
        }
    }

    @Test func anIdleLedgerAsksForTheTimeBeforeItSequences() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        try await deployment.submit(fixture.transactions[..<3])
        fixture.clock.advance(milliseconds: 20_001)
        for witness in deployment.switches { witness.isDown = true }
        let caught = await #expect(throws: LedgerError.self) {
            try await deployment.ledger.submit(fixture.transactions[3])
        }
        guard case .unreachable(let why) = caught else { throw Mismatch() }
        #expect(why.contains("what time it is"))
        #expect(await deployment.ledger.committedSize == 3)
        await deployment.close()
    }
}
