import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

@Suite struct LedgerFollowingTests {
    @Test func aFollowerIsToldOfEveryFinalCheckpointUntilTheLedgerEnds() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        let transactions = fixture.transactions
        try await deployment.submit(transactions.prefix(2))
        var followed = try await deployment.ledger.finalCheckpoints().makeAsyncIterator()
        let policy = try TrustPolicy(text: Array(fixture.policyText.utf8))
        for (index, transaction) in transactions.enumerated().dropFirst(2) {
            let checkpoint = try #require(await followed.next())
            #expect(checkpoint.size == UInt64(index))
            let verified = try policy.verify(
                SignedNote(encoded: checkpoint.note), origin: LogOrigin("ledger.parasol.test"))
            #expect(verified.checkpoint.size == checkpoint.size)
            try await deployment.submit([transaction])
        }
        #expect(await followed.next()?.size == UInt64(transactions.count))
        await deployment.close()
        #expect(await followed.next() == nil)
        await #expect(throws: LedgerError.self) { _ = try await deployment.ledger.finalCheckpoints() }
    }

    @Test func aSlowFollowerMissesAllButTheNewest() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        let stream = try await deployment.ledger.finalCheckpoints()
        try await deployment.submit(fixture.transactions)
        var followed = stream.makeAsyncIterator()
        #expect(await followed.next()?.size == UInt64(fixture.transactions.count))
        await deployment.close()
    }
}
