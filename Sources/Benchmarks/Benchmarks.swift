import Foundation

/// Times our operations, one thread, counts what they allocate, and prints a table or, with `--json`, one object that
/// `Scripts/bench` sets beside the peers' figures.
///
///     Benchmarks [--json] [--seconds S] [--only NAME]
@main
struct Benchmarks {
    static func main() {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            let operations = try GroupOperations().all + UmbralOperations().all + RecordOperations().all
            let wanted = operations.filter { options.only == nil || $0.name == options.only }
            guard !wanted.isEmpty else { throw OptionsError(description: "no operation has that name") }
            var figures: [String: Figure] = [:]
            for operation in wanted {
                let figure = try measure(for: options.duration, operation.body)
                figures[operation.name] = figure
                if !options.json { print(line(operation, figure)) }
            }
            if options.json { print(try json(figures)) }
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

    private static func json(_ figures: [String: Figure]) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(["operations": figures]), as: UTF8.self)
    }
}
