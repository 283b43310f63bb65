import Foundation
import Octets
import Persistence
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import LedgerReplica

/// A replica begins with the rows of its world state, and believes them only as far as its own head and the ledger's proofs bear
/// them out.
@Suite struct ReplicaStartTests {
    private let fixture: Fixture
    private let other: Fixture
    private let ledger: ServedLedger
    private let heads = MemoryHeads()
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        fixture = try Fixture()
        other = try Fixture(people: 2, founding: { [fixture] _ in fixture.policyText })
        ledger = try fixture.served()
        folder = try TemporaryFolder()
        path = folder.path("state.sqlite")
    }

    /// A replica in a life of its own: until it is closed.
    private struct Life {
        let replica: LedgerReplica
        let states: StateStore

        /// As a crash would: what is not written is lost.
        func end() throws { try states.close() }

        func close() async throws {
            try await replica.settle()
            try states.close()
        }
    }

    private func start(
        settlement: UInt64 = 2, of source: (any Ledger)? = nil, heads: (any ReplicaHeadStore)? = nil
    ) throws -> Life {
        let states = try StateStore(path: path)
        return Life(
            replica: LedgerReplica(
                source: source ?? ledger, trust: try fixture.trust, heads: heads ?? self.heads, states: states,
                settlementLeaves: settlement),
            states: states)
    }

    private func offer(_ size: Int) throws {
        let note = try fixture.checkpoint(of: fixture.leaves[..<size])
        ledger.change { ($0.checkpoint, $0.entriesAsked) = (note, []) }
    }

    private func expectedRoot(_ size: Int) throws -> MerkleHash {
        var state = WorldState(origin: Fixture.origin)
        for leaf in fixture.leaves[..<size] { try state.apply(try LedgerEntry(serialized: leaf)) }
        return try state.root()
    }

    private func demandWhole(_ replica: LedgerReplica, _ size: Int) async throws {
        let root = try await replica.read { try? $0.root() }
        #expect(try root == expectedRoot(size))
    }

    private func copy(_ source: String, to target: String) throws {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: target + suffix)
            if FileManager.default.fileExists(atPath: source + suffix) {
                try FileManager.default.copyItem(atPath: source + suffix, toPath: target + suffix)
            }
        }
    }

    private func removeState() {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }

    @Test func leavesWhoseRowsAreWrittenAreNotFetchedAgain() async throws {
        let first = try start()
        try await first.replica.catchUp()
        try await first.close()
        try offer(11)
        let second = try start()
        #expect(try await second.replica.read { $0.founding } == nil)
        try await second.replica.catchUp()
        #expect(ledger.entriesAsked == [])
        try await demandWhole(second.replica, 11)
        try await second.close()
    }

    /// Whatever write a machine died before: the rows are of some tree before the newest.
    @Test func fromEveryEarlierStateTheSameIsReached() async throws {
        var earlier: [String] = []
        for size in 1...11 {
            try offer(size)
            let life = try start(settlement: 1)
            try await life.replica.catchUp()
            try life.end()
            earlier.append(folder.path("earlier-\(size).sqlite"))
            try copy(path, to: earlier[size - 1])
        }
        for (position, found) in earlier.enumerated() {
            try copy(found, to: path)
            try offer(11)
            let life = try start()
            try await life.replica.catchUp()
            #expect(ledger.entriesAsked.first ?? 11 == UInt64(position + 1))
            try await demandWhole(life.replica, 11)
            try await life.close()
        }
    }

    @Test func whatIsProvedOnTheWayIsKeptWhenTheSourceFails() async throws {
        try offer(3)
        let first = try start()
        try await first.replica.catchUp()
        try await first.close()
        try offer(11)
        ledger.change { $0.answersLeft = 6 }
        let second = try start()
        #expect(await refusal(second.replica) == .ledger(.unreachable("gone")))
        #expect(try await second.replica.read { $0.founding } == nil)
        try second.end()
        try offer(11)
        ledger.change { $0.answersLeft = nil }
        let third = try start()
        try await third.replica.catchUp()
        #expect(ledger.entriesAsked.first == 9)
        try await demandWhole(third.replica, 11)
        try await third.close()
        // The ledger may not go back behind what was proved, though the head was never reached.
        try offer(7)
        let fourth = try start(heads: NoHeadStore())
        #expect(await refusal(fourth.replica) == .rolledBack(known: 11, offered: 7))
        try await fourth.close()
    }

    @Test func nothingThatIsNotProvedIsWritten() async throws {
        ledger.change { $0.leaves = other.leaves }
        let life = try start()
        #expect(await refusal(life.replica) == .rootMismatch(size: 11))
        #expect(try life.states.state(origin: Fixture.origin).entryCount == 0)
        try offer(11)
        ledger.change { $0.leaves = fixture.leaves }
        try await life.replica.catchUp()
        #expect(ledger.entriesAsked.first == 0)
        try await demandWhole(life.replica, 11)
        try await life.close()
    }

    @Test(arguments: [7, 11]) func theStateOfAForkIsRefused(size: Int) async throws {
        let note = try other.checkpoint(of: other.leaves[..<size])
        let forked = ServedLedger(other.leaves, checkpoint: note)
        let wrong = try start(of: forked, heads: MemoryHeads())
        try await wrong.replica.catchUp()
        try await wrong.close()
        try copy(path, to: folder.path("fork.sqlite"))
        removeState()
        let right = try start()
        try await right.replica.catchUp()
        try await right.close()
        try copy(folder.path("fork.sqlite"), to: path)
        for _ in 0..<2 {
            let life = try start()
            #expect(await refusal(life.replica) == .foreignState(path: path, size: UInt64(size)))
            #expect(try await life.replica.read { $0.founding } == nil)
            try await life.close()
        }
        removeState()
        let again = try start()
        try await again.replica.catchUp()
        try await demandWhole(again.replica, 11)
        try await again.close()
    }

    @Test func aForkOfTheLedgerIsNotBlamedOnTheState() async throws {
        try offer(6)
        let first = try start()
        try await first.replica.catchUp()
        try await first.close()
        let fork = try other.served()
        let second = try start(of: fork)
        #expect(await refusal(second.replica) == .rolledBack(known: 6, offered: 11))
        try await second.close()
    }

    @Test func aStateThatIsMissingOrOlderIsMadeAnew() async throws {
        let first = try start()
        try await first.replica.catchUp()
        try await first.close()
        for isMissing in [true, false] {
            if isMissing {
                removeState()
            } else {
                let store = try Store(path: path, schema: StateStore.schema)
                try await store.write { _ = try $0.execute("DELETE FROM tree") }
                try store.close()
            }
            try offer(11)
            let life = try start()
            try await life.replica.catchUp()
            #expect(ledger.entriesAsked.first == 0)
            try await demandWhole(life.replica, 11)
            try await life.close()
        }
    }

    @Test func whatCannotBeReadIsNotTakenForAbsent() async throws {
        let life = try start(settlement: 1)
        try await life.replica.catchUp()
        try life.states.close()
        // What was read or written lately is known without the database.
        let unknown = TransactionID(FixedOctets<16>())
        await #expect(throws: ReplicaError.self) { try await life.replica.read { $0.index(of: unknown) } }
        guard case .state(.unavailable(path, _)) = await refusal(life.replica) else {
            Issue.record("followed without its state")
            return
        }
        try offer(11)
        let again = try start()
        try await again.replica.catchUp()
        let doctor = try LedgerEntry(serialized: fixture.leaves[10]).transaction.id
        #expect(try await again.replica.read { $0.index(of: doctor) } == 10)
        #expect(try await again.replica.read { $0.index(of: unknown) } == nil)
        try await again.close()
    }
}
