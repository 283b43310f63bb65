import Foundation
import LedgerReplica
import Octets
import Persistence
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

/// A witness begins with the rows of its world state, and believes them only as far as its own copy bears them out.
@Suite struct WitnessStartTests {
    private let fixture: Fixture
    private let leaves: [[UInt8]]
    private let source: ServedLeaves
    private let database: String
    private let state: String

    init() throws {
        fixture = try Fixture()
        leaves = fixture.scenario.entries.map(\.serialized)
        source = ServedLeaves(leaves, limit: 1)
        database = fixture.folder.path("witness-0.sqlite")
        state = fixture.folder.path("witness-0-state.sqlite")
    }

    private func open(
        settlement: UInt64 = 2, stepBytes: Int = 1, check: StartCheck = .newest, source other: (any EntrySource)? = nil
    ) async throws -> WitnessNode {
        try await WitnessNode.open(
            path: database, signer: fixture.witnesses[0], log: fixture.log.verifierKey, source: other ?? source,
            clock: fixture.clock, stepBytes: stepBytes, settlementLeaves: settlement, check: check)
    }

    /// What an open is refused with; nil where it is not.
    private func refusal(_ check: StartCheck = .newest) async throws -> LedgerError? {
        do { try await open(check: check).close() } catch let error as LedgerError { return error }
        return nil
    }

    private func inconsistency(_ check: StartCheck = .newest) async throws -> String {
        guard case .inconsistent(let reason) = try await refusal(check) else { return "accepted" }
        return reason
    }

    private func log(_ size: Int) throws -> ForgedLog {
        try ForgedLog(signer: fixture.log, leaves: Array(leaves[..<size]))
    }

    /// Has the sizes cosigned one after the other, and closes.
    private func cosign(_ sizes: Int..., from first: Int = 0, settlement: UInt64 = 2) async throws {
        let witness = try await open(settlement: settlement)
        var old = first
        for size in sizes {
            _ = try await log(size).ask(witness, from: old)
            old = size
        }
        await witness.close()
    }

    private func expectedRoot(_ size: Int) throws -> MerkleHash {
        var state = WorldState(origin: "ledger.parasol.test")
        for leaf in leaves[..<size] { try state.apply(try LedgerEntry(serialized: leaf)) }
        return try state.root()
    }

    private func demandWhole(_ witness: WitnessNode, _ size: Int) async throws {
        #expect(await witness.copy?.frontier.size == UInt64(size))
        #expect(try await witness.copy?.state.root() == expectedRoot(size))
        await witness.close()
    }

    /// Moves a database, with what SQLite keeps beside it, or copies it.
    private func copy(_ path: String, to target: String) throws {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: target + suffix)
            if FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: target + suffix)
            }
        }
    }

    private func remove(_ path: String) throws {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }

    private func change(_ path: String, _ schema: Schema, _ sql: String, _ arguments: [SQLValue] = []) async throws {
        let store = try Store(path: path, schema: schema)
        try await store.write { _ = try $0.execute(sql, arguments) }
        try store.close()
    }

    // MARK: From the state

    @Test func leavesWhoseRowsAreWrittenAreNotReadAgain() async throws {
        try await cosign(5, 11)
        try await change(database, .witness, "UPDATE entry SET leaf = x'00' WHERE position = 3")
        try await demandWhole(try await open(), 11)
        // Whoever asks for everything finds out.
        #expect(try await inconsistency(.everything) == "the 11 stored leaves are not those that were verified")
    }

    /// Whatever write a machine died before: the rows are of some tree before the one that is stored.
    @Test func fromEveryEarlierStateTheSameIsReached() async throws {
        var earlier: [String] = []
        for size in 0...leaves.count {
            if size > 0 { try await cosign(size, from: size - 1, settlement: 1) } else { try await open().close() }
            earlier.append(fixture.folder.path("earlier-\(size).sqlite"))
            try copy(state, to: earlier[size])
        }
        for path in earlier {
            for settlement in [UInt64(1), 4, 2_048] {
                try copy(path, to: state)
                try await demandWhole(try await open(settlement: settlement), leaves.count)
                #expect(try await refusal(.everything) == nil)
            }
        }
    }

    @Test func aStateThatIsMissingIsMadeAnew() async throws {
        try await cosign(5, 11)
        try remove(state)
        try await demandWhole(try await open(), 11)
        try await change(database, .witness, "UPDATE entry SET leaf = x'00' WHERE position = 0")
        try await demandWhole(try await open(), 11)
    }

    @Test func aStateThatDoesNotSayOfWhichTreeItIsIsMadeAnew() async throws {
        try await cosign(5, 11)
        try await change(state, StateStore.schema, "DELETE FROM tree")
        try await demandWhole(try await open(), 11)
        #expect(try await refusal(.everything) == nil)
    }

    @Test func aFullExecutionFindsARowThatTheLeavesDoNotMake() async throws {
        try await cosign(11)
        try await change(
            state, StateStore.schema,
            "UPDATE state_row SET value = x'00' WHERE key = (SELECT max(key) FROM state_row)")
        #expect(try await refusal() == nil)
        let found = try await inconsistency(.everything)
        #expect(found == "\(state) is not what the first 11 leaves make: remove it to have it made anew")
    }

    // MARK: Disagreements

    @Test func aStateThatIsAheadIsRefused() async throws {
        try await cosign(5)
        try copy(database, to: fixture.folder.path("old.sqlite"))
        try await cosign(11, from: 5)
        try copy(fixture.folder.path("old.sqlite"), to: database)
        #expect(try await inconsistency() == "\(state) is of 11 leaves, and \(database) has 5: it is an older copy")
    }

    @Test(arguments: [7, 11]) func theStateOfAForkIsRefused(size: Int) async throws {
        let fork = try SharingScenario(
            origin: "ledger.parasol.test", seed: 6, witnessPolicy: fixture.policyText
        ).entries.map(\.serialized)
        let forked = try await WitnessNode.open(
            path: fixture.folder.path("fork.sqlite"), signer: fixture.witnesses[0], log: fixture.log.verifierKey,
            source: ServedLeaves(fork), clock: fixture.clock)
        _ = try await ForgedLog(signer: fixture.log, leaves: Array(fork[..<size])).ask(forked, from: 0)
        await forked.close()
        try await cosign(5, 11)
        try copy(fixture.folder.path("fork-state.sqlite"), to: state)
        #expect(
            try await inconsistency().hasPrefix(
                "\(state) is of another tree of \(size) leaves than the first that are stored"))
        try remove(state)
        try await demandWhole(try await open(), 11)
    }

    @Test func aLeafBehindTheStateThatWasChangedIsRefused() async throws {
        try await cosign(8)
        try copy(state, to: fixture.folder.path("earlier.sqlite"))
        try await cosign(11, from: 8)
        try copy(fixture.folder.path("earlier.sqlite"), to: state)
        try await change(database, .witness, "UPDATE entry SET leaf = x'00' WHERE position = 9")
        #expect(try await inconsistency() == "the 11 stored leaves are not those that were verified")
        try await change(database, .witness, "DELETE FROM entry WHERE position = 9")
        #expect(try await inconsistency() == "leaf 9 is missing")
        try await change(database, .witness, "DELETE FROM entry WHERE position = 10")
        #expect(try await inconsistency() == "9 leaves are stored, and 11 were verified")
    }

    // MARK: Catching up

    /// Serves the first answers only.
    private struct FailingSource: EntrySource {
        let leaves: ServedLeaves
        let answers: Int

        func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
            guard leaves.answered.withLock({ $0.count < answers }) else { throw .unreachable("gone") }
            return try await leaves.entries(from: start, to: end)
        }
    }

    /// Three leaves cosigned, five more verified on the way to eleven, their rows written.
    private func interruptedCatchUp() async throws {
        try await cosign(3)
        let failing = FailingSource(leaves: ServedLeaves(leaves, limit: 1), answers: 8 + 4)
        let witness = try await open(source: failing)
        await #expect(throws: WitnessRefusal.self) { try await log(11).ask(witness, from: 3) }
        #expect(await witness.copy?.frontier.size == 8)
        await witness.close()
    }

    @Test func rowsOfLeavesThatAreNotCosignedYetAreKept() async throws {
        try await interruptedCatchUp()
        let rest = ServedLeaves(leaves, limit: 1)
        let witness = try await open(stepBytes: 1 << 20, source: rest)
        #expect(await witness.copy?.frontier.size == 8)
        _ = try await log(11).ask(witness, from: 3)
        #expect(rest.answered.withLock { $0.count } == 3)
        try await demandWhole(witness, 11)
    }

    @Test func leavesThatAreNotCosignedYetAreHeldAgainstWhatWas() async throws {
        try await interruptedCatchUp()
        try await change(database, .witness, "UPDATE entry SET leaf = x'00' WHERE position = 4")
        #expect(try await inconsistency() == "the 8 stored leaves are not those that were verified")
    }

    @Test func theEdgeOfWhatWasCosignedIsHeldAgainstItsRoot() async throws {
        try await interruptedCatchUp()
        try await change(database, .witness, "UPDATE held SET cosigned_edge = zeroblob(64)")
        #expect(try await inconsistency() == "the stored edge of the tree cosigned last has not its root")
        // As an older version left it.
        try await change(database, .witness, "UPDATE held SET cosigned_edge = NULL")
        try await demandWhole(try await open(), 8)
    }

    // MARK: A state that cannot be read

    @Test func aStateThatCannotBeReadConvictsNobody() async throws {
        let witness = try await open(settlement: 1)
        _ = try await log(5).ask(witness, from: 0)
        try await witness.states.close()
        guard case .unavailable = try await refusal(of: witness, log(11), from: 5) else { throw Mismatch() }
        #expect(try await witness.evidence().isEmpty)
        await witness.close()
        try await demandWhole(try await open(), 5)
    }

    private func refusal(of witness: WitnessNode, _ log: ForgedLog, from old: Int) async -> WitnessRefusal? {
        do throws(WitnessRefusal) { _ = try await log.ask(witness, from: old) } catch { return error }
        return nil
    }

    @Test func aStateThatCannotBeReadIsTheStoragesFailure() async throws {
        try await cosign(11)
        try await change(state, StateStore.schema, "ALTER TABLE state_row RENAME TO elsewhere")
        guard case .storage(let reason) = try await refusal() else { throw Mismatch() }
        #expect(reason.hasPrefix("\(state) cannot be read or written"))
    }
}
