import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import ServiceProtocols
import TestKit
import Testing

@testable import ParasolHTTP

/// What a client says of a server that it cannot use: plainly, and without BoringSSL's words.
@Suite struct ConnectionFlawTests {
    private let fixture: ServerFixture

    init() throws { fixture = try ServerFixture() }

    private static let routes = [
        Route(.get, "/x", access: .anyone, answers: [200: MediaType.text]) { _ in Answer([1], type: MediaType.text) }
    ]

    private func reason(_ failure: CallFailure?) -> String {
        if case .unreachable(let reason)? = failure { reason } else { "" }
    }

    private func failure(
        _ port: Int, trusting trusted: TestCertificates, at host: String = "localhost",
        limits: ServerConnection.Limits = .init(), call: Call = .get("/x", atMost: 1 << 20)
    ) async throws -> CallFailure? {
        var limits = limits
        limits.attempts = 1
        return try await fixture.connect(port, trusted, as: nil, at: host, limits: limits) { connection in
            do throws(CallFailure) { _ = try await connection.call(call) } catch { return error }
            return nil
        }
    }

    /// Of a server with these certificates, asked by somebody who trusts those.
    private func reason(
        of server: TestCertificates, trusting trusted: TestCertificates, at host: String = "localhost"
    ) async throws -> String {
        let failure = try await fixture.serve(Self.routes, certificates: server) { port in
            try await self.failure(port, trusting: trusted, at: host)
        }
        let reason = reason(failure)
        #expect(!reason.contains("SSL") && !reason.contains("routines"), "\(reason)")
        return reason
    }

    @Test func anAuthorityThatIsNotTrustedIsSaid() async throws {
        let reason = try await reason(of: try TestCertificates(), trusting: try TestCertificates())
        #expect(reason.contains("of an authority that is not trusted here"), "\(reason)")
    }

    @Test func anExpiredCertificateIsSaidWithItsDay() async throws {
        let certificates = try TestCertificates(begins: -86_400 * 20, ends: -86_400 * 10)
        let reason = try await reason(of: certificates, trusting: certificates)
        #expect(reason.contains("its certificate expired on 20"), "\(reason)")
    }

    @Test func aCertificateOfTheFutureIsSaid() async throws {
        let certificates = try TestCertificates(begins: 86_400 * 10, ends: 86_400 * 20)
        let reason = try await reason(of: certificates, trusting: certificates)
        #expect(reason.contains("its certificate counts only from 20"), "\(reason)")
    }

    @Test func anotherNameIsSaid() async throws {
        let certificates = try TestCertificates(name: "elsewhere.example.org")
        let reason = try await reason(of: certificates, trusting: certificates)
        #expect(reason.contains("its certificate is not for localhost"), "\(reason)")
    }

    /// A server in the clear that says something to everybody who connects.
    private func clearServer(_ text: String) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Speaker(text: text))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    @Test func whatSpeaksNoTLSIsSaid() async throws {
        let server = try await clearServer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        let port = try #require(server.localAddress?.port)
        let reason = reason(try await failure(port, trusting: try TestCertificates()))
        #expect(reason.contains("it does not speak TLS there"), "\(reason)")
        try await server.close()
    }

    @Test func whereNobodyListensThatIsSaid() async throws {
        let server = try await clearServer("")
        let port = try #require(server.localAddress?.port)
        try await server.close()
        let reason = reason(try await failure(port, trusting: try TestCertificates()))
        #expect(reason.contains("nothing takes one at this address"), "\(reason)")
    }

    // MARK: Content that drips

    /// A route that answers a byte at a time, as long as it may.
    ///
    /// - Parameter pause: Must take some time again and again: each byte is a frame, and a million of them at once leave both sides, and all
    ///   other tests, no thread for longer than anybody waits.
    private static func dripping(pausing pause: @escaping @Sendable (Int) async throws -> Void) -> [Route] {
        [
            Route(.get, "/x", access: .anyone, answers: [200: MediaType.octets]) { _ in
                Answer(
                    fields: [.contentType: MediaType.octets],
                    body: ResponseBody { writer in
                        for number in 0..<1_000_000 {
                            try await writer.write(ByteBuffer(bytes: [UInt8(truncatingIfNeeded: number)]))
                            try await pause(number)
                        }
                        try await writer.finish(nil)
                    })
            }
        ]
    }

    @Test func contentThatStopsIsGivenUp() async throws {
        let certificates = try TestCertificates()
        var limits = ServerConnection.Limits()
        limits.contentPause = .milliseconds(50)
        let gate = Gate(isOpen: false)
        let fixture = fixture
        let failure = try await fixture.serve(
            Self.dripping { number in
                if number == 3 { await gate.pass() }
                if number > 3 { throw CancellationError() }
            }, certificates: certificates
        ) { [limits] port in
            defer { gate.open() }
            return try await self.failure(port, trusting: certificates, limits: limits)
        }
        #expect(reason(failure).contains("the answer came too slowly"), "\(String(describing: failure))")
    }

    @Test func contentThatDripsIsGivenUp() async throws {
        let certificates = try TestCertificates()
        var limits = ServerConnection.Limits()
        limits.contentGrace = .milliseconds(50)
        limits.contentBytesPerSecond = 1 << 40
        let failure = try await fixture.serve(
            Self.dripping { _ in try await Task.sleep(for: .milliseconds(1)) }, certificates: certificates
        ) { [limits] port in
            try await self.failure(port, trusting: certificates, limits: limits)
        }
        #expect(reason(failure).contains("the answer came too slowly"), "\(String(describing: failure))")
    }

    @Test func anAnswerIsWholeHoweverItComes() async throws {
        let certificates = try TestCertificates()
        let fixture = fixture
        var limits = ServerConnection.Limits()
        // However slow this machine is.
        (limits.contentPause, limits.contentGrace) = (.seconds(3600), .seconds(3600))
        let count = try await fixture.serve(
            [
                Route(.get, "/x", access: .anyone, answers: [200: MediaType.octets]) { _ in
                    Answer(
                        body: ResponseBody { writer in
                            for _ in 0..<100 {
                                try await writer.write(ByteBuffer(repeating: 7, count: 1000))
                                await Task.yield()
                            }
                            try await writer.finish(nil)
                        })
                }
            ], certificates: certificates
        ) { [limits] port in
            try await fixture.connect(port, certificates, as: nil, limits: limits) {
                try await $0.call(.get("/x", atMost: 100_000)).body.count
            }
        }
        #expect(count == 100_000)
        let gate = Gate(isOpen: false)
        let long = try await fixture.serve(
            Self.dripping { number in
                if number == 200 { await gate.pass() }
                if number > 200 { throw CancellationError() }
            }, certificates: certificates
        ) { [limits] port in
            defer { gate.open() }
            return try await self.failure(
                port, trusting: certificates, limits: limits, call: .get("/x", atMost: 100))
        }
        #expect(long.map { if case .badAnswer = $0 { true } else { false } } == true)
    }
}

/// Says something to whoever connects.
private final class Speaker: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let text: String

    init(text: String) { self.text = text }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}
