import ArgumentParser
import Electrocardiogram
import Foundation
import LedgerReplica
import ParasolClient
import SharingContracts
import TransparencyLog

/// `parasol audit check F.tlog-proof --leaf FILE --policy FILE`
struct AuditCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a proof of one transaction offline, and say in words what it proves.",
        discussion: """
            Needs the proof, the leaf and the policy, and nothing else: no network, no copy of the ledger. It proves that the \
            leaf is in a ledger whose checkpoint the policy's quorum of witnesses cosigned. Those witnesses verified the \
            transaction's signatures and every rule before they cosigned; a proof does not carry the signers' keys, so this \
            command does not verify those signatures itself: `parasol audit verify` on a whole copy does.

            Example:
              parasol audit check opened.tlog-proof --leaf opened.leaf --policy out/policy
            """)

    @Argument(help: "The proof: a .tlog-proof file.", completion: .file(extensions: ["tlog-proof"]))
    var proof: String

    @Option(help: "The leaf that it is about: a file.", completion: .file())
    var leaf: String

    @OptionGroup var policy: PolicyOption

    @Flag(help: "Print one JSON object instead of text, also where something does not hold.")
    var json = false

    func run() async throws {
        try await AuditOutput.reporting(json: json) {
            let proven = try ProvenLeaf(
                proof: try AuditFiles.read(proof, atMost: LogProof.maximumBytes),
                leaf: try AuditFiles.read(leaf, atMost: Tile.maximumEntryBytes), trust: try policy.trust())
            let summary = CheckSummary(proven)
            if json { print(try AuditOutput.json(summary)) } else { summary.lines.forEach { print($0) } }
        }
    }
}

/// What `check` prints.
private struct CheckSummary: Encodable {
    let holds = true
    let index: UInt64
    let transaction, kind, detail, sequencedAt: String
    let signers: [String]
    let checkpoint: CheckpointSummary
    let quorumAt: String

    init(_ proven: ProvenLeaf) {
        let line = AuditLine(index: proven.index, proven.entry)
        index = line.index
        transaction = "\(line.transaction)"
        kind = line.kind
        detail = line.detail
        sequencedAt = "\(line.time)"
        signers = line.signers.map { "\($0)" }
        checkpoint = CheckpointSummary(proven.checkpoint.checkpoint, proven.cosignatures)
        quorumAt = "\(proven.checkpoint.cosignedAt)"
    }

    var lines: [String] {
        var lines = ["The proof holds: this transaction is leaf \(index) of \(checkpoint.ledger)"]
        lines.append("  transaction \(transaction)")
        lines.append("  says        \(kind): \(TerminalText.printable(detail))")
        for (number, signer) in signers.enumerated() {
            lines.append("  \(number == 0 ? "signed by   " : "            ")\(signer)")
        }
        lines.append("  sequenced   \(sequencedAt)")
        lines.append("  checkpoint  of \(checkpoint.size) leaves, root \(checkpoint.root)")
        for (number, line) in checkpoint.witnessLines.enumerated() {
            lines.append("  \(number == 0 ? "cosigned by " : "            ")\(line)")
        }
        lines.append("  quorum      as of \(quorumAt)")
        return lines
    }
}
