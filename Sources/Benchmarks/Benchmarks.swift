import Foundation

/// Times our operations, one thread, counts what they allocate, and prints a table or, with `--json`, one object that
/// `Scripts/bench` sets beside the peers' figures.
///
///     Benchmarks [--json] [--seconds S] [--only NAME]
///     Benchmarks [--json] --stream MIB
///     Benchmarks [--json] --ledger [--ledger-seconds S] [--ledger-witnesses elsewhere|here] [--ledger-submitters N]
///     Benchmarks [--json] --ledger-entries N,N,…
///     Benchmarks [--json] --wire CLUSTER-FOLDER [--seconds S] [--wire-doctors N,N,…]
@main
struct Benchmarks {
    static func main() async {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            if let mebibytes = options.streamMebibytes {
                let report = try StreamRun(mebibytes: mebibytes).run()
                print(options.json ? try json(report) : line(report))
                return
            }
            if let cluster = options.cluster {
                let report = try await WireRun(
                    folder: cluster, duration: options.duration, doctorCounts: options.doctorCounts
                ).run()
                print(options.json ? try json(["wire": report]) : report.description)
                return
            }
            if !options.ledgerLoad.isEmpty || !options.ledgerEntries.isEmpty {
                try await ledger(options)
                return
            }
            let operations =
                try GroupOperations().all + SigningKeyOperations().all + UmbralOperations().all + RecordOperations().all
            let wanted = operations.filter { options.only == nil || $0.name == options.only }
            guard !wanted.isEmpty else { throw OptionsError(description: "no operation has that name") }
            var figures: [String: Figure] = [:]
            for operation in wanted {
                let figure = try measure(for: options.duration, operation.body)
                figures[operation.name] = figure
                if !options.json { print(line(operation, figure)) }
            }
            if options.json { print(try json(["operations": figures])) }
        } catch {
            FileHandle.standardError.write(Data("Benchmarks: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func line(_ operation: Operation, _ figure: Figure) -> String {
        let name = operation.name.padding(toLength: 34, withPad: " ", startingAt: 0)
        var line = name + String(format: "%12.1f µs  p5 %12.1f µs  of %6d", figure.medianUs, figure.p5Us, figure.count)
        if let allocations = figure.allocations { line += String(format: "  %6d allocations", allocations) }
        if let byteCount = operation.byteCount {
            line += String(format: "  %8.0f MB/s", Double(byteCount) / figure.medianUs)
        }
        return line
    }

    private static func line(_ report: StreamReport) -> String {
        String(
            format: "streamed %d MiB: sealed at %.0f MB/s, opened at %.0f MB/s, at most %.1f MiB of memory",
            report.mebibytes, report.sealMbPerSecond, report.openMbPerSecond, Double(report.peakResidentKib) / 1024)
    }

    /// Unlike the operations, on all cores.
    private static func ledger(_ options: Options) async throws {
        var load: LedgerLoadReport?
        if !options.ledgerLoad.isEmpty {
            let report = try await LedgerLoad(
                duration: options.ledgerDuration, places: options.ledgerLoad, submitters: options.ledgerSubmitters
            ).run()
            if !options.json { print(report) }
            load = report
        }
        let growth = try await LedgerGrowth(sizes: options.ledgerEntries).run { if !options.json { print($0) } }
        if options.json { print(try json(["ledger": LedgerReport(load: load, growth: growth)])) }
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
