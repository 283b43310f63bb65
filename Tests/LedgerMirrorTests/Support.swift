import DurableFiles
import Foundation
import LedgerReplica
import LogStorage
import Octets
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import TransparencyLog

@testable import LedgerMirror

/// The keys of a log and of three witnesses of which two must cosign, valid leaves, and a folder for mirrors.
struct Fixture {
    static let origin = "ledger.parasol.test"
    static let start: UInt64 = 1_772_366_400_000

    let folder: TemporaryFolder
    let log: NoteSigner
    let witnesses: [NoteSigner]
    let policyText: String
    let trust: TrustAnchor
    /// A founding and enrolments.
    let entries: [LedgerEntry]

    /// - Parameter people: The seed of who is enrolled; another one is another history under the same keys.
    init(people: UInt64 = 1, count: Int = 11) throws {
        folder = try TemporaryFolder()
        let keys = try LogKeys(origin: Self.origin)
        (log, witnesses, policyText) = (keys.log, keys.witnesses, keys.policyText)
        trust = try TrustAnchor(origin: Self.origin, policyText: policyText)
        entries = try Self.history(people, count, policyText)
    }

    /// Made once for all tests: signing takes longer than most of them.
    private static let histories = Mutex<[UInt64: [LedgerEntry]]>([:])

    private static func history(_ people: UInt64, _ count: Int, _ policyText: String) throws -> [LedgerEntry] {
        try histories.withLock { known in
            if let entries = known[people], entries.count >= count { return Array(entries.prefix(count)) }
            var scenario = try SharingScenario(origin: origin, seed: people, witnessPolicy: policyText)
            // As many as any test wants of the usual history.
            while scenario.entries.count < (people == 1 ? 600 : count) {
                _ = try scenario.enroll(.doctor, by: scenario.members[0])
            }
            known[people] = scenario.entries
            return Array(scenario.entries.prefix(count))
        }
    }

    var leaves: [[UInt8]] { entries.map(\.serialized) }

    func checkpoint(
        _ leaves: some Sequence<[UInt8]>, at milliseconds: UInt64 = Fixture.start, cosigners: Int = 2
    ) throws -> [UInt8] {
        var frontier = TreeFrontier()
        for leaf in leaves { try frontier.append(MerkleTree.leafHash(of: leaf)) }
        var note = try Checkpoint(
            origin: LogOrigin(log.verifierKey.name), size: frontier.size, root: frontier.root
        ).signed(by: log)
        let text = note.text
        try note.append(try witnesses[..<cosigners].map { try $0.cosign(text: text, time: milliseconds / 1_000) })
        return note.encoded
    }

    func source(_ leaves: [[UInt8]]? = nil, size: Int? = nil) throws -> ServedLog {
        let leaves = leaves ?? self.leaves
        return ServedLog(leaves, checkpoint: try checkpoint(leaves[..<(size ?? leaves.count)]))
    }

    func files(_ name: String = "mirror", _ fileSystem: FileSystem = FileSystem()) -> MirrorFiles {
        MirrorFiles(folder.path(name), fileSystem: fileSystem)
    }

    func mirror(
        _ name: String = "mirror", of source: any Ledger, fileSystem: FileSystem = FileSystem(), step: UInt64 = 256
    ) async throws -> LedgerMirror {
        try await LedgerMirror.open(
            files(name, fileSystem), trust: trust, source: source, options: MirrorOptions(stepLeaves: step))
    }

    /// Every file of a mirror's log with its bytes, by path.
    func tiles(_ name: String = "mirror") throws -> [String: Data] {
        try FilesBelow(folder.path(name) + "/log").contents()
    }

    /// The state that leaves make, executed in memory.
    func state(of count: Int) throws -> WorldState {
        var state = WorldState(origin: Self.origin)
        for entry in entries[..<count] { try state.apply(entry) }
        return state
    }
}

/// Serves leaves and the proofs of them, as told.
final class ServedLog: Ledger {
    struct State {
        var leaves: [[UInt8]]
        var checkpoint: [UInt8]
        /// Leaves in one answer.
        var limit = 100
        /// Answers before it is gone; nil for ever.
        var answersLeft: Int?
        var asked: [(start: UInt64, end: UInt64)] = []
    }

    let state: Mutex<State>

    init(_ leaves: [[UInt8]], checkpoint: [UInt8]) {
        state = Mutex(State(leaves: leaves, checkpoint: checkpoint))
    }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
    var asked: [(start: UInt64, end: UInt64)] { state.withLock { $0.asked } }

    func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        let answer = state.withLock { state -> [[UInt8]]? in
            state.asked.append((start, end))
            if let left = state.answersLeft {
                guard left > 0 else { return nil }
                state.answersLeft = left - 1
            }
            guard start < min(end, UInt64(state.leaves.count)) else { return [] }
            return Array(state.leaves[Int(start)..<min(Int(end), state.leaves.count)].prefix(state.limit))
        }
        guard let answer else { throw .unreachable("gone") }
        return answer
    }

    func checkpoint() async throws(LedgerError) -> [UInt8] { state.withLock { $0.checkpoint } }
    func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt { throw .busy(queued: 7) }
    func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt? { nil }

    func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]] {
        let leaves = state.withLock { $0.leaves }
        guard new <= leaves.count else { throw .outOfRange(start: old, end: new, size: UInt64(leaves.count)) }
        do {
            var stored: [Subtree: MerkleHash] = [:]
            var frontier = TreeFrontier()
            for leaf in leaves[..<Int(new)] {
                for node in try frontier.append(MerkleTree.leafHash(of: leaf)) { stored[node.subtree] = node.hash }
            }
            return try ConsistencyProof.make(oldSize: old, newSize: new) { stored[$0] ?? MerkleTree.emptyRoot }
                .path.map { $0.bytes }
        } catch { throw .storage("\(error)") }
    }
}

/// What a mirror refuses with; nil where it follows.
func refusal(_ mirror: LedgerMirror) async -> MirrorError? {
    do throws(MirrorError) {
        try await mirror.catchUp()
        return nil
    } catch { return error }
}

/// Makes the call of this number to a file system fail, and all that come after it, as where a process is killed there.
final class Kill: Sendable {
    private let left: Mutex<Int?>

    init(after calls: Int?) { left = Mutex(calls) }

    var files: FileSystem {
        FileSystem { [self] _, _ in
            left.withLock { left in
                guard let now = left else { return nil }
                left = max(0, now - 1)
                return now == 0 ? EIO : nil
            }
        }
    }

    /// Whether a call failed.
    var hasStruck: Bool { left.withLock { $0 == 0 } }
}
