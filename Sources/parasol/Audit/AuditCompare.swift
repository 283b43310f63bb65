import ArgumentParser
import Foundation
import LedgerReplica
import LogStorage
import Octets
import ParasolClient
import ServiceProtocols
import TransparencyLog

/// `parasol audit compare A B --policy FILE`
struct AuditCompare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Say whether two states of a ledger are the same, one continues the other, or the ledger was forked.",
        discussion: """
            Each of the two is a folder with a ledger, or a file with one signed checkpoint; the larger of the two must be a \
            folder unless both are of the same size. Both checkpoints must meet the policy. A fork is two checkpoints that one \
            log signed and witnesses cosigned and that cannot both be honest: with two folders, the first leaf that differs is \
            named and proved in each. A fork makes the exit status 1; -o writes the evidence, which `parasol audit evidence` \
            checks offline. Damaged files are never taken for a fork.

            Examples:
              parasol audit compare mirror-a mirror-b --policy policy
              parasol audit compare checkpoint-of-last-month mirror-a --policy policy -o fork.evidence
            """)

    @Argument(help: "A folder with a ledger, or a file with a signed checkpoint.", completion: .file())
    var first: String

    @Argument(help: "Another.", completion: .file())
    var second: String

    @OptionGroup var policy: PolicyOption

    @Option(name: [.short, .long], help: "Write the evidence of a fork into this file.", completion: .file())
    var output: String?

    @Flag(help: "Replace a file that is there.")
    var force = false

    @Flag(help: "Print one JSON object instead of text, also where something does not hold.")
    var json = false

    func run() async throws {
        try await AuditOutput.reporting(json: json) {
            if let output { try AuditFiles.demandRoom(for: [output], force: force) }
            let trust = try policy.trust()
            let (one, other) = (try Self.shown(first, trust), try Self.shown(second, trust))
            let relation = try LogRelation(one, other)
            if case .unknown = relation {
                throw ValidationError(
                    "\(first) has \(one.checkpoint.size) leaves and \(second) has \(other.checkpoint.size): "
                        + "name the folder with the larger ledger instead of its checkpoint.")
            }
            var summary = CompareSummary(relation, (first, one), (second, other))
            if case .fork(let fork) = relation, let output {
                try AuditFiles.write(try fork.evidence(seenAt: SystemClock().now()).encoded, to: output)
                summary.evidence = output
            }
            if json { print(try AuditOutput.json(summary)) } else { summary.lines.forEach { print($0) } }
            guard summary.holds else { throw ExitCode.failure }
        }
    }

    private static func shown(_ path: String, _ trust: TrustAnchor) throws -> ShownLog {
        guard AuditFiles.isFolder(path) else {
            return try ShownLog(note: try AuditFiles.read(path, atMost: SignedNote.maximumBytes), trust: trust)
        }
        return try ShownLog(folder: LogFolder(path: path), trust: trust)
    }
}

/// What `compare` prints.
private struct CompareSummary: Encodable {
    struct State: Encodable {
        let name: String
        let size: UInt64
        let root: String
    }

    let holds: Bool
    /// `same`, `extended` or `fork`.
    let relation: String
    let first, second: State
    /// That the larger continues the smaller: hashes in hexadecimal.
    let consistencyProof: [String]?
    let firstDifferingLeaf: UInt64?
    var evidence: String?

    init(_ relation: LogRelation, _ one: (String, ShownLog), _ other: (String, ShownLog)) {
        func state(_ named: (name: String, log: ShownLog)) -> State {
            State(
                name: named.name, size: named.log.checkpoint.size, root: named.log.checkpoint.root.hexadecimal)
        }
        first = state(one)
        second = state(other)
        switch relation {
        case .same, .unknown:
            (holds, self.relation) = (true, "same")
            (consistencyProof, firstDifferingLeaf) = (nil, nil)
        case .extended(let proof):
            (holds, self.relation) = (true, "extended")
            consistencyProof = proof.path.map { $0.hexadecimal }
            firstDifferingLeaf = nil
        case .fork(let fork):
            (holds, self.relation) = (false, "fork")
            consistencyProof = fork.consistency.map { $0.path.map { $0.hexadecimal } }
            firstDifferingLeaf = fork.leaves?.smaller.proof.index
        }
    }

    var lines: [String] {
        let (old, new) = first.size <= second.size ? (first, second) : (second, first)
        switch relation {
        case "same": return ["Same: both are of \(first.size) leaves with root \(first.root)"]
        case "extended":
            return [
                "Extension: \(new.name) (\(new.size) leaves) continues \(old.name) (\(old.size) leaves)",
                "  proved by \(consistencyProof?.count ?? 0) hashes; --json prints them",
            ]
        default:
            var lines = ["FORK: the log signed, and witnesses cosigned, two histories"]
            for state in [first, second] { lines.append("  \(state.name): \(state.size) leaves, root \(state.root)") }
            if let firstDifferingLeaf {
                lines.append("  the first leaf that differs is \(firstDifferingLeaf), proved in both")
            }
            if first.size != second.size { lines.append("  \(new.name) does not begin with the leaves of \(old.name)") }
            lines.append(evidence.map { "  evidence: \($0)" } ?? "  -o FILE writes the evidence")
            return lines
        }
    }
}
