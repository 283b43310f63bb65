import Crypto
import LedgerReplica
import Octets
import Persistence
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@Suite struct HolderContextTests {
    private let fixture: Fixture
    private let folder: TemporaryFolder
    private let ledger: ServedLedger
    private let clock = ManualClock(milliseconds: Fixture.start)

    init() throws {
        fixture = try Fixture()
        folder = try TemporaryFolder()
        ledger = try fixture.served()
    }

    private func context() throws -> HolderContext {
        let identity = IdentityID(FixedOctets<16>())
        return HolderContext(
            identity: identity,
            signer: TransactionSigner(id: identity.signer, key: P256.Signing.PrivateKey(), origin: Fixture.origin),
            trust: try fixture.trust, ledger: ledger,
            store: try Store(
                path: folder.path("holder.sqlite"),
                schema: Schema(applicationID: 0x5445_5354, migrations: HolderContext.migrations)),
            states: try StateStore(path: folder.path("holder-state.sqlite")), clock: clock)
    }

    private func refusal(_ context: HolderContext) async -> FollowError? {
        do throws(FollowError) {
            _ = try await context.follow()
            return nil
        } catch {
            return error
        }
    }

    @Test func aCheckpointMayBeAMinuteOldAndNoMore() async throws {
        let context = try context()
        clock.advance(milliseconds: 60_000)
        #expect(await refusal(context) == nil)
        clock.advance(milliseconds: 1)
        #expect(await refusal(context) == .stale(ageMilliseconds: 60_001))
        let fresh = try fixture.checkpoint(of: fixture.leaves, at: Fixture.start + 60_000)
        ledger.change { $0.checkpoint = fresh }
        #expect(await refusal(context) == nil)
        await context.close()
    }

    @Test func witnessesMayBeAMinuteAheadAndNoMore() async throws {
        let context = try context()
        clock.goBack(milliseconds: 60_000)
        #expect(await refusal(context) == nil)
        clock.goBack(milliseconds: 1)
        #expect(await refusal(context) == .ahead(milliseconds: 60_001))
        await context.close()
    }

    @Test func timeIsTheLaterOfTheClockAndTheLedger() async throws {
        let context = try context()
        let last = try #require(fixture.leaves.last)
        let sequencedAt = try LedgerEntry(serialized: last).sequencedAt
        #expect(try await context.follow() == sequencedAt)
        clock.advance(milliseconds: 30_000)
        #expect(try await context.follow() == clock.now())
        await context.close()
    }

    @Test func theHeadIsInTheDatabaseAcrossARestart() async throws {
        let first = try context()
        #expect(await refusal(first) == nil)
        await first.close()
        let smaller = try fixture.checkpoint(of: fixture.leaves[..<9])
        ledger.change { $0.checkpoint = smaller }
        let again = try context()
        #expect(await refusal(again) == .replica(.rolledBack(known: 11, offered: 9)))
        await again.close()
    }
}
