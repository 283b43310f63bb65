import EmbeddedNode
import LedgerReplica
import ParasolHTTP
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing

@testable import NodeHost

struct FollowingDirectoryTests {
    /// A ledger that counts how often its newest checkpoint is asked for.
    private final class CountedLedger: Ledger {
        private let ledger: any Ledger
        private let questions = Mutex(0)

        init(_ ledger: any Ledger) { self.ledger = ledger }

        var count: Int { questions.withLock { $0 } }

        func submit(_ transaction: [UInt8]) async throws(LedgerError) -> Receipt {
            try await ledger.submit(transaction)
        }

        func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt? {
            try await ledger.receipt(of: transaction)
        }

        func checkpoint() async throws(LedgerError) -> [UInt8] {
            questions.withLock { $0 += 1 }
            return try await ledger.checkpoint()
        }

        func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]] {
            try await ledger.consistencyProof(from: old, to: new)
        }

        func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
            try await ledger.entries(from: start, to: end)
        }
    }

    @Test func aStreamOfRequestsCostsTheLedgerFewQuestions() async throws {
        let (temporary, clock) = (try TemporaryFolder(), ManualClock())
        let node = try await EmbeddedNode.open(
            EmbeddedNode.Configuration(folder: temporary.path("."), proxyCount: 1), clock: clock)
        let ledger = CountedLedger(node.ledger)
        let directory = FollowingDirectory(
            LedgerReplica(source: ledger, trust: node.trust, heads: NoHeadStore()), clock: clock)
        let known = node.keyServiceID.signer
        #expect(try await directory.signer(known)?.isActive == true)
        let stranger = try SignerID(hexadecimal: String(repeating: "0f", count: 16))
        for _ in 0..<50 {
            #expect(try await directory.signer(known) != nil)
            #expect(try await directory.signer(stranger) == nil)
        }
        #expect(ledger.count == 1)

        clock.advance(milliseconds: FollowingDirectory.minimumPauseMilliseconds)
        #expect(try await directory.signer(known) != nil)
        #expect(ledger.count == 1)
        #expect(try await directory.signer(stranger) == nil)
        #expect(ledger.count == 2)

        clock.advance(milliseconds: FollowingDirectory.maximumAgeMilliseconds)
        #expect(try await directory.signer(known) != nil)
        #expect(ledger.count == 3)
        await node.close()
    }
}
