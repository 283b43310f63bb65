package import Logging
package import ParasolHTTP
internal import PrometheusMetrics
internal import ServiceLifecycle
package import ServiceProtocols
internal import Synchronization
internal import UnixSignals

/// Serves roles until it is told to stop: then lets requests under way finish, and closes the roles.
package struct NodeServer: Sendable {
    private let roles: [HostedRole]
    private let server: ParasolServer
    private let housekeeping: Housekeeping
    private let followings: [FollowingService]
    private let metrics: MetricsServer?
    private let certificateWatches: [CertificateWatch]
    private let logger: Logger
    private let stopping: Stopping

    /// What becomes of requests that wait for other nodes when this one is told to stop.
    package struct Stopping: Sendable {
        /// How long they may go on waiting.
        package var patience: Duration
        /// Ends what still waits then.
        package var endWaiting: @Sendable () async -> Void

        package init(
            patience: Duration = .seconds(3), endWaiting: @escaping @Sendable () async -> Void = {}
        ) {
            self.patience = patience
            self.endWaiting = endWaiting
        }
    }

    /// - Parameters:
    ///   - names: The host names under which clients know this server.
    ///   - directory: Whom it knows.
    ///   - perAddress: What one address may ask, signed or not.
    ///   - perSigner: What one signer may ask, from wherever.
    ///   - certificateFiles: Where a new certificate is looked for while it serves; nil for nowhere.
    ///   - shownCertificate: What its roles show to other nodes, looked for in the same way; nil where they show none.
    ///   - metrics: Where numbers are collected; nil for nowhere.
    ///   - onListening: Called with the port when connections are taken.
    /// - Throws: `ServerSetupError`.
    package init(
        _ roles: [HostedRole], server configuration: ParasolServer.Configuration, names: [String],
        directory: any IdentityDirectory, clock: any Clock, housekeepingPause: Duration,
        perAddress: RateLimit = .standard, perSigner: RateLimit = .standard, certificateFiles: CertificateFiles? = nil,
        shownCertificate: ShownCertificate? = nil, stopping: Stopping = Stopping(), metrics: NodeMetrics? = nil,
        logger: Logger, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(ServerSetupError) {
        self.roles = roles
        self.stopping = stopping
        self.logger = logger
        let names = ServerNames(names)
        let health = HealthRoutes.routes {
            var reasons: [String] = []
            for role in roles { if let reason = await role.unready() { reasons.append(reason) } }
            return reasons
        }
        let table = RouteTable(
            health + roles.flatMap(\.routes),
            gate: RequestGate(
                directory: directory, names: names, clock: clock, perAddress: perAddress, perSigner: perSigner),
            demandsNodeCertificates: configuration.clients != nil, logger: logger)
        let server = try ParasolServer(
            configuration, routes: table, names: names, logger: logger, onListening: onListening)
        self.server = server
        certificateWatches = [
            certificateFiles.map { CertificateWatch($0, logger: logger) { try server.replace($0) } },
            shownCertificate.map { CertificateWatch($0.files, of: .client, logger: logger, use: $0.use) },
        ].compactMap { $0 }
        self.metrics = try metrics.map { metrics throws(ServerSetupError) in
            try Self.metricsServer(metrics, roles, logger)
        }
        housekeeping = Housekeeping(roles: roles, pause: housekeepingPause, logger: logger)
        followings = roles.compactMap(\.following).map {
            FollowingService(following: $0, pause: min(housekeepingPause, .seconds(10)))
        }
    }

    private static func metricsServer(
        _ metrics: NodeMetrics, _ roles: [HostedRole], _ logger: Logger
    ) throws(ServerSetupError) -> MetricsServer {
        let collector = FigureCollector(roles, factory: metrics.registry)
        return try MetricsServer(
            host: metrics.place.host, port: metrics.place.port, logger: logger,
            exposition: {
                await collector.collect()
                return metrics.registry.exposition
            }, onListening: metrics.onListening)
    }

    /// Serves until its task is cancelled, or until SIGTERM or SIGINT.
    ///
    /// - Parameter heedsSignals: Whether these two stop it; where they do, nothing else in the process hears of them.
    package func run(heedingSignals heedsSignals: Bool = true) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: PromptlyStopped(server: server, stopping: stopping),
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: housekeeping),
                ] + (metrics.map { [.init(service: $0)] } ?? [])
                    + certificateWatches.map { .init(service: $0) } + followings.map { .init(service: $0) },
                gracefulShutdownSignals: heedsSignals ? [.sigterm, .sigint] : [], logger: logger))
        // Not cancelled with this task, so that requests under way are finished then too.
        let serving = Task { try await group.run() }
        let outcome = await withTaskCancellationHandler {
            await serving.result
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
        for role in roles.reversed() { await role.close() }
        try outcome.get()
    }
}

/// A server whose requests, once it is to stop, wait for others only for a moment more: one that is cut off would keep it for as long as a
/// request may take.
private struct PromptlyStopped: Service {
    let server: ParasolServer
    let stopping: NodeServer.Stopping

    func run() async throws {
        let ending = Mutex<Task<Void, Never>?>(nil)
        defer { ending.withLock { $0?.cancel() } }
        try await withGracefulShutdownHandler {
            try await server.run()
        } onGracefulShutdown: { [stopping] in
            ending.withLock {
                $0 = Task {
                    guard (try? await Task.sleep(for: stopping.patience)) != nil else { return }
                    await stopping.endWaiting()
                }
            }
        }
    }
}
