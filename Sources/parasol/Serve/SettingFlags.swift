import ArgumentParser
import Foundation
import NodeHost

/// What a node is told on the command line. A flag wins over the environment, and that over the file.
struct SettingFlags: ParsableArguments {
    @Option(help: "The configuration file, YAML. By default $PARASOL_CONFIG; none where that is not set either.")
    var config: String?

    @Option(
        name: .customLong("role"),
        help: "What this process does; may be repeated: ledger, witness, mirror, key-service, proxy, vault, registrar.")
    var roles: [String] = []

    @Option(help: "Where roles keep their keys and databases, each in a folder of its name.")
    var folder: String?

    @Option(name: .long, help: "The address to listen on (default: 127.0.0.1).")
    var host: String?

    @Option(name: .long, help: "The port to listen on, 0 for any that is free (default: 8440).")
    var port: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Any other setting; may be repeated. `parasol config settings` lists all.", valueName: "NAME=VALUE"))
    var others: [String] = []

    func settings(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> NodeSettings {
        var flags: [NodeSetting: [String]] = [:]
        if !roles.isEmpty { flags[.roles] = roles }
        if let folder { flags[.folder] = [URL(fileURLWithPath: folder).path] }
        if let host { flags[.listenHost] = [host] }
        if let port { flags[.listenPort] = [port] }
        for text in others {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let setting = NodeSetting(rawValue: parts[0]) else {
                throw ValidationError("--set \(text): there is no such setting; `parasol config settings` lists all.")
            }
            flags[setting, default: []].append(parts[1])
        }
        let file = (config ?? environment["PARASOL_CONFIG"]).map { URL(fileURLWithPath: $0).path }
        return NodeSettings(flags: flags, environment: environment, file: file)
    }
}
