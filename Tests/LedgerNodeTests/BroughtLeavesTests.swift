import Octets
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

/// Leaves that come with a checkpoint save their fetching, and change nothing else.
@Suite struct BroughtLeavesTests {
    private let fixture: Fixture
    private let leaves: [[UInt8]]
    private let source = ServedLeaves()

    init() throws {
        fixture = try Fixture()
        leaves = fixture.scenario.entries.map(\.serialized)
    }

    private var fetches: Int { source.answered.withLock { $0.count } }

    private func log(_ size: Int) throws -> ForgedLog {
        try ForgedLog(signer: fixture.log, leaves: Array(leaves[..<size]))
    }

    @Test func broughtLeavesAreNotFetched() async throws {
        // One step a leaf, so that each is looked up twice.
        let witness = try await fixture.openWitness(0, source: source, stepBytes: 1)
        _ = try await log(3).ask(witness, from: 0, bringing: Array(leaves[..<3]))
        _ = try await log(7).ask(witness, from: 3, bringing: Array(leaves[3..<7]))
        #expect(fetches == 0)
        await witness.close()
        // They are as durable as fetched ones.
        let again = try await fixture.openWitness(0, source: source)
        _ = try await log(8).ask(again, from: 7, bringing: [leaves[7]])
        #expect(fetches == 0)
        await again.close()
    }

    @Test func whatIsBroughtAndIsNotOfTheTreeIsFetchedAndConvictsNobody() async throws {
        let spoilt = leaves[3..<7].map { $0.reversed() as [UInt8] }
        let brought: [[[UInt8]]] = [
            spoilt, Array(leaves[3..<6]), Array(leaves[3..<8]), Array(leaves[2..<6]), [[]],
            Array(repeating: [], count: 4), [[UInt8](repeating: 7, count: 70_000)],
        ]
        source.serve(leaves)
        for (number, brought) in brought.enumerated() {
            let witness = try await fixture.openWitness(0, source: source, "witness-of-\(number).sqlite")
            _ = try await log(3).ask(witness, from: 0)
            let before = fetches
            _ = try await log(7).ask(witness, from: 3, bringing: brought)
            #expect(fetches > before, "\(number)")
            #expect(try await witness.evidence().isEmpty)
            await witness.close()
        }
    }

    @Test func aBroughtLeafThatBreaksARuleConvictsTheLog() async throws {
        var fixture = fixture
        let body = try fixture.scenario.makeEnrollment(.doctor, by: fixture.scenario.members[0])
        let transaction = try fixture.scenario.sign(.identityEnrolled(body), by: [body.identity.signer])
        let bad = try LedgerEntry(sequencedAt: fixture.scenario.now, transaction).serialized
        let witness = try await fixture.openWitness(0, source: source)
        let forged = try ForgedLog(signer: fixture.log, leaves: leaves + [bad])
        await #expect {
            _ = try await forged.ask(witness, from: 0, bringing: leaves + [bad])
        } throws: { error in
            guard case WitnessRefusal.ruleBroken(let index, _) = error else { return false }
            return index == UInt64(leaves.count)
        }
        #expect(try await witness.evidence().count == 1)
        #expect(fetches == 0)
        await witness.close()
    }

    /// A ledger's own requests bring them, so that a witness which cannot read the ledger at all cosigns.
    @Test func aLedgerBringsThem() async throws {
        let ledger = try await fixture.openLedger()
        var witnesses: [WitnessNode] = []
        for number in 0..<3 { witnesses.append(try await fixture.openWitness(number, source: source)) }
        try await ledger.connect(
            zip(fixture.witnesses, witnesses).map { WitnessEndpoint(key: $0.verifierKey, witness: $1) })
        for transaction in fixture.transactions { _ = try await ledger.submit(transaction) }
        // Each asked once whether an empty log has gone on, before it vouched for it.
        #expect(fetches == 3)
        await ledger.close()
        for witness in witnesses { await witness.close() }
    }
}
