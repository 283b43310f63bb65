internal import DurableFiles
package import EmbeddedNode
internal import LedgerNode
internal import LedgerReplica
internal import LogStorage
package import Logging
package import ParasolClient
package import ParasolHTTP
package import Registrar
package import ServiceProtocols

/// Every role on one port of this machine, founded where the folder is new, with a certificate of its own authority: the embedded
/// default.
package struct AllInOne: Sendable {
    package let node: EmbeddedNode
    /// Of the first member organisation. The others' keys are here as well, in `member-2` and so on, and whoever wants their registrars
    /// serves them from there: each costs two databases, and a node on one machine is mostly one organisation's.
    package let registrar: Registrar
    private let trails: TrailIndex
    private let folder: String
    private let clock: any Clock
    private let authority: DevelopmentAuthority
    private let host: String
    private let logger: Logger

    /// Where a client finds all of it, below the node's folder.
    package static let networkFile = "network.json"

    /// - Parameters:
    ///   - host: The address to listen on; clients reach it under this name, and as `localhost`.
    /// - Throws: what opening the node throws, and ``CertificateError``.
    package static func open(
        _ configuration: EmbeddedNode.Configuration, host: String = "127.0.0.1", clock: any Clock, logger: Logger
    ) async throws -> AllInOne {
        let authority = try DevelopmentAuthority(folder: configuration.folder + "/tls")
        let node = try await EmbeddedNode.open(configuration, clock: clock)
        let member = RoleFolder(.registrar, at: configuration.folder + "/member-1")
        let registrar = try Registrar(
            signer: try member.transactionSigner(origin: node.trust.originName),
            databasePath: member.file("registrar.sqlite"), ledger: node.ledger, trust: node.trust, clock: clock)
        return AllInOne(
            node: node, registrar: registrar,
            trails: try TrailIndex(path: ledgerFiles(configuration.folder).trails, ledger: node.ledger, clock: clock),
            folder: configuration.folder, clock: clock, authority: authority, host: host, logger: logger)
    }

    private static func ledgerFiles(_ folder: String) -> LedgerFiles {
        LedgerFiles(database: folder + "/ledger/ledger.sqlite")
    }

    /// Serves until it is told to stop.
    ///
    /// - Parameters:
    ///   - port: 0 for any that is free.
    ///   - readers: Who may read the ledger's leaves.
    ///   - perAddress: What one address may ask, signed or not.
    ///   - perSigner: What one signer may ask, from wherever.
    ///   - onListening: Called when the node can be used, with what a client needs. By then it is in the folder's
    ///     ``networkFile`` too.
    package func serve(
        port: Int, readers: LedgerReaders = .enrolled, housekeepingPause: Duration = .seconds(60),
        perAddress: RateLimit = .standard,
        perSigner: RateLimit = .standard, metrics: NodeMetrics? = nil, heedingSignals heedsSignals: Bool = true,
        onListening: @escaping @Sendable (Network) async -> Void
    ) async throws {
        let names = Array(Set([host, "localhost", "127.0.0.1"])).sorted()
        let paths = try authority.issue("node", hosts: names)
        let files = FileSystem()
        let certificate = try ServerCertificate(
            chainPEM: try files.readAll(paths.chain, atMost: 1 << 16),
            keyPEM: try files.readAll(paths.key, atMost: 1 << 16))
        let server = try NodeServer(
            roles(readers), server: .init(host: host, port: port, certificate: certificate), names: names,
            directory: StateDirectory { [ledger = node.ledger] id in
                try await ledger.read { try $0.enrolledSigner(id) }
            },
            clock: clock, housekeepingPause: housekeepingPause, perAddress: perAddress, perSigner: perSigner,
            metrics: metrics, logger: logger
        ) { [self] port in
            do {
                let network = try network(port: port)
                try files.replace(folder + "/" + Self.networkFile, with: network.json)
                await onListening(network)
            } catch {
                logger.error("the network file cannot be written", metadata: ["reason": "\(error)"])
            }
        }
        try await server.run(heedingSignals: heedsSignals)
    }

    private func roles(_ readers: LedgerReaders) -> [HostedRole] {
        var roles: [HostedRole] = [
            .ledger(
                node.ledger, origin: node.trust.originName, tiles: LogFolder(Self.ledgerFiles(folder).tiles),
                trails: trails, readers: readers),
            .keyService(node.keyService), .vault(node.vault), .registrar(registrar),
        ]
        for (index, witness) in node.witnesses.enumerated() {
            roles.append(.witness(witness, named: "witness-\(index + 1)"))
        }
        for (index, proxy) in node.proxies.enumerated() { roles.append(.proxy(proxy, named: "proxy-\(index + 1)")) }
        return roles
    }

    private func network(port: Int) throws -> Network {
        let base = "https://\(host):\(port)"
        return try Network(
            displayName: "this machine", witnessPolicy: node.trust.policyText, ledger: try ServiceURL(base + "/ledger"),
            keyServices: [.init(identity: node.keyServiceID, url: try ServiceURL(base + "/key-service"))],
            proxies: try node.proxyIDs.enumerated().map { index, id in
                Network.Service(identity: id, url: try ServiceURL(base + "/proxy-\(index + 1)"))
            },
            vault: try ServiceURL(base + "/vault"), certificateAuthorities: try authority.rootPEM)
    }
}
