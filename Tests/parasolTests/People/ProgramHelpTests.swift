import EmbeddedNode
import Foundation
import ParasolClient
import Testing

@testable import parasol

/// What the program says of itself: nothing goes unexplained, and it ends as it says.
@Suite struct ProgramHelpTests {
    private struct Dump: Decodable {
        let command: Command
    }

    private struct Command: Decodable {
        let commandName: String
        let abstract: String?
        let arguments: [Argument]?
        let subcommands: [Command]?

        /// Itself and all below it, but for the help that the parser adds.
        func everything(under path: [String] = []) -> [(path: [String], command: Command)] {
            let here = path + [commandName]
            return [(here, self)]
                + (subcommands ?? []).filter { $0.commandName != "help" }.flatMap { $0.everything(under: here) }
        }
    }

    private struct Argument: Decodable {
        let valueName: String?
        let abstract: String?
        let shouldDisplay: Bool?
    }

    @Test func everyCommandAndEveryArgumentSaysWhatItIs() throws {
        let run = try ProgramFolder().run(["--experimental-dump-help"])
        let all = try JSONDecoder().decode(Dump.self, from: Data(run.output.utf8)).command.everything()
        #expect(all.count > 70)
        for (path, command) in all {
            let name = path.joined(separator: " ")
            #expect(command.abstract?.isEmpty == false, "\(name) has no abstract")
            for argument in command.arguments ?? [] where argument.shouldDisplay != false {
                #expect(argument.abstract?.isEmpty == false, "\(name): \(argument.valueName ?? "")")
            }
        }
    }

    @Test func completionsAreMadeForEachShell() throws {
        let program = try ProgramFolder()
        for (shell, word) in [("bash", "complete -o"), ("zsh", "#compdef parasol"), ("fish", "complete -c 'parasol'")] {
            let run = try program.run(["--generate-completion-script", shell])
            #expect(run.status == 0 && run.output.contains(word) && run.output.contains("who-looked"), "\(shell)")
        }
        #expect(try program.run(["--generate-completion-script", "none"]).status != 0)
    }

    /// Runs that end with each status, of every group of commands that can.
    private static let runs: [Int32: [[String]]] = [
        0: [
            ["--help"], ["--version"], ["config", "settings"], ["vectors", "verify", VectorFiles.answers.path()],
            ["ca", "--folder", "authority", "--name", "node", "--host", "localhost"],
            ["ecg", "synthesize", "-o", "ecg", "--seconds", "2"],
        ],
        1: [
            ["patient", "folders", "--home", "none"], ["doctor", "consents", "--home", "none"],
            ["deposit", "resume", "--home", "none"], ["org", "identities", "--home", "none"],
            ["device", "add", "none", "-o", "answer", "--home", "none"], ["kit", "check", "none", "none"],
            ["audit", "verify", "none", "--policy", "none"], ["vectors", "verify", "none"], ["ecg", "info", "none"],
            ["node", "show", "--role", "proxy", "--folder", "none"], ["demo", "--ecg", "none.hea"],
        ],
        2: [["doctor", "init"]],
        64: [
            ["patient", "grant", "12", "--for", "30d"], ["doctor", "fetch"], ["deposit", "--nothing"], ["org", "sign"],
            ["device", "join"], ["kit", "make", "--shares", "x"], ["audit", "nothing"], ["vectors", "generate", "x"],
            ["ecg", "info"], ["node", "nothing"], ["ca", "--nothing"], ["demo", "--proxies", "x"], ["nothing"],
            ["serve", "--role", "nothing", "--folder", "x"], ["config", "check", "--config", "bad.yaml"],
        ],
    ]

    @Test func everyStatusIsTheOneThatTheGuideGives() async throws {
        let program = try ProgramFolder()
        let stage = try await PeopleStage()
        try FileManager.default.copyItem(
            atPath: stage.networkFile, toPath: program.url.appending(path: "network.json").path())
        try Data("nothing: 1\n".utf8).write(to: program.url.appending(path: "bad.yaml"))
        try Data("correct horse".utf8).write(to: program.url.appending(path: "passphrase"))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: program.url.appending(path: "passphrase").path())
        // A profile is made, and the registrar that would enrol it is not there: done, and something is left.
        let invited = [
            "--member", "\(stage.node.members[0].id)", "--network", "network.json", "--home", "home",
            "--passphrase-file", "passphrase", "--registrar", "https://localhost:1/registrar",
            "--invitation", "020-C20-A1G-710-4GM-2RC-1M7-0Y4-0HV",
        ]
        #expect(try Set(Self.runs.keys) == Self.statusesOfTheGuide())
        for (status, runs) in Self.runs {
            for arguments in runs {
                let run = try program.run(arguments == ["doctor", "init"] ? arguments + invited : arguments)
                #expect(run.status == status, "\(arguments.joined(separator: " ")): \(run.errors)")
                // Whatever went wrong is said, and a mistake in a configuration is what its check was asked for.
                #expect(!run.output.isEmpty || !run.errors.isEmpty, "\(arguments)")
            }
        }
    }

    /// The first column of the table under "exit status" in Docs/people.md.
    private static func statusesOfTheGuide() throws -> Set<Int32> {
        let guide = try String(contentsOf: VectorFiles.root.appending(path: "Docs/people.md"), encoding: .utf8)
        let rows = guide.split(separator: "\n").drop { !$0.hasPrefix("| exit status") }.prefix { $0.hasPrefix("|") }
        return Set(rows.compactMap { Int32($0.split(separator: "|")[0].trimmingCharacters(in: .whitespaces)) })
    }
}
