import ArgumentParser
import Electrocardiogram
import Foundation
import LedgerReplica
import LogStorage
import ParasolClient
import ServiceProtocols
import TransparencyLog

/// `parasol audit evidence FILE --policy FILE`
struct AuditEvidence: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Check offline whether a file convicts a ledger's operator, and say of what.",
        discussion: """
            Evidence is what a witness writes when it refuses something that the log signed and must not have, and what \
            `audit compare -o` writes of a fork: signed checkpoints, and the hashes that show why they cannot be honest. It \
            needs nothing but the log's key. Whether a leaf breaks a rule may depend on the leaves before it; name a copy of \
            the log with --log to have them executed again. They count only where they are those of the signed tree.

            Exit status: 0 the log is convicted, 1 it is not: the file is no evidence, or what it claims cannot be \
            established without the earlier leaves.

            Examples:
              parasol audit evidence fork.evidence --policy policy
              parasol audit evidence 5be1….evidence --policy policy --log mirror
            """)

    @Argument(help: "The evidence.", completion: .file(extensions: ["evidence"]))
    var file: String

    @OptionGroup var policy: PolicyOption

    @Option(help: "A copy of the log, for a leaf whose rule depends on earlier ones.", completion: .directory)
    var log: String?

    @Flag(help: "Print one JSON object instead of text, also where something does not hold.")
    var json = false

    func run() async throws {
        try await AuditOutput.reporting(json: json) {
            let evidence = try LedgerEvidence(
                encoded: try AuditFiles.read(file, atMost: LedgerEvidence.maximumBytes))
            let trust = try policy.trust()
            guard let key = trust.policy.logs.first?.key else {
                throw ValidationError("The policy names no log.")
            }
            let finding = try evidence.verify(log: key, earlier: log.map { Self.leaves(in: LogFolder(path: $0)) })
            let summary = EvidenceSummary(evidence, finding)
            if json { print(try AuditOutput.json(summary)) } else { summary.lines.forEach { print($0) } }
            guard finding.convicts else { throw ExitCode.failure }
        }
    }

    /// Leaves of a copy, a bundle at a time.
    private static func leaves(in folder: LogFolder) -> LedgerEvidence.Leaves {
        { range in
            let checkpoint = try Checkpoint(text: SignedNote(encoded: try folder.checkpoint() ?? []).text)
            guard
                let bundle = Tile.inTree(
                    .entries, index: range.lowerBound / UInt64(Tile.fullWidth), size: checkpoint.size)
            else { return [] }
            let skipped = Int(range.lowerBound % UInt64(Tile.fullWidth))
            return Array(try folder.entries(of: bundle).dropFirst(skipped).prefix(range.count))
        }
    }
}

/// What `evidence` prints.
private struct EvidenceSummary: Encodable {
    let convicts: Bool
    let finding: String
    /// When it was found, by whoever found it. Nobody vouches for it.
    let seenAt: String
    /// Texts of the signed checkpoints.
    let checkpoints: [String]

    init(_ evidence: LedgerEvidence, _ finding: EvidenceFinding) {
        convicts = finding.convicts
        self.finding = "\(finding)"
        seenAt = "\(evidence.seenAt)"
        checkpoints = evidence.notes.map { String(decoding: $0.text, as: UTF8.self) }
    }

    var lines: [String] {
        var lines = [TerminalText.printable(finding), "  found       \(seenAt), says the file"]
        for text in checkpoints {
            lines.append("  signed      " + TerminalText.printable(text.split(separator: "\n").joined(separator: " ")))
        }
        return lines
    }
}
