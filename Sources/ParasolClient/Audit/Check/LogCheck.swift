package import LedgerReplica
package import LogStorage
package import TransparencyLog

/// What a check of a log looks at.
package struct LogCheckSubject: Sendable {
    package let folder: LogFolder
    /// Whom a checkpoint is believed; nil where only its form is checked.
    package let trust: TrustAnchor?
    /// Names at the folder's top that belong to somebody else, such as the ledger's database.
    package let neighbours: Set<String>
    /// What the folder's checkpoint says; nil where it cannot be read. Only as good as ``trust`` makes it.
    package let checkpoint: Checkpoint?
}

/// One check of a log, by name. A list of them is an fsck: each reports all that it finds, and none relies on another.
package struct LogCheck: Sendable {
    package let name: String
    /// Reports findings, and calls the second function with leaves done and leaves in all.
    package let run:
        @Sendable (LogCheckSubject, _ report: (LogFinding) -> Void, _ progress: (UInt64, UInt64) -> Void) async -> Void

    package init(
        _ name: String,
        _ run: @escaping @Sendable (LogCheckSubject, (LogFinding) -> Void, (UInt64, UInt64) -> Void) async -> Void
    ) {
        self.name = name
        self.run = run
    }
}

/// Looks for every damage to a log's folder, and does not stop at the first.
package struct LogFsck: Sendable {
    /// What came of it.
    package struct Summary: Hashable, Sendable {
        /// Leaves that the checkpoint says there are; nil where it cannot be read.
        package let size: UInt64?
        package let damages: Int
        package let notices: Int
        /// The checks that ran, by name.
        package let checks: [String]
    }

    /// Of the folder alone: its checkpoint, its names, and its tiles and bundles.
    package static let folderChecks = [checkpointCheck, namesCheck, tilesCheck]

    private let folder: LogFolder
    private let trust: TrustAnchor?
    private let neighbours: Set<String>
    private let checks: [LogCheck]

    /// - Parameters:
    ///   - trust: Whom the checkpoint is believed; without it only its form and its root are checked.
    ///   - neighbours: Names at the folder's top that are somebody else's.
    ///   - checks: What to look at.
    package init(
        _ folder: LogFolder, trust: TrustAnchor? = nil, neighbours: Set<String> = [],
        checks: [LogCheck] = LogFsck.folderChecks
    ) {
        self.folder = folder
        self.trust = trust
        self.neighbours = neighbours
        self.checks = checks
    }

    /// Runs every check.
    ///
    /// - Parameters:
    ///   - progress: Called with leaves done and leaves in all.
    ///   - report: Called with every finding, as it is found.
    /// - Complexity: linear in the number of leaves. Holds one bundle and the names of one folder at a time.
    package func run(
        progress: (UInt64, UInt64) -> Void = { _, _ in }, report: (LogFinding) -> Void
    ) async -> Summary {
        let note = try? folder.checkpoint()
        let checkpoint = note.flatMap { try? SignedNote(encoded: $0) }.flatMap { try? Checkpoint(text: $0.text) }
        let subject = LogCheckSubject(
            folder: folder, trust: trust, neighbours: neighbours, checkpoint: checkpoint)
        var damages = 0
        var notices = 0
        for check in checks {
            await check.run(
                subject,
                { finding in
                    if finding.isDamage { damages += 1 } else { notices += 1 }
                    report(finding)
                }, progress)
        }
        return Summary(size: checkpoint?.size, damages: damages, notices: notices, checks: checks.map(\.name))
    }
}
