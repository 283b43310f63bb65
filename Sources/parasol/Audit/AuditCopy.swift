import ArgumentParser
import Foundation
import LogStorage
import ParasolClient
import SharingContracts

/// `parasol audit copy -o FOLDER`
struct AuditCopy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy a ledger that is served, with its policy, so that it can be checked without asking anybody.",
        discussion: """
            Writes FOLDER/log, the ledger as C2SP tlog-tiles, and FOLDER/policy, the policy of network.json. The checkpoint is \
            written last and only where the leaves are its own; what they say, `parasol audit verify` checks. A copy that is there \
            is gone on with: only the leaves since are fetched.

            Example:
              parasol audit copy -o ledger
              parasol audit verify ledger/log --policy ledger/policy
            """)

    @Option(name: .shortAndLong, help: "The folder to write to; made if it is not there.", completion: .directory)
    var output: String

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.auditor) { opened, _ in
            let folder = URL(fileURLWithPath: output).path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let signer = try await opened.signer()
            return try await opened.connected(as: signer) { session, _ in
                let log = LogFolder(folder + "/log")
                let written = try await LedgerCopy.write(session, to: log, resuming: true)
                try Data(opened.network.witnessPolicy.utf8).write(
                    to: URL(fileURLWithPath: folder + "/policy"), options: .atomic)
                return CopyReport(
                    leaves: written.size, new: written.size - written.kept, log: log.path, policy: folder + "/policy")
            }
        }
    }
}

/// What `parasol audit copy` prints.
struct CopyReport: PeopleReport {
    let leaves: UInt64
    /// Of these, that were not there yet.
    let new: UInt64
    let log, policy: String

    var lines: [String] {
        ["Copied \(new) leaves, \(leaves) in all, to \(log)", "  next: parasol audit verify \(log) --policy \(policy)"]
    }
}
