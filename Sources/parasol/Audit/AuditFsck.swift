import ArgumentParser
import Electrocardiogram
import Foundation
import LedgerNode
import LedgerReplica
import LogStorage
import ParasolClient
import ServiceProtocols
import TransparencyLog

/// `parasol audit fsck FOLDER`
struct AuditFsck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Look for every damage to a ledger's files, and name them all.",
        discussion: """
            Compares every tile of every level, older partial ones too, with what the entries make it; looks for files that \
            are missing, extra, misnamed, left over or misplaced; and checks the checkpoint. It does not stop at the first \
            damage: each is one line with the file's path. Any damage makes the exit status 1; notices do not.

            It asks whether files are whole, not whether what they say keeps the rules: `parasol audit verify` does that.

            Mend a folder by copying the files that are named from another copy of the same ledger, and run this again.

            Examples:
              parasol audit fsck out/log --policy out/policy --database out/ledger/ledger.sqlite
              parasol audit fsck mirror --json
            """)

    @OptionGroup var folder: LogArgument

    @Option(help: "Verify the checkpoint by this policy; without it only its form and its root.", completion: .file())
    var policy: String?

    @Option(
        help:
            "The ledger's database: it, what lies beside it, and every rule are checked too. The ledger must not run.",
        completion: .file())
    var database: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() async throws {
        try await AuditOutput.reporting(json: json) {
            guard AuditFiles.isFolder(folder.folder) else {
                throw AuditCommandError.unreadable(folder.folder, "it is no folder")
            }
            let trust = try policy.map { try PolicyOption.trust($0) }
            let bar = ProgressBar("comparing")
            let fsck = LogFsck(
                folder.log, trust: trust, neighbours: neighbours, checks: LogFsck.folderChecks + (try databaseChecks()))
            var findings: [FsckFinding] = []
            let summary = await fsck.run(progress: { bar.show($0, of: $1) }) { finding in
                if json { return findings.append(FsckFinding(finding)) }
                bar.finish()
                print(TerminalText.printable("\(finding)"))
            }
            bar.finish()
            if json {
                print(
                    try AuditOutput.json(
                        FsckSummary(
                            holds: summary.damages == 0, leaves: summary.size, damages: summary.damages,
                            notices: summary.notices, checks: summary.checks, findings: findings)))
            } else {
                let size = summary.size.map { "\($0) leaves" } ?? "an unknown number of leaves"
                print(
                    "\(size): \(AuditOutput.count(summary.damages, "damage")), "
                        + "\(AuditOutput.count(summary.notices, "notice")) (\(summary.checks.joined(separator: ", ")))")
            }
            guard summary.damages == 0 else { throw ExitCode.failure }
        }
    }

    /// Everything that the ledger derives from its leaves, held against the leaves executed anew.
    private func databaseChecks() throws -> [LogCheck] {
        guard let database else { return [] }
        guard FileManager.default.fileExists(atPath: database) else {
            throw AuditCommandError.unreadable(database, "nothing is there")
        }
        guard let policy else {
            throw ValidationError("--database needs --policy: whose signatures count decides what may stand in it.")
        }
        let text = String(decoding: try AuditFiles.read(policy, atMost: SignedNote.maximumBytes), as: UTF8.self)
        let check = try LedgerFilesCheck(LedgerFiles(database: database), policyText: text)
        return [
            LogCheck("database") { _, report, _ in
                do throws(LedgerError) { try await check.run() } catch {
                    if case .inconsistent(let reason) = error {
                        report(LogFinding(.damaged, database, reason))
                    } else {
                        report(LogFinding(.unreadable, database, "\(error)"))
                    }
                }
            }
        ]
    }

    /// The database with what SQLite and its lock put beside it.
    private var neighbours: Set<String> {
        guard let database else { return [] }
        let file = URL(fileURLWithPath: database).standardizedFileURL
        guard file.deletingLastPathComponent().path == URL(fileURLWithPath: folder.folder).standardizedFileURL.path
        else { return [] }
        return Set(["", "-wal", "-shm", "-journal", ".lock"].map { file.lastPathComponent + $0 })
    }
}

private struct FsckFinding: Encodable {
    let kind, path, detail: String
    let isDamage: Bool

    init(_ finding: LogFinding) {
        kind = finding.kind.rawValue
        path = finding.path
        detail = finding.detail
        isDamage = finding.isDamage
    }
}

private struct FsckSummary: Encodable {
    let holds: Bool
    let leaves: UInt64?
    let damages, notices: Int
    let checks: [String]
    let findings: [FsckFinding]
}
