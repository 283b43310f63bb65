import ArgumentParser
import Foundation
import LedgerReplica
import LogStorage
import Octets
import ParasolClient
import SharingContracts
import TransparencyLog

/// `parasol audit verify FOLDER --policy FILE`
struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Re-execute the whole ledger: signatures, tree, every rule, the witnesses' quorum.",
        discussion: """
            Checked are: the checkpoint's signature and the quorum of witnesses; every bundle of entries and every tile of \
            every level, and that they make the checkpoint's root; every transaction's encoding and signatures; every rule of \
            the contracts, in order; that times strictly increase; and that the ledger was founded with this very policy. The \
            first thing that does not hold is named with its leaf, and the exit status is 1.

            With --from, an older signed checkpoint that you verified before is believed: that the ledger is its \
            continuation is proved, and signatures of the transactions below it are not verified again, which is most of the \
            work. All else is checked for every leaf, and the report says what was not.

            Examples:
              parasol audit verify out/log --policy out/policy
              parasol audit verify mirror --policy policy --from checkpoint-of-last-month --json
            """)

    @OptionGroup var folder: LogArgument
    @OptionGroup var policy: PolicyOption

    @Option(help: "An older signed checkpoint to believe: a file.", completion: .file())
    var from: String?

    @Option(help: "How many bundles of 256 leaves are decoded or verified at once; default: one more than cores.")
    var jobs: Int?

    @Flag(help: "Print one JSON object instead of text, also where something does not hold.")
    var json = false

    func validate() throws {
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs is 1 to 1024, got \(jobs)") }
    }

    func run() async throws {
        try await AuditOutput.reporting(json: json) {
            let trust = try policy.trust()
            let trusted = try from.map { try AuditFiles.read($0, atMost: SignedNote.maximumBytes) }
            let bar = ProgressBar("verifying")
            defer { bar.finish() }
            let auditor = Auditor(trust: trust, jobs: jobs ?? Auditor.defaultJobs)
            var times: (first: Timestamp, last: Timestamp)?
            let report = try await auditor.audit(
                folder.log, from: trusted, progress: { bar.show($0, of: $1) },
                each: { _, entry in times = (times?.first ?? entry.sequencedAt, entry.sequencedAt) })
            bar.finish()
            let summary = VerifySummary(report, times, seconds: bar.seconds)
            if json { print(try AuditOutput.json(summary)) } else { summary.lines.forEach { print($0) } }
        }
    }
}

/// What `verify` prints.
private struct VerifySummary: Encodable {
    struct Trusted: Encodable {
        let size: UInt64
        let root: String
        let notVerifiedAgain: String
    }

    let holds = true
    let checkpoint: CheckpointSummary
    let quorumAt: String
    let signatures, tiles: UInt64
    let kinds: [String: UInt64]
    let firstLeafAt, lastLeafAt: String?
    let trusted: Trusted?
    let seconds: Double
    let leavesPerSecond: Double

    init(_ report: AuditReport, _ times: (first: Timestamp, last: Timestamp)?, seconds: Double) {
        checkpoint = CheckpointSummary(report.checkpoint.checkpoint, report.cosignatures)
        quorumAt = "\(report.checkpoint.cosignedAt)"
        signatures = report.signatures
        tiles = report.tiles
        kinds = report.kinds
        firstLeafAt = times.map { "\($0.first)" }
        lastLeafAt = times.map { "\($0.last)" }
        trusted = report.trusted.map {
            Trusted(
                size: $0.size, root: $0.root.hexadecimal,
                notVerifiedAgain: $0.size == 0
                    ? "nothing: it has no leaf" : "signatures of the transactions of leaves 0 to \($0.size - 1)")
        }
        self.seconds = (seconds * 1000).rounded() / 1000
        leavesPerSecond = seconds > 0 ? (Double(report.size) / seconds).rounded() : 0
    }

    var lines: [String] {
        var lines = ["The ledger holds: \(checkpoint.ledger)"]
        lines.append("  checkpoint  \(checkpoint.size) leaves, root \(checkpoint.root)")
        for (number, line) in checkpoint.witnessLines.enumerated() {
            lines.append("  \(number == 0 ? "cosigned by " : "            ")\(line)")
        }
        lines.append("  quorum      as of \(quorumAt)")
        if let firstLeafAt, let lastLeafAt { lines.append("  sequenced   \(firstLeafAt) to \(lastLeafAt)") }
        lines.append(
            "  verified    \(AuditOutput.count(signatures, "signature")), \(AuditOutput.count(tiles, "tile")) of hashes, "
                + "and every rule for every leaf")
        for (number, kind) in kinds.sorted(by: { $0.key < $1.key }).enumerated() {
            lines.append("  \(number == 0 ? "leaves      " : "            ")\(kind.value) \(kind.key)")
        }
        if let trusted {
            lines.append("  believed    the checkpoint of \(trusted.size) leaves, root \(trusted.root):")
            lines.append("              that the ledger continues it was proved; not verified again:")
            lines.append("              \(trusted.notVerifiedAgain)")
        }
        lines.append("  took        \(seconds) s, \(Int(leavesPerSecond)) leaves/s")
        return lines
    }
}
