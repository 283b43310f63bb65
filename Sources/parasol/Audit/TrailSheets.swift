import Electrocardiogram
import Foundation
import ParasolClient
import SharingContracts

/// What a trail is of: enough for whoever is handed it.
struct TrailHead {
    let checkpoint: CheckpointSummary
    let quorumAt: String
    let filters: [(name: String, value: String)]
    let isVerified: Bool

    var verification: String {
        isVerified
            ? "verified: checkpoint, quorum, tree, every signature and every rule"
            : "NOT VERIFIED: only the checkpoint and its quorum, and that these leaves are its leaves"
    }

    /// By name, in the order in which they are printed.
    var fields: [(name: String, value: String)] {
        [
            ("ledger", checkpoint.ledger), ("leaves", "\(checkpoint.size)"), ("root", checkpoint.root),
            ("cosigned by", checkpoint.witnessLines.joined(separator: "; ")), ("quorum as of", quorumAt),
            ("verification", verification),
            (
                "filters",
                filters.isEmpty ? "none: every leaf" : filters.map { "\($0.name) \($0.value)" }.joined(separator: "; ")
            ),
        ]
    }
}

/// A trail in one format, piece by piece, so that none is held whole.
protocol TrailSheet {
    mutating func opening() -> String
    mutating func row(_ line: AuditLine, _ subjects: LeafSubjects) throws -> String
    /// - Parameter count: How many leaves were printed; nil where reading them failed.
    mutating func closing(count: UInt64?, failure: String?) -> String
}

/// For people.
struct TrailTable: TrailSheet {
    let head: TrailHead

    init(_ head: TrailHead) { self.head = head }

    func opening() -> String {
        let fields = head.fields.map { "# \(Self.padded($0.name, 13)) \(TerminalText.printable($0.value))\n" }.joined()
        return fields + "#\n" + Self.columns("index", "time", "kind", "transaction") + "\n"
    }

    func row(_ line: AuditLine, _ subjects: LeafSubjects) -> String {
        let first = Self.columns("\(line.index)", "\(line.time)", line.kind, "\(line.transaction)")
        let signers = line.signers.map { "\($0)" }.joined(separator: " ")
        return "\(first)\n          \(TerminalText.printable(line.detail))\n          signed by \(signers)\n"
    }

    func closing(count: UInt64?, failure: String?) -> String {
        guard let count else {
            return "# DO NOT RELY ON THIS: \(TerminalText.printable(failure ?? "it is not complete"))\n"
        }
        return "# complete: \(count) of \(head.checkpoint.size) leaves\n"
    }

    private static func columns(_ index: String, _ time: String, _ kind: String, _ transaction: String) -> String {
        padded(index, 9) + " " + padded(time, 27) + " " + padded(kind, 18) + " " + transaction
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

/// For programs: one object, a leaf a line.
struct TrailJSON: TrailSheet {
    let head: TrailHead
    private var isFirst = true

    init(_ head: TrailHead) { self.head = head }

    private struct Head: Encodable {
        let checkpoint: CheckpointSummary
        let quorumAt, verification: String
        let verified: Bool
        let filters: [String: String]
    }

    private struct Row: Encodable {
        let index: UInt64
        let time, transaction, kind, detail: String
        let signers: [String]
        let folder, record, consent, doctor: String?
        /// One, or those of a request for several; ``record`` has it where it is one.
        let records: [String]
    }

    func opening() -> String {
        let summary = Head(
            checkpoint: head.checkpoint, quorumAt: head.quorumAt, verification: head.verification,
            verified: head.isVerified,
            filters: Dictionary(head.filters.map { ($0.name, $0.value) }, uniquingKeysWith: { one, _ in one }))
        return "{\"head\": \(Self.line(summary)),\n\"entries\": ["
    }

    mutating func row(_ line: AuditLine, _ subjects: LeafSubjects) -> String {
        defer { isFirst = false }
        let records = subjects.records.map { "\($0)" }
        let row = Row(
            index: line.index, time: "\(line.time)", transaction: "\(line.transaction)", kind: line.kind,
            detail: line.detail, signers: line.signers.map { "\($0)" }, folder: subjects.folder.map { "\($0)" },
            record: records.count == 1 ? records[0] : nil, consent: subjects.consent.map { "\($0)" },
            doctor: subjects.doctor.map { "\($0)" }, records: records)
        return (isFirst ? "\n" : ",\n") + Self.line(row)
    }

    func closing(count: UInt64?, failure: String?) -> String {
        guard let count else { return "],\n\"complete\": false, \"failure\": \(Self.line(failure ?? ""))}\n" }
        return "],\n\"complete\": true, \"count\": \(count)}\n"
    }

    private static func line(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return "null" }
        return TerminalText.printable(json: String(decoding: data, as: UTF8.self))
    }
}

/// For spreadsheets: RFC 4180, every record with as many fields, the head in records that begin with a number sign.
struct TrailCSV: TrailSheet {
    let head: TrailHead
    let isBare: Bool

    init(_ head: TrailHead, isBare: Bool) {
        self.head = head
        self.isBare = isBare
    }

    static let columns = [
        "index", "time", "transaction", "kind", "folder", "record", "consent", "doctor", "signers", "detail",
    ]

    func opening() -> String {
        let fields = isBare ? "" : head.fields.map { note($0.name, $0.value) }.joined()
        return fields + CSV.record(Self.columns)
    }

    func row(_ line: AuditLine, _ subjects: LeafSubjects) -> String {
        CSV.record([
            "\(line.index)", "\(line.time)", "\(line.transaction)", line.kind, subjects.folder.map { "\($0)" } ?? "",
            subjects.records.map { "\($0)" }.joined(separator: " "), subjects.consent.map { "\($0)" } ?? "",
            subjects.doctor.map { "\($0)" } ?? "", line.signers.map { "\($0)" }.joined(separator: " "), line.detail,
        ])
    }

    func closing(count: UInt64?, failure: String?) -> String {
        // A trail that is not what the checkpoint has says so, asked for or not.
        guard let count else { return note("DO NOT RELY ON THIS", failure ?? "it is not complete") }
        return isBare ? "" : note("complete", "\(count) of \(head.checkpoint.size) leaves")
    }

    private func note(_ name: String, _ value: String) -> String {
        CSV.record(["# \(name)", value] + Array(repeating: "", count: Self.columns.count - 2))
    }
}

/// Records of comma-separated values (RFC 4180).
enum CSV {
    /// One record with its line end.
    static func record(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\r\n" }

    /// A field, quoted where it must be. One that a spreadsheet would take for a formula gets an apostrophe before it, which
    /// the spreadsheet takes for "this is text".
    static func field(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first,
            "=+-@\t\r\n\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".unicodeScalars.contains(first)
        {
            text = "'" + text
        }
        guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
