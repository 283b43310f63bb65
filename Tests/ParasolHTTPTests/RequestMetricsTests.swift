import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOHTTP1
import PrometheusMetrics
import ServiceLifecycle
import TestKit
import Testing

@testable import ParasolHTTP

/// What is counted of requests, and where it is served.
@Suite struct RequestMetricsTests {
    private let fixture: ServerFixture
    private let registry = MetricsRegistry()

    init() throws { fixture = try ServerFixture() }

    private func ask(_ targets: [(HTTPRequest.Method, String)]) async throws {
        let routes = [
            Route(.get, "/things/{id}", access: .anyone) { _ in Answer(status: .noContent) }
                .below("/vault").of(role: "vault"),
            Route(.post, "/closed", access: .enrolled) { _ in Answer(status: .noContent) }.of(role: "vault"),
        ]
        let table = RouteTable(
            routes, gate: fixture.gate(), logger: ServerFixture.silent, metrics: registry)
        try await Application(router: table.router()).test(.router) { client in
            for (method, target) in targets { _ = try await client.execute(uri: target, method: method) }
        }
    }

    private func line(_ name: String, _ labels: String) -> String? {
        registry.exposition.split(separator: "\n").first { $0.hasPrefix("\(name){\(labels)}") }
            .flatMap { $0.split(separator: " ").last }.map(String.init)
    }

    @Test func requestsAreCountedByRouteAndNothingOfThemIsALabel() async throws {
        try await ask([
            (.get, "/vault/things/secret-1"), (.get, "/vault/things/secret-2"), (.get, "/secret-3"), (.post, "/closed"),
        ])
        let things = "method=\"GET\",role=\"vault\",route=\"/things/{id}\""
        #expect(line("parasol_http_requests_total", things + ",status=\"2xx\"") == "2")
        #expect(line("parasol_http_requests_total", things + ",status=\"5xx\"") == "0")
        #expect(line("parasol_http_request_duration_seconds_count", things) == "2")
        let none = "method=\"any\",role=\"none\",route=\"none\""
        #expect(line("parasol_http_requests_total", none + ",status=\"4xx\"") == "1")
        #expect(line("parasol_http_denied_total", "code=\"request.unsigned\"") == "1")
        #expect(registry.exposition.contains("\nparasol_http_requests_in_flight 0\n"))
        #expect(!registry.exposition.contains("secret"))
    }

    @Test func noRouteOfALedgerHasItsLogInItsTemplate() {
        let paths = LedgerPaths(origin: ServerFixture.origin)
        for route in LedgerRoutes.routes(StubLedger(), origin: ServerFixture.origin) {
            #expect(route.path.contains(paths.log))
            #expect(!route.template.contains(paths.log))
        }
    }

    @Test func metricsAreServedOnTheLoopbackOnly() async throws {
        for host in ["0.0.0.0", "192.0.2.1", "localhost", "::", "127.0.0.1.evil.example", "127.1", "127.0.0.01", ""] {
            #expect(throws: ServerSetupError.notLoopback(host)) {
                _ = try MetricsServer(host: host, port: 0, logger: ServerFixture.silent, exposition: { "" })
            }
        }
        let (ports, announce) = AsyncStream.makeStream(of: Int.self)
        let server = try MetricsServer(
            host: "127.0.0.1", port: 0, logger: ServerFixture.silent, exposition: { "a_metric 1\n" }
        ) { announce.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: ServerFixture.silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            for (path, status) in [("/metrics", 200), ("/", 404), ("/metrics/x", 404)] {
                let answer = try await HTTPClient.shared.execute(
                    HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)"), timeout: .seconds(60))
                #expect(Int(answer.status.code) == status)
                let body = String(buffer: try await answer.body.collect(upTo: 1_000))
                if status == 200 {
                    #expect(body == "a_metric 1\n")
                    #expect(answer.headers["Content-Type"] == ["text/plain; version=0.0.4; charset=utf-8"])
                }
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
