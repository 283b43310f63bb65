import ArgumentParser
import EmbeddedNode
import Foundation
import NodeHost

/// `parasol config`: what a node can be told, and whether what it is told makes sense.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check a node's configuration, and list all settings.",
        subcommands: [Check.self, Settings.self])

    /// `parasol config check`.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Name every mistake in a node's configuration, with its line.",
            discussion: """
                Takes the same flags, environment and file as `parasol serve`, and starts nothing.

                Examples:
                  parasol config check --config /etc/parasol/node.yaml

                Exit status: 0 nothing wrong; 64 mistakes, each on a line of its own.
                """)

        @OptionGroup var flags: SettingFlags

        func run() async throws {
            do {
                let configuration = try NodeConfiguration(try flags.settings())
                print("ok: \(configuration.roles.map(\.rawValue).joined(separator: ", ")) in \(configuration.folder)")
            } catch let mistakes as ConfigurationMistakes {
                for mistake in mistakes.mistakes { print("\(mistake)") }
                throw ExitCode(64)
            }
        }
    }

    /// `parasol config settings`.
    struct Settings: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List every setting: its name in the file, its environment variable, its default, what it is for."
        )

        func run() {
            for setting in NodeSetting.allCases {
                let preset = setting.preset.map { " (default: \($0.joined(separator: ", ")))" } ?? ""
                print("\(setting.rawValue)  \(setting.variable)\n    \(setting.help)\(preset)")
            }
        }
    }
}
