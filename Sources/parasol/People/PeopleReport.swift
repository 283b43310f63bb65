import Electrocardiogram
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a command has to say: lines for people, an object for programs.
protocol PeopleReport: Encodable, Sendable {
    var lines: [String] { get }
    /// Whether it was done, and something is left that a later command must go on with. Makes the exit status 2.
    var isUnfinished: Bool { get }
}

extension PeopleReport {
    var isUnfinished: Bool { false }
}

/// Exit statuses of the commands for people, as their help says them.
enum PeopleStatus {
    static let unfinished: Int32 = 2

    static let discussion = """
        Exit status: 0 done; 1 not done; 2 done, and something is left to do that is named; 64 wrong usage.
        """
}

/// How reports and failures are printed.
enum PeopleOutput {
    /// One JSON object, its keys in order; absent values are left out.
    static func json(_ report: some PeopleReport) throws -> String { try AuditOutput.json(report) }

    static func json(_ failure: PeopleFailure) throws -> String {
        try AuditOutput.json(FailureObject(failure: failure.message, next: failure.next))
    }

    private struct FailureObject: Encodable {
        let failure: String
        let next: String?
    }

    /// Lines without what could give orders to a terminal.
    static func text(_ report: some PeopleReport) -> String {
        report.lines.map { TerminalText.printable($0) }.joined(separator: "\n")
    }
}

/// What a command is doing, on standard error; nothing where that is no terminal.
enum PeopleProgress {
    static func say(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        FileHandle.standardError.write(Data((TerminalText.printable(text) + "\n").utf8))
    }

    /// A share of bytes, at each full tenth.
    static func tenths(_ what: String) -> @Sendable (UInt64, UInt64) -> Void {
        let shown = Mutex(-1)
        return { done, all in
            let tenth = all == 0 ? 10 : Int((Double(done) / Double(all) * 10).rounded(.down))
            let isNew = shown.withLock { shown in
                defer { shown = max(shown, tenth) }
                return tenth > shown
            }
            if isNew { say("\(what): \(tenth * 10)% of \(all) bytes") }
        }
    }
}

/// Columns of text, as wide as they must be, with a title above each.
struct TextTable {
    let titles: [String]
    let rows: [[String]]
    /// What stands there where there is no row.
    let empty: String

    var lines: [String] {
        guard !rows.isEmpty else { return [empty] }
        let widths = titles.indices.map { column in
            ([titles] + rows).map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
        }
        return ([titles] + rows).map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1
                    ? cell : cell + String(repeating: " ", count: max(0, widths[column] - cell.count))
            }
            return cells.joined(separator: "  ")
        }
    }
}
