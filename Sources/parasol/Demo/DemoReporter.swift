import Foundation

/// Runs the steps of the demonstration one after the other, prints a line for each, and keeps the results.
///
/// A step that fails ends the demonstration: the rest would have nothing to stand on.
final class DemoReporter {
    private(set) var steps: [DemoStep] = []
    private let isQuiet: Bool
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        start = clock.now
    }

    /// What a failed expectation of a step says.
    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    /// Does one step and prints what came of it.
    ///
    /// - Parameter body: Does it, returns the detail to print with its value, and throws where it does not hold.
    func step<Value>(
        _ name: String, _ summary: String, proves properties: [String] = [],
        body: () async throws -> (String, Value)
    ) async throws -> Value {
        let begin = clock.now
        do {
            let (detail, value) = try await body()
            record(name, summary, properties, detail, since: begin, held: true)
            return value
        } catch {
            record(name, summary, properties, "\(error)", since: begin, held: false)
            throw error
        }
    }

    /// A step without a value.
    func step(
        _ name: String, _ summary: String, proves properties: [String] = [], body: () async throws -> String
    ) async throws {
        try await step(name, summary, proves: properties) { (try await body(), ()) }
    }

    /// Demands that `body` fails, and returns how it did.
    func refusal<Value>(_ what: String, of body: () async throws -> Value) async throws -> String {
        do { _ = try await body() } catch { return "\(error)" }
        throw Broken(description: "\(what), which must be impossible")
    }

    func note(_ text: String) {
        if !isQuiet { print(text) }
    }

    private func record(
        _ name: String, _ summary: String, _ properties: [String], _ detail: String,
        since begin: ContinuousClock.Instant, held: Bool
    ) {
        let milliseconds = Self.milliseconds(clock.now - begin)
        steps.append(
            DemoStep(
                name: name, summary: summary, properties: properties, detail: detail, milliseconds: milliseconds,
                held: held))
        let time = Self.padded(String(format: "%.1f ms", milliseconds), to: 11)
        note("\(held ? "ok  " : "FAIL") \(time)  \(summary)")
        if !detail.isEmpty { note("                  \(detail)") }
    }

    /// Prints the table that sums up, and returns the report.
    func finish(proxies: Int, threshold: Int, files: [String: String]) -> DemoReport {
        let held = steps.allSatisfy(\.held)
        let total = Self.milliseconds(clock.now - start)
        note("")
        note("property  steps  held")
        for property in Set(steps.flatMap(\.properties)).sorted() {
            let tried = steps.filter { $0.properties.contains(property) }
            let kept = tried.filter(\.held).count
            note("\(property)        \(Self.padded("\(tried.count)", to: 5))  \(kept == tried.count ? "yes" : "NO")")
        }
        note("")
        let count = steps.filter(\.held).count
        note("\(count) of \(steps.count) steps held in \(String(format: "%.0f", total)) ms.")
        for (what, path) in files.sorted(by: { $0.key < $1.key }) { note("\(what): \(path)") }
        return DemoReport(
            held: held, milliseconds: total, proxies: proxies, threshold: threshold, steps: steps, files: files)
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) / 1e15
    }

    private static func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
