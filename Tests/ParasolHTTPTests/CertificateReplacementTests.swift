import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import ServiceLifecycle
import TestKit
import Testing

@testable import ParasolHTTP

/// A certificate that is replaced while the server serves.
@Suite struct CertificateReplacementTests {
    private static func client(_ certificates: TestCertificates) throws -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(certificates.rootPEM))
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(configuration: configuration)
    }

    private static func status(_ client: HTTPClient, _ port: Int) async throws -> UInt {
        let answer = try await client.execute(
            HTTPClientRequest(url: "https://localhost:\(port)/livez"), timeout: .seconds(30))
        _ = try await answer.body.collect(upTo: 100)
        return answer.status.code
    }

    @Test func newConnectionsGetTheNewOneAndOldOnesStay() async throws {
        let fixture = try ServerFixture()
        let (old, new) = (try TestCertificates(), try TestCertificates())
        let (ports, announce) = AsyncStream.makeStream(of: Int.self)
        let server = try ParasolServer(
            .init(
                host: "127.0.0.1", port: 0,
                certificate: ServerCertificate(chainPEM: old.chainPEM, keyPEM: old.keyPEM)),
            routes: fixture.table(HealthRoutes.routes(unready: { [] })), names: fixture.names,
            logger: ServerFixture.silent
        ) { announce.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: ServerFixture.silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let clients = try [old, old, new, old].map(Self.client)
            // They must be shut down, whatever fails.
            let result: Result<Void, any Error>
            do {
                result = .success(try await replaceCertificate(of: server, at: port, from: old, to: new, clients))
            } catch { result = .failure(error) }
            for client in clients { try await client.shutdown() }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    /// - Parameter clients: Of whom the third trusts the new root, and the others the old one.
    private func replaceCertificate(
        of server: ParasolServer, at port: Int, from old: TestCertificates, to new: TestCertificates,
        _ clients: [HTTPClient]
    ) async throws {
        let (kept, second, newcomer, late) = (clients[0], clients[1], clients[2], clients[3])
        #expect(try await Self.status(kept, port) == 200)

        // The key of one and the certificate of the other: nothing changes.
        let mixed = try ServerCertificate(chainPEM: new.chainPEM, keyPEM: old.keyPEM)
        #expect(throws: ServerSetupError.self) { try server.replace(mixed) }
        #expect(try await Self.status(second, port) == 200)

        try server.replace(try ServerCertificate(chainPEM: new.chainPEM, keyPEM: new.keyPEM))
        #expect(try await Self.status(newcomer, port) == 200)
        await #expect(throws: (any Error).self) { _ = try await Self.status(late, port) }
        // Its connection is the one that it had, for it trusts only the old root.
        #expect(try await Self.status(kept, port) == 200)
    }
}
