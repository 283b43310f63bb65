import ArgumentParser
import Foundation
import LedgerReplica
import LogStorage
import Octets
import ParasolClient
import SharingContracts
import TransparencyLog

/// `parasol audit trail FOLDER --policy FILE`
struct AuditTrail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trail",
        abstract: "Print who did what, when, under which consent: as a table, JSON or CSV.",
        discussion: """
            Prints one line for each leaf that meets every filter given, in order, under a head that says which ledger and \
            which checkpoint it is of, what was asked for, and whether the ledger was verified. A leaf concerns a folder, a \
            consent, a record or a doctor also where it names them only through a consent or a request.

            Unless --unverified is given, the whole ledger is verified first as `parasol audit verify` does. What is printed is \
            in any case hashed while it is read; where it is not what the checkpoint has, the last line says so and the exit \
            status is 1. A JSON trail is whole only with "complete": true, a table and CSV only with their last line.

            The ledger names nobody: which person stands behind an identity, its member organisation knows.

            Examples:
              parasol audit trail out/log --policy out/policy
              parasol audit trail out/log --policy out/policy --kind RecordOpened --since 2026-03-01 --format csv
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case table, json, csv }

    @OptionGroup var folder: LogArgument
    @OptionGroup var policy: PolicyOption

    @Option(name: .customLong("folder"), help: "Only what concerns this folder.", transform: identifier)
    var folderID: FolderID?

    @Option(help: "Only what concerns this consent.", transform: identifier)
    var consent: ConsentID?

    @Option(help: "Only what concerns this record.", transform: identifier)
    var record: RecordID?

    @Option(
        help: "Only what concerns this doctor: consents to, and all that happened under them.", transform: identifier)
    var doctor: IdentityID?

    @Option(help: "Only what this proxy or key service holds, transforms, destroys.", transform: identifier)
    var proxy: IdentityID?

    @Option(help: "Only from this moment on: 2026-03-01, or 2026-03-01T12:00:00Z.", transform: moment)
    var since: Timestamp?

    @Option(help: "Only before this moment.", transform: moment)
    var until: Timestamp?

    @Option(help: "Only this kind of transaction, such as RecordOpened; may be repeated.")
    var kind: [String] = []

    @Option(help: "table, json or csv.")
    var format = Format.table

    @Flag(help: "Do not verify signatures and rules first; the head says so.")
    var unverified = false

    @Flag(help: "Leave the head and the last line out of CSV: column names and leaves alone.")
    var bare = false

    func validate() throws {
        for kind in kind where !TrailFilter.allKinds.contains(kind) {
            throw ValidationError("no kind is named \(kind); there are \(TrailFilter.allKinds.joined(separator: ", "))")
        }
        if let since, let until, since >= until { throw ValidationError("--since must be before --until") }
        guard !bare || format == .csv else { throw ValidationError("--bare is for --format csv") }
    }

    private var filter: TrailFilter {
        var filter = TrailFilter()
        filter.folder = folderID
        filter.consent = consent
        filter.record = record
        filter.doctor = doctor
        filter.proxy = proxy
        filter.since = since
        filter.until = until
        filter.kinds = Set(kind)
        return filter
    }

    func run() async throws {
        let trust = try policy.trust()
        let log = folder.log
        let (final, cosignatures) = try trust.audited(checkpoint: try log.storedCheckpoint())
        if !unverified {
            let bar = ProgressBar("verifying")
            defer { bar.finish() }
            let report = try await Auditor(trust: trust).audit(log, progress: { bar.show($0, of: $1) })
            guard report.checkpoint.checkpoint == final.checkpoint else {
                throw AuditCommandError.unreadable(folder.folder, "its checkpoint changed meanwhile; run this again")
            }
        }
        let head = TrailHead(
            checkpoint: CheckpointSummary(final.checkpoint, cosignatures), quorumAt: "\(final.cosignedAt)",
            filters: filter.descriptions, isVerified: !unverified)
        var sheet: any TrailSheet =
            switch format {
            case .table: TrailTable(head)
            case .json: TrailJSON(head)
            case .csv: TrailCSV(head, isBare: bare)
            }
        var output = BufferedOutput()
        try output.write(sheet.opening())
        do {
            let count = try TrailReader(log, checkpoint: final.checkpoint, filter: filter).read { line, subjects in
                try output.write(try sheet.row(line, subjects))
            }
            try output.write(sheet.closing(count: count, failure: nil))
            try output.flush()
        } catch {
            try output.write(sheet.closing(count: nil, failure: "\(error)"))
            try output.flush()
            throw error
        }
    }
}

@Sendable private func identifier<Kind>(_ text: String) throws -> Identifier<Kind> {
    guard let id = try? Identifier<Kind>(hexadecimal: text.lowercased()) else {
        throw ValidationError("an identifier has 32 hexadecimal digits, got \(text)")
    }
    return id
}

@Sendable private func moment(_ text: String) throws -> Timestamp {
    guard let time = Timestamp(iso8601: text) else {
        throw ValidationError("a moment is 2026-03-01 or 2026-03-01T12:00:00Z, in UTC; got \(text)")
    }
    return time
}

/// Standard output in pieces of some size.
struct BufferedOutput {
    private var pending: [UInt8] = []

    mutating func write(_ text: String) throws {
        pending += text.utf8
        if pending.count >= 1 << 16 { try flush() }
    }

    mutating func flush() throws {
        try FileHandle.standardOutput.write(contentsOf: Data(pending))
        pending = []
    }
}
