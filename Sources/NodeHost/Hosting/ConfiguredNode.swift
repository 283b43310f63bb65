internal import DurableFiles
internal import EmbeddedNode
internal import KeyService
internal import LedgerMirror
internal import LedgerNode
internal import LedgerReplica
internal import LogStorage
package import Logging
internal import ParasolClient
internal import ParasolHTTP
internal import ProxyService
internal import RecordVault
internal import Registrar
package import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// The roles that a configuration names, opened from their folders, and the ways to other nodes that they use.
package struct ConfiguredNode: Sendable {
    private let configuration: NodeConfiguration
    private let clock: any Clock
    private let logger: Logger
    package let roles: [HostedRole]
    private let directory: any IdentityDirectory
    private let connections: [ServerConnection]

    /// - Throws: ``NodeError`` for what the configuration names and is not there, `KeyFileError`, and what each role throws where it
    ///   refuses to run.
    package static func open(
        _ configuration: NodeConfiguration, clock: any Clock, logger: Logger
    ) async throws -> ConfiguredNode {
        var opening = try Opening(configuration, clock: clock, logger: logger)
        do {
            try await opening.openAll()
        } catch {
            await opening.closeAll()
            throw error
        }
        guard let directory = opening.directory else { throw NodeError.noRole }
        return ConfiguredNode(
            configuration: configuration, clock: clock, logger: logger, roles: opening.roles, directory: directory,
            connections: opening.connections)
    }

    /// Serves until it is told to stop, and closes everything.
    package func serve(
        metrics: NodeMetrics? = nil, onListening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let outcome: Result<Void, any Error>
        do {
            let certificateFiles = CertificateFiles(
                chain: configuration.certificate, key: configuration.certificateKey)
            try await NodeServer(
                roles,
                server: .init(
                    host: configuration.host, port: configuration.port,
                    certificate: try certificateFiles.certificate(), clients: try configuration.clients()),
                names: configuration.names, directory: directory, clock: clock,
                housekeepingPause: .seconds(configuration.housekeepingSeconds),
                perAddress: configuration.addressRate, perSigner: configuration.signerRate,
                certificateFiles: certificateFiles, shownCertificate: shownCertificate,
                stopping: .init {
                    await withTaskGroup(of: Void.self) { group in
                        for connection in connections { group.addTask { await connection.shutdown() } }
                    }
                }, metrics: metrics, logger: logger,
                onListening: onListening
            ).run()
            outcome = .success(())
        } catch { outcome = .failure(error) }
        for connection in connections { await connection.shutdown() }
        try outcome.get()
    }
}

extension ConfiguredNode {
    /// What its roles show to other nodes; nil where that is nothing.
    fileprivate var shownCertificate: ShownCertificate? {
        configuration.clientCertificate.map { files in
            ShownCertificate(files: files) { [connections] certificate in
                for connection in connections { try connection.show(certificate) }
            }
        }
    }
}

extension NodeConfiguration {
    /// Whose certificates clients are asked for; nil for nobody's.
    ///
    /// - Throws: `FileError`, `ServerSetupError`.
    fileprivate func clients() throws -> ClientAuthorities? {
        try clientAuthorities.map { path in
            try ClientAuthorities(
                pem: try FileSystem().readAll(path, atMost: 1 << 20), areForEverybody: demandsCertificateOfEverybody)
        }
    }
}

/// What a configuration names and is not there.
package enum NodeError: Error, Hashable, Sendable {
    case noRole
    /// The witness policy names a witness that the configuration has no place for.
    case noPlace(witness: String)
    /// Certificates that this machine trusts were not found.
    case noTrustRoots
}

extension NodeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noRole: "no role is named"
        case .noPlace(let witness):
            "the witness policy names \(witness), and ledger.witnesses does not say where it is"
        case .noTrustRoots:
            "network.json names no certificateAuthorities, and this machine has none that it trusts: install ca-certificates"
        }
    }
}

/// The roles of a configuration while they are opened.
private struct Opening {
    let configuration: NodeConfiguration
    let clock: any Clock
    let logger: Logger
    let network: Network
    let trustRoots: [UInt8]
    /// What this node shows to others that ask for a certificate.
    let certificate: ServerCertificate?
    var roles: [HostedRole] = []
    var connections: [ServerConnection] = []
    /// Set by the first role that follows the ledger.
    var directory: (any IdentityDirectory)?
    /// Where this process is the ledger.
    var ownLedger: LedgerNode?

    init(_ configuration: NodeConfiguration, clock: any Clock, logger: Logger) throws {
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        network = try Network(
            json: FileSystem().readAll(configuration.network, atMost: NetworkLimits.fileByteCount))
        trustRoots = try TrustRoots.pem(of: network)
        certificate = try configuration.clientCertificate?.certificate()
    }

    private func folder(_ role: NodeRole) -> RoleFolder {
        RoleFolder(role, at: configuration.folder + "/" + role.rawValue)
    }

    /// The ledger first, since it spares the others the way to it.
    mutating func openAll() async throws {
        for role in configuration.roles.sorted(by: { a, _ in a == .ledger }) {
            switch role {
            case .ledger: try await openLedger()
            case .witness: try await openWitness()
            case .keyService: try await openKeyService()
            case .proxy: try await openProxy()
            case .vault: try await openVault()
            case .mirror: try await openMirror()
            case .registrar: try await openRegistrar()
            }
        }
    }

    func closeAll() async {
        for role in roles.reversed() { await role.close() }
        for connection in connections { await connection.shutdown() }
    }

    /// The way to another node, with requests signed by a role of this one.
    private mutating func connection(
        _ url: String, as folder: RoleFolder?, limits: ServerConnection.Limits = .init()
    ) throws -> ServerConnection {
        let signer = try folder.map {
            RequestSigner(try $0.transactionSigner(origin: network.trust.originName), clock: clock)
        }
        let connection = try ServerConnection(
            url: url, trustRootsPEM: trustRoots, signer: signer, identity: certificate, limits: limits)
        connections.append(connection)
        return connection
    }

    private mutating func ledger(for folder: RoleFolder) throws -> any Ledger {
        if let ownLedger { return ownLedger }
        // Shorter than our own callers wait, so that they are told why there is no answer.
        var limits = ServerConnection.Limits()
        limits.answerSeconds = 30
        return RemoteLedger(
            try connection(network.ledger.text, as: folder, limits: limits), origin: network.trust.originName)
    }

    private mutating func openLedger() async throws {
        let folder = folder(.ledger)
        var ledgerConfiguration = try LedgerConfiguration(
            signer: try folder.noteSigner(), policyText: network.witnessPolicy)
        // A quorum that is there answers within milliseconds.
        ledgerConfiguration.readerPatience = .seconds(2)
        let ledger = try await LedgerNode.open(
            path: folder.file("ledger.sqlite"),
            configuration: ledgerConfiguration, clock: clock)
        let files = LedgerFiles(database: folder.file("ledger.sqlite"))
        let trails: TrailIndex
        do throws(LedgerError) { trails = try TrailIndex(path: files.trails, ledger: ledger, clock: clock) } catch {
            await ledger.close()
            throw error
        }
        roles.append(
            .ledger(
                ledger, origin: network.trust.originName, tiles: LogFolder(files.tiles), trails: trails,
                readers: configuration.readers))
        // A witness examines for at most 20 s, and the next round asks it again: one that a cut has silenced is not waited for
        // longer, since meanwhile it is asked nothing else.
        var limits = ServerConnection.Limits()
        (limits.answerSeconds, limits.attempts) = (25, 1)
        var endpoints: [WitnessEndpoint] = []
        for (key, _) in network.trust.policy.witnesses.map({ ($0.key, $0) }) {
            guard let place = configuration.witnesses.first(where: { $0.name == key.name }) else {
                throw NodeError.noPlace(witness: "\(key.name)")
            }
            endpoints.append(
                WitnessEndpoint(
                    key: key, witness: RemoteWitness(try connection(place.url, as: nil, limits: limits), prefix: "")))
        }
        try await ledger.connect(endpoints)
        ownLedger = ledger
        directory = NamedReaders(
            configuration.witnesses.compactMap { $0.reader?.signer },
            before: StateDirectory { id in try await ledger.read { try $0.enrolledSigner(id) } })
    }

    private mutating func openWitness() async throws {
        let folder = folder(.witness)
        guard let log = network.trust.policy.logs.first?.key else { throw NodeError.noRole }
        let source = try ledger(for: folder)
        let witness = try await WitnessNode.open(
            path: folder.file("witness.sqlite"), signer: try folder.noteSigner(), log: log, source: source,
            clock: clock, stateNoteLeaves: configuration.snapshotLeaves)
        roles.append(.witness(witness))
        // A witness knows nobody: what it serves, anybody may ask.
        if directory == nil { directory = StateDirectory { _ in nil } }
    }

    private mutating func openKeyService() async throws {
        let folder = folder(.keyService)
        let service = try KeyService(
            identity: IdentityID(try folder.signerID()), signingKey: try folder.identityKey(),
            keyring: try folder.masterKeyring(), databasePath: folder.file("key-service.sqlite"),
            ledger: try ledger(for: folder), trust: network.trust, clock: clock)
        roles.append(.keyService(service))
        await follow(service.replica)
    }

    private mutating func openProxy() async throws {
        let folder = folder(.proxy)
        let proxy = try ProxyService(
            identity: IdentityID(try folder.signerID()), signingKey: try folder.identityKey(),
            openingKey: try folder.openingKey(), keyring: try folder.masterKeyring(),
            databasePath: folder.file("proxy.sqlite"), ledger: try ledger(for: folder), trust: network.trust,
            clock: clock)
        roles.append(.proxy(proxy))
        await follow(proxy.replica)
    }

    private mutating func openMirror() async throws {
        let folder = folder(.mirror)
        let files = MirrorFiles(folder.file("copy"))
        let source = try ledger(for: folder)
        let checkpoints: any CheckpointFollowing
        if let ownLedger {
            checkpoints = ownLedger
        } else {
            checkpoints = RemoteCheckpoints(
                try connection(network.ledger.text, as: folder), origin: network.trust.originName)
        }
        if let beginning = configuration.mirrorBeginning, try LedgerMirror.isNew(files) {
            try await restore(files, from: beginning, as: folder)
        }
        let witnesses = try configuration.snapshotWitnesses.map { place in
            RemoteWitness(try connection(place.url, as: nil), prefix: "")
        }
        let mirror = try await LedgerMirror.open(
            files, trust: network.trust, source: source,
            options: MirrorOptions(snapshotLeaves: witnesses.isEmpty ? nil : configuration.snapshotLeaves), clock: clock
        )
        let trails: TrailIndex
        do throws(LedgerError) {
            trails = try TrailIndex(path: folder.file("trails.sqlite"), ledger: mirror, clock: clock)
        } catch {
            await mirror.close()
            throw error
        }
        roles.append(
            .mirror(
                mirror, origin: network.trust.originName, tiles: files.log, trails: trails, following: checkpoints,
                witnesses: witnesses, readers: configuration.readers))
        if directory == nil { directory = MirrorDirectory(mirror) }
    }

    /// Gives a new mirror a state that a quorum vouches for. A mirror that offers none leaves it to begin with the first leaf.
    private mutating func restore(
        _ files: MirrorFiles, from beginning: NodeConfiguration.MirrorBeginning, as folder: RoleFolder
    ) async throws {
        switch beginning {
        case .file(let path): try await restore(path, into: files)
        case .mirror(let url):
            let download = SnapshotDownload(
                from: RemoteSnapshots(try connection(url, as: folder), origin: network.trust.originName),
                into: folder.file("download"))
            guard let path = try await download.run() else {
                logger.notice(
                    "the mirror has no snapshot yet; beginning with the first leaf", metadata: ["mirror": "\(url)"])
                return
            }
            try await restore(path, into: files)
            try download.remove()
        }
    }

    private func restore(_ path: String, into files: MirrorFiles) async throws {
        let head = try await LedgerMirror.restore(path, into: files, trust: network.trust)
        logger.notice("the mirror began with a snapshot", metadata: ["leaves": "\(head.checkpoint.checkpoint.size)"])
    }

    private mutating func openRegistrar() async throws {
        let folder = folder(.registrar)
        let registrar = try Registrar(
            signer: try folder.transactionSigner(origin: network.trust.originName),
            databasePath: folder.file("registrar.sqlite"), ledger: try ledger(for: folder), trust: network.trust,
            clock: clock)
        roles.append(.registrar(registrar))
        await follow(registrar.replica)
    }

    private mutating func openVault() async throws {
        let folder = folder(.vault)
        let vault = try await RecordVault.open(
            folder.path, limits: VaultLimits(quotaBytes: configuration.vaultQuotaBytes), clock: clock)
        roles.append(.vault(vault))
        await follow(
            LedgerReplica(
                source: try ledger(for: folder), trust: network.trust, heads: NoHeadStore(),
                states: try StateStore(path: folder.file("state.sqlite"), checksWholeFile: false)))
    }

    /// Shorter than those who ask this node wait, and than one request to the ledger may take: they are told why there is no answer.
    private static let patience = Duration.seconds(10)

    private mutating func follow(_ replica: LedgerReplica) async {
        await replica.limitWaiting(to: Self.patience)
        if ownLedger == nil { directory = FollowingDirectory(replica, clock: clock) }
    }
}
