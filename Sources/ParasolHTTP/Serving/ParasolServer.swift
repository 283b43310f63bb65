internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdHTTP2
package import Logging
internal import NIOCore
internal import ServiceLifecycle

/// A server: HTTP/1.1 and HTTP/2 over TLS 1.3 and nothing else, with bounds on everything that a stranger sends.
///
/// A service of swift-service-lifecycle: `run()` serves until it is told to stop, lets requests under way finish, and returns.
package struct ParasolServer: Service {
    /// What it is told.
    package struct Configuration: Sendable {
        /// What is listened on: an address or host name, and a port; 0 for any that is free.
        package var host: String
        package var port: Int
        package var certificate: ServerCertificate
        package var limits: ServerLimits
        /// Whose certificates clients are asked for; nil for nobody's.
        package var clients: ClientAuthorities?

        package init(
            host: String, port: Int, certificate: ServerCertificate, limits: ServerLimits = ServerLimits(),
            clients: ClientAuthorities? = nil
        ) {
            self.clients = clients
            self.host = host
            self.port = port
            self.certificate = certificate
            self.limits = limits
        }
    }

    private let tls: ServerTLS
    private let application: Application<RouterResponder<ServerContext>>

    /// - Parameters:
    ///   - names: Takes note of the port, for signatures name it.
    ///   - onListening: Called with the port when connections are taken.
    /// - Throws: ``ServerSetupError/badCertificate(_:)``.
    package init(
        _ configuration: Configuration, routes: RouteTable, names: ServerNames, logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(ServerSetupError) {
        let limits = configuration.limits
        let tls = try ServerTLS(configuration.certificate, clients: configuration.clients)
        self.tls = tls
        application = Application(
            router: routes.router(),
            server: Self.builder(tls, limits),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: logger)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? configuration.port
                names.listen(onPort: port)
                await onListening(port)
            },
            logger: logger)
    }

    package func run() async throws { try await application.run() }

    /// Shows another certificate to connections that come from now on. Those that are there stay as they are.
    ///
    /// - Throws: ``ServerSetupError/badCertificate(_:)``; then the one before stays.
    package func replace(_ certificate: ServerCertificate) throws(ServerSetupError) {
        try tls.replace(with: certificate)
    }

    private static func builder(_ tls: ServerTLS, _ limits: ServerLimits) -> HTTPServerBuilder {
        let stream = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ContentDeadline(seconds: limits.contentSeconds)],
            idleTimeout: .seconds(limits.idleSeconds),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                maxHeaderFieldCount: limits.headerFields))
        let http = HTTP2UpgradeChannel.Configuration(
            idleTimeout: .seconds(limits.idleSeconds), gracefulCloseTimeout: .seconds(limits.stopSeconds),
            streamConfiguration: stream)
        return HTTPServerBuilder { responder in
            GuardedChannel(
                try RenewedChannel(tls) { configuration in
                    try HTTP2UpgradeChannel(tlsConfiguration: configuration, configuration: http, responder: responder)
                }, limits: limits)
        }
    }
}
