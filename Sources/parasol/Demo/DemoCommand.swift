import ArgumentParser
import Foundation

/// `parasol demo`: the main job, end to end, with an attack on every promise.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Do the main job on this machine with real keys, and try to break it.",
        discussion: """
            Founds a ledger with witnesses, proxies, a key service and a vault, each with its own keys and its own \
            database; enrols a hospital, a patient and two doctors; deposits a recording; grants one doctor; and shows \
            what nobody else can do. Every step prints one line with its time. The exit status is 0 only if every step \
            held.

            Examples:
              parasol demo
              parasol demo --ecg recordings/100.hea --keep out
              parasol demo --proxies 7 --threshold 4 --json
            """)

    @Option(
        help: "A WFDB record to share: its header file, PATH.hea. Formats 16 and 212. Without it one is synthesized.")
    var ecg: String?

    @Option(help: "How many proxies, each of another organisation: 2 to 25.")
    var proxies = 5

    @Option(help: "How many of them must transform before a doctor can open: 1 to the number of proxies less one.")
    var threshold = 3

    @Option(help: "Keep all files in this folder, which must be new or empty. Without it nothing stays.")
    var keep: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        guard (2...25).contains(proxies) else { throw ValidationError("--proxies must be 2 to 25, got \(proxies).") }
        guard (1..<proxies).contains(threshold) else {
            throw ValidationError(
                "--threshold must be 1 to \(proxies - 1), so that one liar can be spared; got \(threshold).")
        }
    }

    func run() async throws {
        let reporter = DemoReporter(isQuiet: json)
        let folder = try DemoFolder(keep: keep)
        defer { folder.removeUnlessKept() }
        var files: [String: String] = [:]
        do {
            let recording = try DemoRecording(headerPath: ecg)
            reporter.note("Parasol demonstration: \(threshold) of \(proxies) proxies, \(recording.description)\n")
            var run = DemoRun(
                reporter: reporter, folder: folder, recording: recording, proxyCount: proxies, threshold: threshold)
            try await run.all()
            files = folder.isKept ? run.files : [:]
        } catch {
            // A step that failed has been printed; what failed before the first one has not.
            if reporter.steps.allSatisfy(\.held) {
                FileHandle.standardError.write(Data("parasol demo: \(error)\n".utf8))
                throw ExitCode.failure
            }
        }
        let report = reporter.finish(proxies: proxies, threshold: threshold, files: files)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        }
        guard report.held else { throw ExitCode.failure }
    }
}
