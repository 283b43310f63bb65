import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A line on standard error that says how far the work is, how fast it goes and how long it still takes; nothing where standard
/// error is no terminal.
final class ProgressBar {
    private let what: String
    private let isShown: Bool
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var shownAt: ContinuousClock.Instant?

    init(_ what: String) {
        self.what = what
        isShown = isatty(STDERR_FILENO) == 1
        start = clock.now
    }

    /// At most ten times a second.
    func show(_ done: UInt64, of all: UInt64) {
        guard isShown, all > 0 else { return }
        let now = clock.now
        if let shownAt, now - shownAt < .milliseconds(100), done < all { return }
        shownAt = now
        write("\r" + Self.line(what, done, of: all, seconds: (now - start) / .seconds(1)) + "\u{1b}[K")
    }

    /// Takes the line away again.
    func finish() {
        if isShown, shownAt != nil { write("\r\u{1b}[K") }
    }

    /// Seconds since it was made.
    var seconds: Double { (clock.now - start) / .seconds(1) }

    static func line(_ what: String, _ done: UInt64, of all: UInt64, seconds: Double) -> String {
        let width = 24
        let share = min(1, Double(done) / Double(max(1, all)))
        let filled = Int(share * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        let rate = seconds > 0 ? Double(done) / seconds : 0
        let left = rate > 0 ? duration((Double(all) - Double(done)) / rate) : "?"
        return "\(what) [\(bar)] \(Int(share * 100))% \(done)/\(all) leaves, \(Int(rate))/s, \(left) left"
    }

    private static func duration(_ seconds: Double) -> String {
        let whole = Int(min(seconds.rounded(.up), 360_000))
        let rest = whole % 60
        return "\(whole / 60):\(rest < 10 ? "0" : "")\(rest)"
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
