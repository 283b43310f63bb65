import Foundation

/// A folder of its own for one test, in which the program that was built beside these tests is run.
final class ProgramFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "parasol-program-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// What the program said, and how it ended.
    struct Run {
        let status: Int32
        let output: String
        let errors: String

        /// The one JSON object that was printed.
        var object: [String: Any]? {
            (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any]
        }
    }

    func run(_ arguments: [String]) throws -> Run {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "parasol")
        process.arguments = arguments
        process.currentDirectoryURL = url
        // Files, because a pipe that nobody reads yet fills up.
        let places = ["output", "errors"].map { url.appending(path: "\($0)-\(UUID())") }
        for place in places { try Data().write(to: place) }
        let handles = try places.map { try FileHandle(forWritingTo: $0) }
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        try process.run()
        process.waitUntilExit()
        for handle in handles { try handle.close() }
        let texts = try places.map { try String(contentsOf: $0, encoding: .utf8) }
        for place in places { try FileManager.default.removeItem(at: place) }
        return Run(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }
}
