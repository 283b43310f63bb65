import Crypto
import DurableFiles
import Foundation
import Octets
import Persistence
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import TransparencyLog

@testable import LedgerNode

/// The keys of a log and three witnesses of which two must cosign, a folder, a clock, and valid transactions to submit.
struct Fixture {
    static let start: UInt64 = 1_772_366_400_000

    let folder: TemporaryFolder
    let clock = ManualClock(milliseconds: Fixture.start)
    let log: NoteSigner
    let witnesses: [NoteSigner]
    let policyText: String
    /// A founding and ten enrolments, valid in this order.
    var scenario: SharingScenario

    init(seed: UInt64 = 1, policyText override: String? = nil) throws {
        folder = try TemporaryFolder()
        let keys = try LogKeys(seed: seed)
        (log, witnesses, policyText) = (keys.log, keys.witnesses, keys.policyText)
        scenario = try SharingScenario(
            origin: "ledger.parasol.test", seed: seed, witnessPolicy: override ?? policyText)
    }

    /// The bytes of every valid transaction, in order.
    var transactions: [[UInt8]] { scenario.entries.map(\.signedTransaction.serialized) }

    func configuration() throws -> LedgerConfiguration {
        try LedgerConfiguration(signer: log, policyText: policyText)
    }

    func openLedger(
        _ name: String = "ledger.sqlite", check: StartCheck = .newest, fileSystem: FileSystem = FileSystem(),
        adjusting adjust: (inout LedgerConfiguration) -> Void = { _ in },
        sequencer: (any LogSequencing) -> any LogSequencing = { $0 }
    ) async throws -> LedgerNode {
        var configuration = try configuration()
        adjust(&configuration)
        return try await LedgerNode.open(
            path: folder.path(name), configuration: configuration, clock: clock, check: check,
            fileSystem: fileSystem, sequencer: sequencer)
    }

    func openWitness(
        _ number: Int, source: any EntrySource, _ name: String? = nil, clock: ManualClock? = nil,
        stepBytes: Int = WitnessNode.defaultStepBytes,
        stateNoteLeaves: UInt64 = WitnessNode.defaultStateNoteLeaves
    ) async throws -> WitnessNode {
        try await WitnessNode.open(
            path: folder.path(name ?? "witness-\(number).sqlite"), signer: witnesses[number], log: log.verifierKey,
            source: source, clock: clock ?? self.clock, stepBytes: stepBytes,
            stateNoteLeaves: stateNoteLeaves)
    }

    /// A ledger with its three witnesses, which have the ledger's clock unless they have one of their own.
    func openDeployment(
        witnessClock: ManualClock? = nil, fileSystem: FileSystem = FileSystem(),
        adjusting adjust: (inout LedgerConfiguration) -> Void = { _ in },
        sequencer: (any LogSequencing) -> any LogSequencing = { $0 }
    ) async throws -> Deployment {
        let ledger = try await openLedger(fileSystem: fileSystem, adjusting: adjust, sequencer: sequencer)
        var nodes: [WitnessNode] = []
        var switches: [SwitchedWitness] = []
        for number in 0..<3 {
            let node = try await openWitness(number, source: ledger, clock: witnessClock)
            nodes.append(node)
            switches.append(SwitchedWitness(node))
        }
        try await ledger.connect(
            zip(witnesses, switches).map { WitnessEndpoint(key: $0.verifierKey, witness: $1) })
        return Deployment(ledger: ledger, witnesses: nodes, switches: switches)
    }

    /// Checks a receipt as its holder would, offline.
    func check(_ receipt: Receipt, carries transaction: [UInt8], at index: UInt64? = nil) throws -> Checkpoint {
        let proof = try LogProof(encoded: receipt.proof)
        let entry = try LedgerEntry(serialized: receipt.entry)
        guard entry.signedTransaction.serialized == transaction, index == nil || proof.index == index else {
            throw Mismatch()
        }
        let policy = try TrustPolicy(text: Array(policyText.utf8))
        return try proof.verify(
            leafHash: MerkleTree.leafHash(of: receipt.entry), policy: policy, origin: LogOrigin("ledger.parasol.test")
        ).checkpoint
    }
}

struct Mismatch: Error {}

struct Deployment {
    let ledger: LedgerNode
    let witnesses: [WitnessNode]
    let switches: [SwitchedWitness]

    @discardableResult
    func submit(_ transactions: some Sequence<[UInt8]>) async throws -> [Receipt] {
        var receipts: [Receipt] = []
        for transaction in transactions { receipts.append(try await ledger.submit(transaction)) }
        return receipts
    }

    func close() async {
        await ledger.close()
        for witness in witnesses { await witness.close() }
    }
}

/// A witness that can be made unreachable.
final class SwitchedWitness: Witnessing {
    private let witness: any Witnessing
    private let down = Mutex(false)

    init(_ witness: any Witnessing) { self.witness = witness }

    var isDown: Bool {
        get { down.withLock { $0 } }
        set { down.withLock { $0 = newValue } }
    }

    func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8]
    ) async throws(WitnessRefusal) -> [UInt8] {
        try await addCheckpoint(old: old, consistencyProof: consistencyProof, checkpoint: checkpoint, bringing: [])
    }

    func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8], bringing leaves: [[UInt8]]
    ) async throws(WitnessRefusal) -> [UInt8] {
        if isDown { throw .unavailable("switched off") }
        return try await witness.addCheckpoint(
            old: old, consistencyProof: consistencyProof, checkpoint: checkpoint, bringing: leaves)
    }
}

/// A witness that holds every request at a gate before it looks at it.
final class HangingWitness: Witnessing {
    let gate = Gate(isOpen: true)
    private let witness: any Witnessing

    init(_ witness: any Witnessing) { self.witness = witness }

    func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8]
    ) async throws(WitnessRefusal) -> [UInt8] {
        await gate.pass()
        return try await witness.addCheckpoint(
            old: old, consistencyProof: consistencyProof, checkpoint: checkpoint)
    }
}

/// A sequencer that waits at a gate, and whose next outcomes can be scripted.
final class ScriptedSequencer: LogSequencing {
    enum Act: Sendable {
        /// Commits, and says that it does not know.
        case commitUnknown
        /// Does nothing, and says that it does not know.
        case dropUnknown
        case conflict
    }

    private let base: any LogSequencing
    private let gate: Gate
    private let acts: Mutex<[Act]>

    init(_ base: any LogSequencing, gate: Gate = Gate(isOpen: true), acts: [Act] = []) {
        self.base = base
        self.gate = gate
        self.acts = Mutex(acts)
    }

    func committedHead() async throws(LedgerError) -> [UInt8]? { try await base.committedHead() }

    func replace(head old: [UInt8]?, with batch: StagedBatch) async -> SequencingOutcome {
        await gate.pass()
        switch acts.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        case nil: return await base.replace(head: old, with: batch)
        case .commitUnknown:
            _ = await base.replace(head: old, with: batch)
            return .unknown("time-out")
        case .dropUnknown: return .unknown("time-out")
        case .conflict: return .conflict
        }
    }
}

/// A log in the hands of its operator, who may put anything under the log's signature.
struct ForgedLog {
    let signer: NoteSigner
    private(set) var leaves: [[UInt8]] = []
    private var frontier = TreeFrontier()
    private var nodes: [Subtree: MerkleHash] = [:]

    init(signer: NoteSigner, leaves: [[UInt8]]) throws {
        self.signer = signer
        for leaf in leaves { try append(leaf) }
    }

    mutating func append(_ leaf: [UInt8]) throws {
        leaves.append(leaf)
        for node in try frontier.append(MerkleTree.leafHash(of: leaf)) { nodes[node.subtree] = node.hash }
    }

    func checkpoint() throws -> [UInt8] {
        try Checkpoint(origin: LogOrigin(signer.verifierKey.name), size: frontier.size, root: frontier.root)
            .signed(by: signer).encoded
    }

    func note() throws -> SignedNote { try SignedNote(encoded: try checkpoint()) }

    func proof(from old: Int) throws -> [[UInt8]] {
        try ConsistencyProof.make(oldSize: UInt64(old), newSize: frontier.size) { subtree in
            guard let hash = nodes[subtree] else { throw Mismatch() }
            return hash
        }.path.map { $0.bytes }
    }

    /// - Parameter brought: Leaves that come with the request.
    func ask(
        _ witness: WitnessNode, from old: Int, bringing brought: [[UInt8]] = []
    ) async throws(WitnessRefusal) -> [UInt8] {
        let path: [[UInt8]]
        let note: [UInt8]
        do { (path, note) = (try proof(from: old), try checkpoint()) } catch { throw .malformed("\(error)") }
        return try await witness.addCheckpoint(
            old: UInt64(old), consistencyProof: path, checkpoint: note, bringing: brought)
    }
}

/// Serves whatever leaves it is given.
final class ServedLeaves: EntrySource {
    private let leaves: Mutex<[[UInt8]]>
    private let gate: Gate
    private let limit: Int

    /// - Parameter limit: Leaves in one answer.
    init(_ leaves: [[UInt8]] = [], gate: Gate = Gate(isOpen: true), limit: Int = .max) {
        self.leaves = Mutex(leaves)
        self.gate = gate
        self.limit = limit
    }

    /// The largest answer so far, and how many there were.
    let answered = Mutex<(largestBytes: Int, count: Int)>((0, 0))

    func serve(_ new: [[UInt8]]) { leaves.withLock { $0 = new } }

    func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        await gate.pass()
        let leaves = leaves.withLock { $0 }
        let answer = start < leaves.count ? Array(leaves[Int(start)..<min(Int(end), leaves.count)].prefix(limit)) : []
        let bytes = answer.reduce(0) { $0 + $1.count }
        answered.withLock { $0 = (max($0.largestBytes, bytes), $0.count + 1) }
        return answer
    }
}
