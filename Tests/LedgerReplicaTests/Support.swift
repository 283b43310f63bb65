import LedgerReplica
import Octets
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import TransparencyLog

/// The keys of a log and of three witnesses of which two must cosign, and valid leaves.
struct Fixture {
    static let origin = "ledger.parasol.test"
    static let start: UInt64 = 1_772_366_400_000

    let log: NoteSigner
    let witnesses: [NoteSigner]
    let policyText: String
    /// A founding and ten enrolments.
    let leaves: [[UInt8]]

    /// - Parameters:
    ///   - people: The seed of who is enrolled; another one is another history.
    ///   - founding: What the founding leaf states as the policy.
    init(people: UInt64 = 1, founding: (String) -> String = { $0 }) throws {
        let keys = try LogKeys(origin: Self.origin)
        (log, witnesses, policyText) = (keys.log, keys.witnesses, keys.policyText)
        leaves = try SharingScenario(origin: Self.origin, seed: people, witnessPolicy: founding(policyText))
            .entries.map(\.serialized)
    }

    var trust: TrustAnchor { get throws { try TrustAnchor(origin: Self.origin, policyText: policyText) } }

    /// A final checkpoint of these leaves.
    func checkpoint(of leaves: some Sequence<[UInt8]>, at milliseconds: UInt64 = Fixture.start) throws -> [UInt8] {
        var frontier = TreeFrontier()
        for leaf in leaves { try frontier.append(MerkleTree.leafHash(of: leaf)) }
        var note = try Checkpoint(
            origin: LogOrigin(log.verifierKey.name), size: frontier.size, root: frontier.root
        ).signed(by: log)
        let text = note.text
        try note.append(try witnesses[..<2].map { try $0.cosign(text: text, time: milliseconds / 1_000) })
        return note.encoded
    }

    /// A ledger that serves all leaves, one in an answer.
    func served() throws -> ServedLedger { ServedLedger(leaves, checkpoint: try checkpoint(of: leaves)) }
}

/// Says what it is told to, and counts what it is asked.
final class ServedLedger: Ledger {
    struct State {
        var leaves: [[UInt8]]
        var checkpoint: [UInt8]
        /// Answers to ``Ledger/entries(from:to:)`` before it fails; nil for ever.
        var answersLeft: Int?
        /// Served in place of leaves, once no answers are left.
        var servesNothing = false
        /// Leaves that come with a checkpoint.
        var leavesWithNews = 0
        var entriesAsked: [UInt64] = []
        var checkpointsAsked = 0
        var proofsAsked = 0
    }

    let state: Mutex<State>
    /// Holds questions for a checkpoint while it is closed.
    let gate = Gate()

    init(_ leaves: [[UInt8]], checkpoint: [UInt8]) {
        state = Mutex(State(leaves: leaves, checkpoint: checkpoint))
    }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
    var entriesAsked: [UInt64] { state.withLock { $0.entriesAsked } }
    var checkpointsAsked: Int { state.withLock { $0.checkpointsAsked } }

    func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        let answer = state.withLock { state -> [[UInt8]]? in
            state.entriesAsked.append(start)
            if let left = state.answersLeft {
                guard left > 0 else { return state.servesNothing ? [] : nil }
                state.answersLeft = left - 1
            }
            return start < min(Int(end), state.leaves.count) ? [state.leaves[Int(start)]] : []
        }
        guard let answer else { throw .unreachable("gone") }
        return answer
    }

    func checkpoint() async throws(LedgerError) -> [UInt8] {
        state.withLock { $0.checkpointsAsked += 1 }
        await gate.pass()
        return state.withLock { $0.checkpoint }
    }

    func news(after size: UInt64) async throws(LedgerError) -> LedgerNews {
        let checkpoint = try await checkpoint()
        let entries = state.withLock { Array($0.leaves.dropFirst(Int(size)).prefix($0.leavesWithNews)) }
        return LedgerNews(checkpoint: checkpoint, entries: entries)
    }

    func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt { throw .unreachable("read only") }
    func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt? { nil }

    func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]] {
        let leaves = state.withLock { state in
            state.proofsAsked += 1
            return state.leaves
        }
        guard old <= new, new <= leaves.count else {
            throw .outOfRange(start: old, end: new, size: UInt64(leaves.count))
        }
        do {
            var frontier = TreeFrontier()
            var nodes: [Subtree: MerkleHash] = [:]
            for leaf in leaves[..<Int(new)] {
                for node in try frontier.append(MerkleTree.leafHash(of: leaf)) { nodes[node.subtree] = node.hash }
            }
            struct Missing: Error {}
            return try ConsistencyProof.make(oldSize: old, newSize: new) { subtree in
                guard let hash = nodes[subtree] else { throw Missing() }
                return hash
            }.path.map { $0.bytes }
        } catch { throw .unreachable("\(error)") }
    }
}

/// Keeps a head in memory, as a database would across a restart.
final class MemoryHeads: ReplicaHeadStore {
    struct Full: Error {}

    private let note = Mutex<[UInt8]?>(nil)
    private let full = Mutex(false)

    var isFull: Bool {
        get { full.withLock { $0 } }
        set { full.withLock { $0 = newValue } }
    }

    func loadHead() async throws -> [UInt8]? { note.withLock { $0 } }
    func saveHead(_ new: [UInt8]) async throws {
        if isFull { throw Full() }
        note.withLock { $0 = new }
    }
}

/// The replica's refusal; nil where it follows.
func refusal(_ replica: LedgerReplica) async -> ReplicaError? {
    do throws(ReplicaError) {
        try await replica.catchUp()
        return nil
    } catch {
        return error
    }
}
