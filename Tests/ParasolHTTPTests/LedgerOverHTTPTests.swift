import HTTPTypes
import Octets
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing
import TransparencyLog

@testable import ParasolHTTP

/// A ledger's client against its server, over TLS on this machine.
@Suite struct LedgerOverHTTPTests {
    private let fixture: ServerFixture
    private let certificates: TestCertificates
    private let ledger = StubLedger()

    init() throws {
        fixture = try ServerFixture()
        certificates = try TestCertificates()
    }

    @discardableResult
    private func call<Value: Sendable>(
        as signer: TransactionSigner?, access: LedgerAccess = LedgerAccess(),
        _ body: @escaping @Sendable (RemoteLedger) async throws -> Value
    ) async throws -> Value {
        let routes = LedgerRoutes.routes(ledger, origin: ServerFixture.origin, access: access)
        return try await fixture.serve(routes, certificates: certificates) { [fixture, certificates] port in
            try await fixture.connect(port, certificates, as: signer) { connection in
                try await body(RemoteLedger(connection, origin: ServerFixture.origin))
            }
        }
    }

    @Test func whatALedgerSaysArrives() async throws {
        let id = TransactionID(FixedOctets<16>())
        ledger.content.withLock {
            $0.receipts[id] = StubLedger.receipt
            $0.entries = [[1], [], [UInt8](repeating: 9, count: 65_535)]
        }
        try await call(as: fixture.depositor) { remote async throws -> Void in
            #expect(try await remote.submit([7, 8, 9]) == StubLedger.receipt)
            #expect(try await remote.receipt(of: id) == StubLedger.receipt)
            var generator = SeededGenerator(seed: 3)
            #expect(try await remote.receipt(of: .random(using: &generator)) == nil)
            #expect(try await remote.checkpoint() == StubLedger.note)
            #expect(
                try await remote.consistencyProof(from: 1, to: 2)
                    == [[UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32)])
            #expect(try await remote.entries(from: 0, to: 3).map(\.count) == [1, 0, 65_535])
            #expect(try await remote.entries(from: 1, to: 1) == [])
        }
        #expect(ledger.submitted == [[7, 8, 9]])
    }

    @Test func newsIsTheCheckpointAndTheLeavesBelowIt() async throws {
        let note = try checkpoint(size: 3)
        ledger.content.withLock { ($0.note, $0.entries) = (note, [[1], [], [2, 3], [4]]) }
        try await call(as: fixture.depositor) { remote async throws -> Void in
            #expect(try await remote.news(after: 0) == LedgerNews(checkpoint: note, entries: [[1], [], [2, 3]]))
            #expect(try await remote.news(after: 2) == LedgerNews(checkpoint: note, entries: [[2, 3]]))
            for size in [3, 4, UInt64.max] {
                #expect(try await remote.news(after: size) == LedgerNews(checkpoint: note, entries: []))
            }
        }
    }

    @Test func newsHasNoMoreLeavesThanOneAnswerMay() async throws {
        let note = try checkpoint(size: 5_000)
        let large = [UInt8](repeating: 9, count: 65_535)
        ledger.content.withLock { ($0.note, $0.entries) = (note, Array(repeating: [7], count: 5_000)) }
        try await call(as: fixture.depositor) { remote async throws -> Void in
            #expect(try await remote.news(after: 0).entries.count == 4_096)
            #expect(try await remote.news(after: 4_999).entries.count == 1)
        }
        ledger.content.withLock { $0.entries = Array(repeating: large, count: 5_000) }
        try await call(as: fixture.depositor) { remote async throws -> Void in
            #expect(try await remote.news(after: 0).entries.count == (8 << 20) / (2 + large.count))
        }
    }

    @Test func aCheckpointThatIsNoneComesAlone() async throws {
        ledger.content.withLock { $0.entries = [[1]] }
        try await call(as: fixture.depositor) { remote async throws -> Void in
            #expect(try await remote.news(after: 0) == LedgerNews(checkpoint: StubLedger.note, entries: []))
        }
    }

    private func checkpoint(size: UInt64) throws -> [UInt8] {
        let keys = try LogKeys(origin: ServerFixture.origin)
        return try Checkpoint(
            origin: LogOrigin(keys.log.verifierKey.name), size: size, root: MerkleTree.emptyRoot
        ).signed(by: keys.log).encoded
    }

    @Test(arguments: ProblemTests.ledger) func aLedgersErrorArrivesAsItself(_ error: LedgerError) async throws {
        ledger.content.withLock { $0.failure = error }
        let log = "the server's log tells more"
        let expected: LedgerError =
            switch error {
            // Which file failed is for the operator.
            case .storage: .storage(log)
            case .inconsistent: .inconsistent(log)
            default: error
            }
        try await call(as: fixture.depositor) { remote async throws -> Void in
            await #expect(throws: expected) { try await remote.submit([1]) }
            await #expect(throws: expected) { try await remote.checkpoint() }
        }
    }

    @Test func onlyWhomTheLedgerKnowsReadsIt() async throws {
        for signer in [nil, fixture.stranger] {
            try await call(as: signer) { remote async throws -> Void in
                await #expect { try await remote.checkpoint() } throws: {
                    if case .unreachable(let reason) = $0 as? LedgerError {
                        reason.contains("request.un")
                    } else {
                        false
                    }
                }
            }
        }
        try await call(as: nil, access: LedgerAccess(read: .anyone)) { remote async throws -> Void in
            #expect(try await remote.checkpoint() == StubLedger.note)
        }
    }

    @Test func anOpeningOfAFolderNeedsNoSignatureOnItsRequest() async throws {
        var scenario = try SharingScenario()
        let before = scenario.entries.count
        _ = try scenario.openFolder()
        let opening = scenario.entries[before].signedTransaction.serialized
        let other = scenario.entries[1].signedTransaction.serialized
        try await call(as: nil) { remote async throws -> Void in
            #expect(try await remote.submit(opening) == StubLedger.receipt)
            await #expect(throws: LedgerError.self) { try await remote.submit(other) }
        }
        #expect(ledger.submitted == [opening])
    }

    @Test func aServerWithAnotherRootIsNotTalkedTo() async throws {
        let others = try TestCertificates()
        let routes = LedgerRoutes.routes(ledger, origin: ServerFixture.origin)
        try await fixture.serve(routes, certificates: certificates) { [fixture] port in
            try await fixture.connect(port, others, as: fixture.depositor) { connection in
                let remote = RemoteLedger(connection, origin: ServerFixture.origin)
                await #expect { try await remote.checkpoint() } throws: {
                    if case .unreachable = $0 as? LedgerError { true } else { false }
                }
            }
        }
    }

    @Test func aServerThatIsNotThereIsUnreachable() async throws {
        try await fixture.connect(1, certificates, as: fixture.depositor) { connection in
            let remote = RemoteLedger(connection, origin: ServerFixture.origin)
            await #expect { try await remote.submit([1]) } throws: {
                if case .unreachable = $0 as? LedgerError { true } else { false }
            }
        }
    }
}
