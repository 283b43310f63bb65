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

    @Option(help: "How many proxies, each of another organisation: 1 to 25.")
    var proxies = 5

    @Option(help: "How many of them must transform before a doctor can open: 1 to the number of proxies.")
    var threshold = 3

    @Option(help: "Keep all files in this folder, which must be new or empty. Without it nothing stays.")
    var keep: String?

    @Flag(help: "Print one JSON object instead of text, also where something fails.")
    var json = false

    func validate() throws {
        guard (1...25).contains(proxies) else { throw ValidationError("--proxies must be 1 to 25, got \(proxies).") }
        guard (1...proxies).contains(threshold) else {
            throw ValidationError("--threshold must be 1 to \(proxies), the number of proxies; got \(threshold).")
        }
    }

    func run() async throws {
        let reporter = DemoReporter(isQuiet: json)
        var files: [String: String] = [:]
        var failure: String?
        var auditCommand: String?
        do {
            let folder = try DemoFolder(keep: keep)
            defer { folder.removeUnlessKept() }
            let recording = try DemoRecording(headerPath: ecg)
            reporter.note("Parasol demonstration: \(threshold) of \(proxies) proxies, \(recording.description)\n")
            var run = DemoRun(
                reporter: reporter, folder: folder, recording: recording, proxyCount: proxies, threshold: threshold)
            do { try await run.all() } catch { failure = "\(error)" }
            files = folder.isKept ? run.files : [:]
            if files["policy"] != nil { auditCommand = folder.auditCommand }
        } catch { failure = "\(error)" }
        let report = reporter.finish(proxies: proxies, threshold: threshold, failure: failure, files: files)
        if let auditCommand { reporter.note("\nCheck the ledger yourself:\n  \(auditCommand)") }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        }
        if let failure { FileHandle.standardError.write(Data("parasol demo: \(failure)\n".utf8)) }
        guard report.held else { throw ExitCode.failure }
    }
}
