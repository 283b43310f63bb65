import Logging
import ParasolHTTP
import ServiceProtocols
import Testing

@testable import NodeHost

/// Roles on a port of the loopback, under a certificate of a test's own authority.
struct ServedRoles {
    let authority: DevelopmentAuthority
    let roles: [HostedRole]
    var clients: ClientAuthorities?
    let directory: any IdentityDirectory
    var stopping = NodeServer.Stopping()

    /// Serves while `body` runs with the port, and returns when it has stopped.
    func whileServing<Value: Sendable>(_ body: (Int) async throws -> Value) async throws -> Value {
        let (ports, feed) = AsyncStream.makeStream(of: Int.self)
        let server = try NodeServer(
            roles,
            server: .init(
                host: "127.0.0.1", port: 0, certificate: try authority.certificate("node"), clients: clients),
            names: ["127.0.0.1"], directory: directory, clock: SystemClock(), housekeepingPause: .seconds(3600),
            stopping: stopping, logger: Logger(label: "test"), onListening: { feed.yield($0) })
        let serving = Task {
            defer { feed.finish() }
            try await server.run(heedingSignals: false)
        }
        var listening = ports.makeAsyncIterator()
        let port = try #require(await listening.next())
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(port)) } catch { outcome = .failure(error) }
        serving.cancel()
        _ = await serving.result
        return try outcome.get()
    }
}

extension DevelopmentAuthority {
    func certificate(_ name: String) throws -> ServerCertificate {
        let paths = try issue(name, hosts: ["127.0.0.1"])
        return try CertificateFiles(chain: paths.chain, key: paths.key).certificate()
    }
}
