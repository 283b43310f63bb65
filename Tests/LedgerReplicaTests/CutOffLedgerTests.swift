import LedgerReplica
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

/// A ledger that is cut off keeps nobody longer than they want to wait.
@Suite struct CutOffLedgerTests {
    private func replica(_ fixture: Fixture, _ ledger: ServedLedger) throws -> LedgerReplica {
        LedgerReplica(source: ledger, trust: try fixture.trust, heads: NoHeadStore())
    }

    private func isGivenUp(_ error: ReplicaError?) -> Bool {
        if case .ledger(.unreachable)? = error { true } else { false }
    }

    @Test func timeIsUpForOneAndTheOthersGetTheAnswer() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        ledger.gate.close()
        let replica = try replica(fixture, ledger)
        let patient = Task { try await replica.catchUp() }
        await until { ledger.gate.waitingCount == 1 }
        #expect(isGivenUp(await #expect(throws: ReplicaError.self) { try await replica.catchUp(within: .zero) }))
        ledger.gate.open()
        #expect(try await patient.value.checkpoint.size == UInt64(fixture.leaves.count))
    }

    @Test func aCancelledCallerIsFreeAtOnce() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        ledger.gate.close()
        let replica = try replica(fixture, ledger)
        let impatient = Task { () async -> ReplicaError? in
            do throws(ReplicaError) {
                try await replica.catchUp()
                return nil
            } catch { return error }
        }
        await until { ledger.gate.waitingCount == 1 }
        impatient.cancel()
        #expect(isGivenUp(await impatient.value))
        // What it began goes on, and is what the next call gets.
        ledger.gate.open()
        #expect(try await replica.catchUp().checkpoint.size == UInt64(fixture.leaves.count))
    }
}
