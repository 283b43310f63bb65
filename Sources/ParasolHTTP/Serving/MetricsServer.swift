internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import ServiceLifecycle

/// Serves `GET /metrics` in the clear, to this machine alone.
///
/// - Rule: it listens on an address of the loopback or not at all.
/// - Why: there is no TLS and no signature, and how much is asked for by whom is nobody else's business.
/// - Consequence: a collector on another machine is given a way in by an agent or a tunnel of the operator's.
package struct MetricsServer: Service {
    /// What the text format is called.
    private static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    /// Collectors are few.
    private static let maximumConnections = 16

    private let application: Application<RouterResponder<BasicRequestContext>>

    /// - Parameters:
    ///   - host: `127.…` or `::1`.
    ///   - port: 0 for any that is free.
    ///   - exposition: The text, made anew for each request.
    ///   - onListening: Called with the port.
    /// - Throws: ``ServerSetupError/notLoopback(_:)``.
    package init(
        host: String, port: Int, logger: Logger, exposition: @escaping @Sendable () async -> String,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(ServerSetupError) {
        guard Self.isLoopback(host) else { throw .notLoopback(host) }
        let router = Router()
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: Self.contentType, .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: await exposition())))
        }
        application = Application(
            router: router, server: .http1(configuration: .init(idleTimeout: .seconds(30))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections, logger: logger)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) }, logger: logger)
    }

    /// Whether this is written as an address of the loopback. A name is none: who resolves it decides where it leads.
    package static func isLoopback(_ host: String) -> Bool {
        if host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0).map { "\($0)" } == String($0) }
    }

    package func run() async throws { try await application.run() }
}
