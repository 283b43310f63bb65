import AsyncHTTPClient
import Crypto
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import ParasolHTTP

/// Mutual TLS between nodes: who must show a certificate, and whose counts.
@Suite struct NodeCertificateTests {
    private let fixture: ServerFixture
    private let server: TestCertificates
    private let nodes: TestCertificates
    private let proxy: TransactionSigner

    init() throws {
        fixture = try ServerFixture()
        server = try TestCertificates()
        nodes = try TestCertificates(name: "proxy.example.org")
        var generator = SeededGenerator(seed: 11)
        proxy = TransactionSigner(
            id: .random(using: &generator), key: P256.Signing.PrivateKey(), origin: ServerFixture.origin)
        fixture.directory.enrol(proxy, .identity(.proxy))
    }

    private static let routes = [
        Route(.get, "/people", access: .anyone, answers: [200: MediaType.text]) { _ in Answer([1], type: MediaType.text)
        },
        Route(.get, "/nodes", access: .anyone, answers: [200: MediaType.text], isForNodes: true) { _ in
            Answer([2], type: MediaType.text)
        },
    ]

    private static func identity(_ certificates: TestCertificates) throws -> ServerCertificate {
        try ServerCertificate(chainPEM: certificates.chainPEM, keyPEM: certificates.keyPEM)
    }

    /// The outcomes of asking for paths, each over a connection of its own.
    private func outcomes(
        _ asked: [(path: String, signer: TransactionSigner?, identity: TestCertificates?)], forEverybody: Bool = false,
        http1: Bool = false
    ) async throws -> [Result<Int, CallFailure>] {
        let (fixture, server) = (fixture, server)
        let clients = try ClientAuthorities(pem: nodes.rootPEM, areForEverybody: forEverybody)
        return try await fixture.serve(Self.routes, certificates: server, clients: clients) { port in
            var outcomes: [Result<Int, CallFailure>] = []
            for (path, signer, identity) in asked {
                let shown = try identity.map { try Self.identity($0) }
                outcomes.append(
                    try await fixture.connect(port, server, as: signer, showing: shown) { connection in
                        do throws(CallFailure) {
                            return .success(
                                try await connection.call(.get(path, atMost: 10, alsoExpects: [403])).status)
                        } catch { return .failure(error) }
                    })
            }
            return outcomes
        }
    }

    private func reason(_ outcome: Result<Int, CallFailure>) -> String {
        if case .failure(.unreachable(let reason)) = outcome { reason } else { "" }
    }

    @Test func aNodeShowsItsCertificateAndPeopleNeedNone() async throws {
        let outcomes = try await outcomes([
            ("/people", fixture.doctor, nil), ("/people", nil, nil), ("/nodes", nil, nil), ("/people", proxy, nil),
            ("/nodes", nil, nodes), ("/people", proxy, nodes),
        ])
        #expect(outcomes == [.success(200), .success(200), .success(403), .success(403), .success(200), .success(200)])
    }

    @Test func aCertificateOfAnotherAuthorityEndsTheConnection() async throws {
        let other = try TestCertificates(name: "proxy.example.org")
        let outcomes = try await outcomes([("/people", fixture.doctor, other), ("/nodes", nil, other)])
        for outcome in outcomes {
            #expect(reason(outcome).contains("does not know the authority of this node's certificate"), "\(outcome)")
        }
    }

    @Test func everybodyCanBeAskedForOne() async throws {
        let other = try TestCertificates(name: "proxy.example.org")
        let outcomes = try await outcomes(
            [("/people", fixture.doctor, nil), ("/people", fixture.doctor, other), ("/people", fixture.doctor, nodes)],
            forEverybody: true)
        #expect(reason(outcomes[0]).contains("it wants a certificate of this node"), "\(outcomes[0])")
        #expect(reason(outcomes[1]).contains("does not know the authority"), "\(outcomes[1])")
        #expect(outcomes[2] == .success(200))
    }

    @Test func aClientsNewCertificateIsShownByTheNextRequest() async throws {
        let (fixture, server, nodes) = (fixture, server, nodes)
        let clients = try ClientAuthorities(pem: nodes.rootPEM, areForEverybody: false)
        let other = try TestCertificates(name: "proxy.example.org")
        try await fixture.serve(Self.routes, certificates: server, clients: clients) { port in
            try await fixture.connect(port, server, as: nil) { connection in
                func status() async throws -> Int {
                    try await connection.call(.get("/nodes", atMost: 10, alsoExpects: [403])).status
                }
                #expect(try await status() == 403)
                // The key of one and the certificate of the other: nothing changes.
                let mixed = try ServerCertificate(chainPEM: nodes.chainPEM, keyPEM: other.keyPEM)
                #expect(throws: ServerSetupError.self) { try connection.show(mixed) }
                #expect(try await status() == 403)
                try connection.show(try Self.identity(nodes))
                #expect(try await status() == 200)
                // Nor is a connection reused that was made with the one before.
                try connection.show(try Self.identity(other))
                await #expect(throws: CallFailure.self) { try await status() }
            }
        }
    }

    @Test func withoutTheSettingNobodyIsAsked() async throws {
        let (fixture, server, proxy) = (fixture, server, proxy)
        let status = try await fixture.serve(Self.routes, certificates: server) { port in
            try await fixture.connect(port, server, as: proxy) { try await $0.call(.get("/nodes", atMost: 10)).status }
        }
        #expect(status == 200)
    }

    @Test func overHTTP1ItIsTheSame() async throws {
        let (fixture, server, nodes) = (fixture, server, nodes)
        let clients = try ClientAuthorities(pem: nodes.rootPEM, areForEverybody: false)
        let statuses = try await fixture.serve(Self.routes, certificates: server, clients: clients) { port in
            var statuses: [UInt] = []
            for isShown in [false, true] {
                var tls = TLSConfiguration.makeClientConfiguration()
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(server.rootPEM))
                if isShown {
                    let identity = try Self.identity(nodes)
                    tls.certificateChain = identity.chain.map { .certificate($0) }
                    tls.privateKey = .privateKey(identity.key)
                }
                var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
                configuration.httpVersion = .http1Only
                statuses.append(
                    try await HTTPClient.withHTTPClient(configuration: configuration) { client in
                        try await client.get(url: "https://localhost:\(port)/nodes").get().status.code
                    })
            }
            return statuses
        }
        #expect(statuses == [403, 200])
    }

    @Test func authoritiesThatAreNoneAreRefused() {
        for text in ["", "rubbish"] {
            #expect(throws: ServerSetupError.self, "\(text)") {
                try ClientAuthorities(pem: Array(text.utf8), areForEverybody: false)
            }
        }
    }
}
