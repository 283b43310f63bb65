import HTTPTypes
import NIOCore
import NIOPosix
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing

@testable import ParasolHTTP

/// How a client deals with a server that does not answer.
@Suite struct ServerConnectionTests {
    private let fixture: ServerFixture
    private let certificates: TestCertificates

    init() throws {
        fixture = try ServerFixture()
        certificates = try TestCertificates()
    }

    /// How many connections a call makes to a server that closes each at once.
    ///
    /// - Parameter patience: Longer than any machine takes.
    private func connections(for call: Call, patience: Duration = .seconds(3_600)) async throws -> Int {
        var limits = ServerConnection.Limits()
        limits.patience = patience
        let accepted = Count()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                accepted.number.withLock { $0 += 1 }
                return channel.close()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        try await fixture.connect(port, certificates, as: fixture.doctor, limits: limits) {
            connection async throws -> Void in
            await #expect {
                try await connection.call(call)
            } throws: {
                if case .unreachable? = $0 as? CallFailure { true } else { false }
            }
        }
        try await server.close()
        return accepted.number.withLock { $0 }
    }

    @Test func onlyWhatMayArriveTwiceIsSentAgain() async throws {
        let read = try await connections(for: .get("/", atMost: 1))
        let append = try await connections(
            for: .send("/", [1], type: MediaType.octets, atMost: 1, isIdempotent: false))
        #expect(read == 3 * append)
        #expect(append > 0)
    }

    #if os(Linux)
        /// What a network does that loses everything, Scripts/check-partitions shows.
        @Test func theKernelIsToldWhenToGiveUpAConnection() async throws {
            let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: "127.0.0.1", port: 0).get()
            let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(to: try #require(server.localAddress)).get()
            try await UnacknowledgedLimit(duration: .seconds(15)).apply(to: client).get()
            #expect(try await client.getOption(.tcpOption(UnacknowledgedLimit.option)).get() == 15_000)
            try await client.close()
            try await server.close()
        }
    #endif

    @Test func nothingIsSentAgainToWhoHasBeenSilentForLong() async throws {
        let impatient = try await connections(for: .get("/", atMost: 1), patience: .zero)
        let patient = try await connections(for: .get("/", atMost: 1))
        #expect(patient == 3 * impatient)
    }

    /// Three requests to a server whose time passes only while the client waits, and which takes one and then one each `seconds`, or any
    /// number.
    ///
    /// - Returns: What the client waited, and the failure that it gave up with.
    private func threeCalls(oneIn seconds: Int? = nil) async throws -> (waits: [Duration], failure: CallFailure?) {
        let gate =
            seconds.map { fixture.gate(perSigner: RateLimit(burst: 1, perSecond: 1 / Double($0))) } ?? fixture.gate()
        let route = Route(.post, "/things", access: .anyone, maximumBodyBytes: 10) { request in
            Answer(request.body, type: MediaType.octets)
        }
        let waits = Mutex<[Duration]>([])
        return try await fixture.serve([route], certificates: certificates, gate: gate) {
            [fixture, certificates] port in
            try await fixture.connect(
                port, certificates, as: fixture.doctor,
                sleep: { duration in
                    waits.withLock { $0.append(duration) }
                    fixture.clock.advance(milliseconds: UInt64(duration / .milliseconds(1)))
                },
                { connection in
                    do throws(CallFailure) {
                        for number in 0..<3 {
                            let content = [UInt8(number)]
                            let answer = try await connection.call(
                                .send("/things", content, type: MediaType.octets, atMost: 10, isIdempotent: false))
                            #expect(answer.body == content)
                        }
                    } catch { return (waits.withLock { $0 }, error) }
                    return (waits.withLock { $0 }, nil)
                })
        }
    }

    @Test func aClientWaitsAsLongAsTheServerSaysWhereThereWereTooManyRequests() async throws {
        let (waits, failure) = try await threeCalls(oneIn: 3)
        #expect(waits == [.seconds(3), .seconds(3)])
        #expect(failure == nil)
    }

    @Test func aClientWaitsWhereItCannotBeLookedUpWhoItIs() async throws {
        fixture.directory.failures.withLock { $0 = 2 }
        let (waits, failure) = try await threeCalls()
        #expect(waits == [.seconds(2), .seconds(2)])
        #expect(failure == nil)
        fixture.directory.failures.withLock { $0 = 6 }
        let (all, last) = try await threeCalls()
        #expect(all == Array(repeating: .seconds(2), count: 5))
        guard case .problem(let problem) = last else {
            Issue.record("\(String(describing: last))")
            return
        }
        #expect(problem.code == "request.unavailable")
    }

    @Test func aClientDoesNotWaitLongerThanItsPatience() async throws {
        let (waits, failure) = try await threeCalls(oneIn: 11)
        #expect(waits == [])
        guard case .problem(let problem) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(problem.code == "request.too-many")
        #expect(problem.retryAfterSeconds == 11)
    }

    @Test(arguments: [
        "http://a", "https://", "https://a/", "https://a/b/", "https://a?b", "https://u@a", "ftp://a", "a",
    ])
    func anAddressThatIsNoServersIsRefused(_ url: String) {
        #expect(throws: ServerSetupError.badURL(url)) {
            try ServerConnection(url: url, trustRootsPEM: certificates.rootPEM, signer: nil)
        }
    }

    @Test func withoutARootNothingIsTrusted() {
        for roots in ["", "rubbish", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            #expect(throws: ServerSetupError.self, "\(roots)") {
                try ServerConnection(url: "https://a", trustRootsPEM: Array(roots.utf8), signer: nil)
            }
        }
    }

    @Test func aKeyThatIsNoneIsNotPrinted() throws {
        let certificates = try TestCertificates()
        #expect {
            try ServerCertificate(chainPEM: certificates.chainPEM, keyPEM: Array("SECRET".utf8))
        } throws: {
            guard case .badKey(let reason)? = $0 as? ServerSetupError else { return false }
            return !reason.contains("SECRET")
        }
    }
}

/// How many there were.
private final class Count: Sendable {
    let number = Mutex(0)
}
