import ArgumentParser
import EmbeddedNode
import Foundation
import Logging
import NodeHost
import ParasolClient
import ServiceProtocols

/// `parasol serve`: one or more roles of a deployment, or all of them.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run one or more roles of a deployment, until SIGTERM or SIGINT.",
        discussion: """
            With --all-in-one every role runs in this process, on loopback: a new folder is founded, with its own \
            certificate authority, and FOLDER/network.json tells clients all they need.

            Otherwise the roles that --role names, or the configuration file, run from their folders below --folder, which \
            `parasol node init` makes. TLS certificate, network.json and the rest come from the configuration file, the \
            environment or --set; `parasol config check` names every mistake with its line.

            Each role answers below the path of its name: https://HOST:PORT/key-service. /livez and /readyz tell whether the \
            process lives and can serve. One line on the standard output says when it listens; logs go to the standard error.

            Examples:
              parasol serve --all-in-one --folder ./parasol
              parasol serve --config /etc/parasol/node.yaml
              parasol serve --role proxy --folder /var/lib/parasol --config /etc/parasol/node.yaml

            Exit status: 0 stopped when told to; 1 could not run; 64 wrong arguments or configuration.
            """)

    @Flag(help: "Run every role in this process.")
    var allInOne = false

    @OptionGroup var flags: SettingFlags

    @Option(help: "With --all-in-one in a new folder: how many proxies, each of another organisation, 1 to 25.")
    var proxies = 5

    func validate() throws {
        guard (1...25).contains(proxies) else { throw ValidationError("--proxies must be 1 to 25, got \(proxies).") }
        if allInOne, !flags.roles.isEmpty { throw ValidationError("--all-in-one runs every role; leave out --role.") }
    }

    func run() async throws {
        var settings = try flags.settings()
        do {
            if allInOne {
                try await serveAll(&settings)
            } else {
                let configuration = try NodeConfiguration(settings)
                try await serve(configuration)
            }
        } catch let mistakes as ConfigurationMistakes {
            Self.complain("\(mistakes)")
            throw ExitCode(64)
        } catch {
            Self.complain("\(error)")
            throw ExitCode.failure
        }
    }

    private func serve(_ configuration: NodeConfiguration) async throws {
        ServerLog.show(configuration.logLevel)
        let logger = Logger(label: "parasol.serve")
        let node = try await ConfiguredNode.open(configuration, clock: SystemClock(), logger: logger)
        let names = configuration.roles.map(\.rawValue).joined(separator: ", ")
        try await node.serve(metrics: Self.metrics(at: configuration.metrics)) { port in
            print("parasol: \(names) at https://\(configuration.host):\(port)")
            Self.flush()
        }
    }

    private func serveAll(_ settings: inout NodeSettings) async throws {
        guard let folder = settings.text(.folder) else {
            settings.refuse(.folder, "where should all roles keep their keys and databases?")
            throw ConfigurationMistakes(settings.mistakes)
        }
        let metricsPlace = settings.metricsPlace()
        guard settings.mistakes.isEmpty else { throw ConfigurationMistakes(settings.mistakes) }
        ServerLog.show(settings.text(.logLevel) ?? "info")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let node = try await AllInOne.open(
            EmbeddedNode.Configuration(
                folder: folder, proxyCount: proxies,
                vaultQuotaBytes: UInt64(max(1, settings.number(.vaultQuota) ?? 64)) << 30),
            host: settings.text(.listenHost) ?? "127.0.0.1", clock: SystemClock(),
            logger: Logger(label: "parasol.serve"))
        try await node.serve(
            port: settings.number(.listenPort) ?? 0,
            readers: settings.text(.ledgerReaders).flatMap(LedgerReaders.init(rawValue:)) ?? .enrolled,
            housekeepingPause: .seconds(settings.number(.housekeepingSeconds) ?? 60),
            perAddress: settings.rate(.addressRate), perSigner: settings.rate(.signerRate),
            metrics: Self.metrics(at: metricsPlace)
        ) { network in
            print(
                "parasol: all roles, the ledger at \(network.ledger.text); clients need \(folder)/\(AllInOne.networkFile)"
            )
            Self.flush()
        }
    }

    private static func metrics(at place: NodeMetrics.Place?) -> NodeMetrics? {
        place.map { place in
            NodeMetrics.bootstrap(at: place) { port in
                let host = place.host.contains(":") ? "[\(place.host)]" : place.host
                print("parasol: metrics at http://\(host):\(port)/metrics")
                flush()
            }
        }
    }

    private static func complain(_ text: String) {
        FileHandle.standardError.write(Data("parasol serve: \(text)\n".utf8))
    }

    private static func flush() { fflush(nil) }
}
