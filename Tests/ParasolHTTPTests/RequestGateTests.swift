import Crypto
import HTTPMessageSignatures
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing

@testable import ParasolHTTP

/// What is not the request that somebody who may signed does not reach its route.
@Suite struct RequestGateTests {
    private let fixture: ServerFixture

    init() throws { fixture = try ServerFixture() }

    private func routes(_ access: Access, maximumBodyBytes: Int = 100) -> [Route] {
        [
            Route(
                .post, "/things/{id}", access: access, accepts: "text/plain", maximumBodyBytes: maximumBodyBytes
            ) { request in
                Answer(request.body, type: "text/plain")
            }
        ]
    }

    private func request(_ content: [UInt8] = [1, 2, 3], path: String = "/things/7?a=b") -> HTTPRequest {
        HTTPRequest(
            method: .post, scheme: "https", authority: "localhost", path: path,
            headerFields: [.contentType: "text/plain"])
    }

    private func signed(
        by signer: TransactionSigner, content: [UInt8] = [1, 2, 3], path: String = "/things/7?a=b"
    ) throws -> HTTPRequest {
        var request = request(content, path: path)
        try fixture.signer(signer).sign(&request, content: content)
        return request
    }

    /// Sends requests to one server, one after the other; what each is answered: a status, and a problem's code.
    private func answers(
        to requests: [HTTPRequest], content: [UInt8] = [1, 2, 3], access: Access = .roles(.depositor),
        gate: RequestGate? = nil, before: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> [String] {
        let application = Application(router: fixture.table(routes(access), gate: gate).router())
        return try await application.test(.router) { client in
            var answers: [String] = []
            for (index, request) in requests.enumerated() {
                before(index)
                let answer = try await client.execute(
                    uri: request.path ?? "", method: request.method, headers: request.headerFields,
                    body: ByteBuffer(bytes: content))
                let problem = Problem(encoded: Array(buffer: answer.body))
                answers.append("\(answer.status.code) \(problem?.code ?? "-")")
            }
            return answers
        }
    }

    @Test func aSignedRequestOfTheRoleIsServed() async throws {
        #expect(try await answers(to: [try signed(by: fixture.depositor)]) == ["200 -"])
    }

    @Test func anUnsignedRequestIsRefused() async throws {
        #expect(try await answers(to: [request()]) == ["401 request.unsigned"])
    }

    @Test func aRequestSignedByAnotherKeyIsRefused() async throws {
        let impostor = TransactionSigner(id: fixture.depositor.id, key: .init(), origin: ServerFixture.origin)
        #expect(
            try await answers(to: [try signed(by: impostor)]) == ["401 request.signature.invalid-signature"])
    }

    @Test func whoTheLedgerDoesNotKnowIsRefused() async throws {
        #expect(try await answers(to: [try signed(by: fixture.stranger)]) == ["401 request.unknown-signer"])
    }

    @Test func aCopyOfARequestIsRefused() async throws {
        let request = try signed(by: fixture.depositor)
        #expect(try await answers(to: [request, request]) == ["200 -", "401 request.signature.replayed"])
    }

    @Test func anOldRequestIsRefused() async throws {
        let request = try signed(by: fixture.depositor)
        let clock = fixture.clock
        #expect(
            try await answers(to: [request]) { _ in clock.advance(milliseconds: 61_000) }
                == ["401 request.signature.too-old"])
    }

    @Test func aRequestFromBeforeTheServerStartedIsRefused() async throws {
        let request = try signed(by: fixture.depositor)
        fixture.clock.advance(milliseconds: 1000)
        #expect(try await answers(to: [request]) == ["401 request.signature.too-old"])
    }

    @Test func aRequestWhoseBodyWasSwappedIsRefused() async throws {
        let request = try signed(by: fixture.depositor, content: [1, 2, 3])
        #expect(
            try await answers(to: [request], content: [1, 2, 4]) == ["401 request.signature.digest-mismatch"])
    }

    @Test func aBodyCannotBeAddedToARequestThatHadNone() async throws {
        let request = try signed(by: fixture.depositor, content: [])
        #expect(
            try await answers(to: [request], content: [1]) == ["401 request.signature.missing-field"])
    }

    @Test func aRequestForAnotherServerIsRefused() async throws {
        var request = request()
        request.authority = "other.example"
        try fixture.signer(fixture.depositor).sign(&request, content: [1, 2, 3])
        // In this process the authority is localhost's: the signature covers another one.
        #expect(try await answers(to: [request]) == ["401 request.signature.invalid-signature"])
        let elsewhere = RequestGate(
            directory: fixture.directory, names: ServerNames(["other.example"]), clock: fixture.clock)
        #expect(
            try await answers(to: [try signed(by: fixture.depositor)], gate: elsewhere)
                == ["421 request.misdirected"])
    }

    @Test func anotherRoleIsRefused() async throws {
        #expect(try await answers(to: [try signed(by: fixture.doctor)]) == ["403 request.not-allowed"])
    }

    @Test func aRetiredIdentityIsRefusedEvenWhereAnyoneMay() async throws {
        fixture.directory.enrol(fixture.depositor, .identity(.depositor), isActive: false)
        #expect(
            try await answers(to: [try signed(by: fixture.depositor)]) == ["403 request.retired-signer"])
        #expect(
            try await answers(to: [try signed(by: fixture.depositor)], access: .anyone)
                == ["403 request.retired-signer"])
    }

    @Test func aBadSignatureIsRefusedEvenWhereAnyoneMay() async throws {
        var request = try signed(by: fixture.depositor)
        request.path = "/things/8?a=b"
        #expect(
            try await answers(to: [request], access: .anyone) == ["401 request.signature.invalid-signature"])
        #expect(try await answers(to: [self.request()], access: .anyone) == ["200 -"])
    }

    @Test func aBodyLargerThanTheRouteTakesIsRefused() async throws {
        let content = [UInt8](repeating: 0, count: 101)
        let request = try signed(by: fixture.depositor, content: content)
        #expect(try await answers(to: [request], content: content) == ["413 request.too-large"])
    }

    @Test func contentOfAnotherTypeIsRefused() async throws {
        var request = request()
        request.headerFields[.contentType] = "text/html"
        try fixture.signer(fixture.depositor).sign(&request, content: [1, 2, 3])
        #expect(try await answers(to: [request]) == ["415 request.unsupported-media-type"])
    }

    @Test func thereIsNothingAtOtherPaths() async throws {
        for path in ["/", "/things", "/things/7/8", "/../things/7", "//things/7", "/things/%2e%2e/7"] {
            let request = try signed(by: fixture.depositor, path: path)
            let answer = try await answers(to: [request])
            #expect(answer == ["404 request.not-found"], "\(path)")
        }
    }

    @Test func aDenialIsLoggedWithoutWhatWasSent() async throws {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in LineLogHandler { line in lines.withLock { $0.append(line) } } }
        let request = try signed(by: fixture.doctor, path: "/things/7?a=b")
        let table = RouteTable(routes(.roles(.depositor)), gate: fixture.gate(), logger: logger)
        let application = Application(router: table.router())
        _ = try await application.test(.router) { client in
            try await client.execute(
                uri: "/things/7?a=b", method: .post, headers: request.headerFields, body: ByteBuffer(bytes: [1, 2, 3]))
        }
        let logged = lines.withLock { $0 }
        let line = try #require(logged.first { $0.contains("denied") })
        #expect(line.contains("request.not-allowed") && line.contains("/things/{id}"))
        let signature = try #require(request.headerFields[.signature])
        for secret in [signature, "things/7", "a=b"] { #expect(!logged.joined().contains(secret)) }
    }

    @Test func asManyRequestsAsAreAllowedComeThrough() async throws {
        let gate = fixture.gate(perSigner: RateLimit(burst: 2, perSecond: 1))
        let requests = try (0..<4).map { _ in try signed(by: fixture.depositor) }
        let clock = fixture.clock
        #expect(
            try await answers(to: requests, gate: gate) { if $0 == 3 { clock.advance(milliseconds: 1000) } }
                == ["200 -", "200 -", "429 request.too-many", "200 -"])
        let other = try signed(by: fixture.doctor)
        #expect(try await answers(to: [other], access: .enrolled, gate: gate) == ["200 -"])
    }

    @Test func anAddressIsLimitedWhoeverItClaimsToBe() async throws {
        let gate = fixture.gate(perAddress: RateLimit(burst: 1, perSecond: 1))
        #expect(
            try await answers(to: [request(), request()], gate: gate)
                == ["401 request.unsigned", "429 request.too-many"])
    }
}

/// Hands every line on, with its metadata.
private struct LineLogHandler: LogHandler {
    let write: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { write("\(event.message) \(event.metadata ?? [:])") }
}
