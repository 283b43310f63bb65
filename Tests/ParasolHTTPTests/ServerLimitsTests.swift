import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing

@testable import ParasolHTTP

/// What a server does with connections that are not meant well. Each waits for the server to act, never for a time.
@Suite struct ServerLimitsTests {
    private let fixture: ServerFixture
    private let certificates: TestCertificates

    init() throws {
        fixture = try ServerFixture()
        certificates = try TestCertificates()
    }

    private var routes: [Route] {
        HealthRoutes.routes { [] } + [
            Route(.post, "/content", access: .anyone, maximumBodyBytes: 1000) { request in
                Answer(request.body, type: MediaType.octets)
            }
        ]
    }

    /// Opens a connection, sends what is given and returns all that comes back before the server closes it.
    private func untilClosed(
        _ port: Int, _ text: String, tls: Bool = true
    ) async throws -> String {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(certificates.rootPEM))
        let context = try NIOSSLContext(configuration: configuration)
        let collected = Collected()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    }
                    try channel.pipeline.syncOperations.addHandler(CollectingHandler(collected))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        // Where the server was the faster, there is nothing to write to any more.
        if !text.isEmpty { try? await channel.writeAndFlush(ByteBuffer(string: text)) }
        try await channel.closeFuture.get()
        return collected.text.withLock { $0 }
    }

    private func serve<Value: Sendable>(
        _ adjust: (inout ServerLimits) -> Void, _ body: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> Value {
        var limits = ServerLimits()
        adjust(&limits)
        return try await fixture.serve(routes, certificates: certificates, limits: limits, body)
    }

    @Test func aHandshakeThatDoesNotHappenIsNotWaitedForForever() async throws {
        let answer = try await serve({ $0.handshakeSeconds = 1 }) { try await untilClosed($0, "", tls: false) }
        #expect(answer == "")
    }

    @Test func aRequestHeadThatDripsIsNotWaitedForForever() async throws {
        let answer = try await serve({ $0.idleSeconds = 1 }) { port in
            try await untilClosed(port, "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-A: ")
        }
        #expect(!answer.contains("200"))
    }

    @Test func contentThatDripsIsNotWaitedForForever() async throws {
        let answer = try await serve({ $0.contentSeconds = 1 }) { port in
            try await untilClosed(
                port, "POST /content HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc")
        }
        #expect(!answer.contains("200"))
    }

    @Test func fieldsBeyondTheLimitAreRefused() async throws {
        let answers = try await serve({ _ in }) { port in
            let long = String(repeating: "a", count: 17 << 10)
            let many = (0..<100).map { "X-\($0): a\r\n" }.joined()
            return [
                try await untilClosed(port, "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-A: \(long)\r\n\r\n"),
                try await untilClosed(port, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\(many)\r\n"),
            ]
        }
        for answer in answers { #expect(!answer.contains("200"), "\(answer.prefix(100))") }
    }

    @Test func requestsThatTwoPartiesWouldReadDifferentlyAreRefused() async throws {
        let answers = try await serve({ _ in }) { port in
            let head = "POST /content HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            let shapes = [
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nabc",
                "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "Content-Length: +3\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                "Transfer-Encoding: identity, chunked, x\r\n\r\n0\r\n\r\n", "Content-Length : 3\r\n\r\nabc",
            ]
            var answers: [String] = []
            for shape in shapes { answers.append(try await untilClosed(port, head + shape)) }
            return answers
        }
        for (index, answer) in answers.enumerated() { #expect(!answer.contains("200"), "\(index): \(answer)") }
    }

    /// HTTP/2 asks a peer whether it has heard that the server stops, and this one never answers.
    @Test(.timeLimit(.minutes(1))) func aPeerThatIsSilentDoesNotKeepTheServerFromStopping() async throws {
        let closed = try await serve({ $0.stopSeconds = 1 }) { [certificates] port in
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(certificates.rootPEM))
            configuration.applicationProtocols = ["h2"]
            let context = try NIOSSLContext(configuration: configuration)
            let (answers, hears) = AsyncStream.makeStream(of: Void.self)
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(
                            NIOSSLClientHandler(context: context, serverHostname: "localhost"), HearingHandler(hears))
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
            let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
            try await channel.writeAndFlush(ByteBuffer(bytes: Array(preface.utf8) + settings))
            for await _ in answers { break }
            return channel.closeFuture
        }
        try await closed.get()
    }

    @Test func anAddressHasOnlySoManyConnections() async throws {
        let closed = try await serve({ $0.connectionsPerAddress = 0 }) { try await untilClosed($0, "", tls: false) }
        #expect(closed == "")
    }

    @Test func olderTLSIsNotSpoken() async throws {
        try await serve({ _ in }) { [certificates] port async throws -> Void in
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(certificates.rootPEM))
            func status(_ tls: TLSConfiguration) async throws -> UInt {
                var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
                configuration.httpVersion = .http1Only
                configuration.connectionPool.retryConnectionEstablishment = false
                let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
                let result: Result<UInt, any Error>
                do {
                    let answer = try await client.execute(
                        HTTPClientRequest(url: "https://localhost:\(port)/livez"), timeout: .seconds(60))
                    result = .success(answer.status.code)
                } catch { result = .failure(error) }
                try await client.shutdown()
                return try result.get()
            }
            #expect(try await status(tls) == 200)
            tls.maximumTLSVersion = .tlsv12
            let old = tls
            await #expect(throws: (any Error).self) { try await status(old) }
        }
    }

    @Test func aSignedRequestIsTheSameOverHTTP1() async throws {
        let fixture = fixture
        let route = Route(.get, "/whoami", access: .enrolled) { request in
            Answer(Array("\(request.requester?.id.description ?? "nobody")".utf8), type: MediaType.text)
        }
        try await fixture.serve([route], certificates: certificates) { [certificates] port async throws -> Void in
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(certificates.rootPEM))
            var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
            configuration.httpVersion = .http1Only
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            var head = HTTPRequest(
                method: .get, scheme: "https", authority: "localhost:\(port)", path: "/whoami")
            try fixture.signer(fixture.doctor).sign(&head, content: [])
            var request = HTTPClientRequest(url: "https://localhost:\(port)/whoami")
            for field in head.headerFields { request.headers.add(name: field.name.rawName, value: field.value) }
            let result: Result<(HTTPVersion, String), any Error>
            do {
                let answer = try await client.execute(request, timeout: .seconds(60))
                result = .success((answer.version, String(buffer: try await answer.body.collect(upTo: 1000))))
            } catch { result = .failure(error) }
            try await client.shutdown()
            let (version, text) = try result.get()
            #expect(version == .http1_1)
            #expect(text == "\(fixture.doctor.id)")
        }
    }

    @Test func aServerThatIsToldToStopFinishesWhatItHasBegun() async throws {
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let route = Route(.get, "/slow", access: .anyone) { _ in
            begin.yield()
            for await _ in released { break }
            return Answer(Array("done".utf8), type: MediaType.text)
        }
        let (fixture, certificates) = (fixture, certificates)
        let answer = Mutex<Task<[UInt8], any Error>?>(nil)
        try await fixture.serve([route], certificates: certificates) { port async throws -> Void in
            let task = Task {
                try await fixture.connect(port, certificates, as: nil) { connection in
                    try await connection.call(.get("/slow", atMost: 100)).body
                }
            }
            answer.withLock { $0 = task }
            for await _ in began { break }
            // Told to stop on return; only then may the request go on.
            Task { release.yield() }
        }
        #expect(try await answer.withLock { $0 }?.value == Array("done".utf8))
    }

    @Test func readinessSaysWhatIsMissing() async throws {
        let routes = HealthRoutes.routes { ["the ledger is not reached"] }
        try await fixture.serve(routes, certificates: certificates) {
            [fixture, certificates] port async throws -> Void in
            try await fixture.connect(port, certificates, as: nil) { connection async throws -> Void in
                #expect(try await connection.call(.get("/livez", atMost: 100)).body == Array("ok\n".utf8))
                await #expect {
                    try await connection.call(.get("/readyz", atMost: 100))
                } throws: {
                    guard case .problem(let problem)? = $0 as? CallFailure else { return false }
                    return problem.code == "server.unready" && problem.detail == "the ledger is not reached"
                }
            }
        }
    }

    @Test func anAnswerLongerThanWasAskedForIsNotTaken() async throws {
        let route = Route(.get, "/long", access: .anyone) { _ in
            Answer([UInt8](repeating: 0, count: 1001), type: MediaType.octets)
        }
        try await fixture.serve([route], certificates: certificates) {
            [fixture, certificates] port async throws -> Void in
            try await fixture.connect(port, certificates, as: nil) { connection async throws -> Void in
                #expect(try await connection.call(.get("/long", atMost: 1001)).body.count == 1001)
                await #expect {
                    try await connection.call(.get("/long", atMost: 1000))
                } throws: {
                    if case .badAnswer? = $0 as? CallFailure { true } else { false }
                }
            }
        }
    }
}

/// What came back.
private final class Collected: Sendable {
    let text = Mutex("")
}

private final class CollectingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let collected: Collected

    init(_ collected: Collected) { self.collected = collected }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        collected.text.withLock { $0 += String(buffer: buffer) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Tells that something came, and answers nothing.
private final class HearingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let hears: AsyncStream<Void>.Continuation

    init(_ hears: AsyncStream<Void>.Continuation) { self.hears = hears }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { hears.yield() }
}
