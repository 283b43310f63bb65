import Foundation
import ParasolClient

/// Runs the steps of the demonstration one after the other, prints a line for each, and keeps the results.
///
/// A step that fails ends the demonstration: the rest would have nothing to stand on.
final class DemoReporter {
    private(set) var steps: [DemoStep] = []
    private(set) var trail: [DemoTrailLine] = []
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
    /// - Parameters:
    ///   - properties: What the body tries to break, such as `P3`; none where it only does something.
    ///   - body: Does it, returns the detail to print with its value, and throws where it does not hold.
    func step<Value>(
        _ name: String, _ summary: String, attacking properties: [String] = [],
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
        _ name: String, _ summary: String, attacking properties: [String] = [], body: () async throws -> String
    ) async throws {
        try await step(name, summary, attacking: properties) { (try await body(), ()) }
    }

    /// Demands that `body` fails in the one way it must, and returns how it did.
    ///
    /// A failure of any other kind is no refusal: it may only mean that the attack never reached what it attacks.
    ///
    /// - Parameters:
    ///   - what: What has happened where `body` succeeds.
    ///   - isExpected: Whether an error is the refusal that must come.
    func refusal<Refusal: Error, Value>(
        _ what: String, _ isExpected: (Refusal) -> Bool, of body: () async throws -> Value
    ) async throws -> Refusal {
        do { _ = try await body() } catch let refusal as Refusal where isExpected(refusal) {
            return refusal
        } catch {
            throw Broken(description: "tried whether \(what); it failed, but not as it must: \(error)")
        }
        throw Broken(description: "\(what), which must be impossible")
    }

    /// Demands something.
    func demand(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws {
        guard holds else { throw Broken(description: otherwise()) }
    }

    func note(_ text: String) {
        if !isQuiet { print(text) }
    }

    /// Prints the audit's trail and keeps it for the report.
    func show(_ lines: [AuditLine]) {
        trail = lines.map { DemoTrailLine($0) }
        note("")
        for line in trail { note("  \(line.index)  \(line.time)  \(line.kind): \(line.detail)") }
        note("")
    }

    private func record(
        _ name: String, _ summary: String, _ attacks: [String], _ detail: String,
        since begin: ContinuousClock.Instant, held: Bool
    ) {
        let milliseconds = Self.milliseconds(clock.now - begin)
        steps.append(
            DemoStep(
                name: name, summary: summary, attacks: attacks, detail: detail, milliseconds: milliseconds, held: held))
        let time = Self.padded(String(format: "%.1f ms", milliseconds), to: 11)
        note("\(held ? "ok  " : "FAIL") \(time)  \(summary)")
        for line in detail.split(separator: "\n") { note("                  \(line)") }
    }

    /// Prints which steps attacked which property, and returns the report.
    ///
    /// - Parameter failure: What ended the demonstration early.
    func finish(proxies: Int, threshold: Int, failure: String?, files: [String: String]) -> DemoReport {
        let total = Self.milliseconds(clock.now - start)
        note("")
        note("property  held  attacked in")
        for property in Set(steps.flatMap(\.attacks)).sorted() {
            let attacks = steps.filter { $0.attacks.contains(property) }
            let held = attacks.allSatisfy(\.held) ? "yes" : "NO "
            note("\(property)        \(held)   \(attacks.map(\.name).joined(separator: ", "))")
        }
        note("")
        let count = steps.filter(\.held).count
        note("\(count) of \(steps.count) steps held in \(String(format: "%.0f", total)) ms.")
        if failure != nil { note("The demonstration ended early.") }
        for (what, path) in files.sorted(by: { $0.key < $1.key }) { note("\(what): \(path)") }
        return DemoReport(
            held: failure == nil && !steps.isEmpty && steps.allSatisfy(\.held), failure: failure, milliseconds: total,
            proxies: proxies, threshold: threshold, steps: steps, trail: trail, files: files)
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) / 1e15
    }

    private static func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
