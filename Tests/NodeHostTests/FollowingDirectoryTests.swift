import EmbeddedNode
import LedgerReplica
import ParasolHTTP
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import NodeHost

struct FollowingDirectoryTests {
    @Test func aStreamOfRequestsCostsTheLedgerFewQuestions() async throws {
        let (temporary, clock) = (try TemporaryFolder(), ManualClock())
        let node = try await EmbeddedNode.open(
            EmbeddedNode.Configuration(folder: temporary.path("."), proxyCount: 1), clock: clock)
        let ledger = ObservedLedger(node.ledger)
        let directory = FollowingDirectory(
            LedgerReplica(source: ledger, trust: node.trust, heads: NoHeadStore()), clock: clock)
        let known = node.keyServiceID.signer
        #expect(try await directory.signer(known)?.isActive == true)
        let stranger = try SignerID(hexadecimal: String(repeating: "0f", count: 16))
        for _ in 0..<50 {
            #expect(try await directory.signer(known) != nil)
            #expect(try await directory.signer(stranger) == nil)
        }
        #expect(ledger.checkpointQuestions == 1)

        clock.advance(milliseconds: FollowingDirectory.minimumPauseMilliseconds)
        #expect(try await directory.signer(known) != nil)
        #expect(ledger.checkpointQuestions == 1)
        #expect(try await directory.signer(stranger) == nil)
        #expect(ledger.checkpointQuestions == 2)

        clock.advance(milliseconds: FollowingDirectory.maximumAgeMilliseconds)
        #expect(try await directory.signer(known) != nil)
        #expect(ledger.checkpointQuestions == 3)
        await node.close()
    }
}
