import Crypto
import HTTPTypes
import Hummingbird
import Logging
import Octets
import ServiceLifecycle
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit

@testable import ParasolHTTP

/// Signers with keys, a directory that knows them, and a server of some routes.
final class ServerFixture: Sendable {
    static let origin = "ledger.parasol.test"

    let clock = ManualClock()
    let names = ServerNames(["localhost"])
    let directory = StubDirectory()
    let depositor: TransactionSigner
    let doctor: TransactionSigner
    let stranger: TransactionSigner

    init() throws {
        var generator = SeededGenerator(seed: 7)
        func signer() -> TransactionSigner {
            TransactionSigner(id: .random(using: &generator), key: P256.Signing.PrivateKey(), origin: Self.origin)
        }
        (depositor, doctor, stranger) = (signer(), signer(), signer())
        directory.enrol(depositor, .identity(.depositor))
        directory.enrol(doctor, .identity(.doctor))
    }

    func gate(
        perAddress: RateLimit = RateLimit(burst: 10_000, perSecond: 10_000),
        perSigner: RateLimit = RateLimit(burst: 10_000, perSecond: 10_000)
    ) -> RequestGate {
        RequestGate(
            directory: directory, names: names, clock: clock, perAddress: perAddress, perSigner: perSigner)
    }

    func table(
        _ routes: [Route], gate: RequestGate? = nil, demandsNodeCertificates: Bool = false
    ) -> RouteTable {
        RouteTable(
            routes, gate: gate ?? self.gate(), demandsNodeCertificates: demandsNodeCertificates, logger: Self.silent)
    }

    static let silent = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }

    func signer(_ signer: TransactionSigner) -> RequestSigner { RequestSigner(signer, clock: clock) }

    /// Serves over TLS on a free port of this machine while `body` runs, and stops it.
    func serve<Value: Sendable>(
        _ routes: [Route], certificates: TestCertificates, limits: ServerLimits = ServerLimits(),
        gate: RequestGate? = nil, clients: ClientAuthorities? = nil,
        _ body: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> Value {
        let (ports, announce) = AsyncStream.makeStream(of: Int.self)
        let server = try ParasolServer(
            .init(
                host: "127.0.0.1", port: 0,
                certificate: ServerCertificate(chainPEM: certificates.chainPEM, keyPEM: certificates.keyPEM),
                limits: limits, clients: clients),
            routes: table(routes, gate: gate, demandsNodeCertificates: clients != nil), names: names,
            logger: Self.silent
        ) { announce.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: Self.silent))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else { throw CancellationError() }
            let result: Result<Value, any Error>
            do { result = .success(try await body(port)) } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try result.get()
        }
    }

    /// A connection to a server on this machine, which is shut down after `body`.
    func connect<Value>(
        _ port: Int, _ certificates: TestCertificates, as signer: TransactionSigner?,
        showing identity: ServerCertificate? = nil, at host: String = "localhost",
        limits: ServerConnection.Limits = .init(),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        _ body: (ServerConnection) async throws -> Value
    ) async throws -> Value {
        var limits = limits
        limits.pause = .milliseconds(1)
        // However slow this machine is.
        limits.connectSeconds = 120
        let connection = try ServerConnection(
            url: "https://\(host):\(port)", trustRootsPEM: certificates.rootPEM,
            signer: signer.map { self.signer($0) }, identity: identity, limits: limits, sleep: sleep)
        do {
            let value = try await body(connection)
            await connection.shutdown()
            return value
        } catch {
            await connection.shutdown()
            throw error
        }
    }
}

/// A directory that a test enrols in.
final class StubDirectory: IdentityDirectory {
    private let signers = Mutex<[SignerID: EnrolledSigner]>([:])
    /// How many of the next look-ups fail.
    let failures = Mutex(0)

    func enrol(
        _ signer: TransactionSigner, _ standing: SignerStanding, of member: MemberID? = nil, isActive: Bool = true
    ) {
        signers.withLock {
            $0[signer.id] = EnrolledSigner(
                id: signer.id, standing: standing, member: member, key: signer.signingKey.key, isActive: isActive)
        }
    }

    func signer(_ id: SignerID) async throws -> EnrolledSigner? {
        try failures.withLock {
            guard $0 == 0 else {
                $0 -= 1
                throw LedgerError.unreachable("not now")
            }
        }
        return signers.withLock { $0[id] }
    }
}
