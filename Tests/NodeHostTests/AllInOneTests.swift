import Crypto
import EmbeddedNode
import LedgerReplica
import Logging
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import NodeHost

/// All roles over TLS on loopback, as `parasol serve --all-in-one` runs them.
struct AllInOneTests {
    let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    func node(proxies: Int = 2) async throws -> AllInOne {
        try await AllInOne.open(
            EmbeddedNode.Configuration(folder: temporary.path("."), proxyCount: proxies), clock: SystemClock(),
            logger: Logger(label: "test"))
    }

    /// Serves while `body` runs, and returns when everything is closed.
    func serving<Value: Sendable>(
        _ node: AllInOne, readers: LedgerReaders = .enrolled, _ body: (Network) async throws -> Value
    ) async throws -> Value {
        let (networks, feed) = AsyncStream.makeStream(of: Network.self)
        let serving = Task {
            defer { feed.finish() }
            try await node.serve(port: 0, readers: readers, heedingSignals: false) { feed.yield($0) }
        }
        var listening = networks.makeAsyncIterator()
        let first = await listening.next()
        let network = try #require(first)
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(network)) } catch { outcome = .failure(error) }
        serving.cancel()
        _ = await serving.result
        return try outcome.get()
    }

    private func session(_ network: Network, as signer: TransactionSigner?) async throws -> LedgerSession {
        let connection = try await HTTPConnecting().connect(to: network, as: signer)
        return LedgerSession(
            ledger: connection.ledger, trust: network.trust, heads: NoHeadStore(), clock: SystemClock())
    }

    func member(_ network: Network) throws -> TransactionSigner {
        try RoleFolder(.registrar, at: temporary.path("member-1")).transactionSigner(origin: network.trust.originName)
    }

    /// An auditor, enrolled by the first member over HTTP.
    private func enroll(_ network: Network) async throws -> TransactionSigner {
        let member = try member(network)
        var generator = SystemRandomNumberGenerator()
        let identity = IdentityID.random(using: &generator)
        let signer = TransactionSigner(
            id: identity.signer, key: P256.Signing.PrivateKey(), origin: network.trust.originName)
        let agent = MemberAgent(
            id: MemberID(member.id), signer: member, session: try await session(network, as: member))
        try await agent.enroll(
            EnrollmentRequest(
                IdentityEnrolled(
                    identity: identity, member: agent.id, role: .auditor, signingKey: signer.signingKey),
                signer: signer))
        return signer
    }

    @Test func whoIsEnrolledReadsAndTheWholeLedgerVerifies() async throws {
        let node = try await node()
        try await serving(node) { network in
            #expect(network.proxies.map(\.identity) == node.node.proxyIDs)
            let auditor = try await enroll(network)
            let count = try await session(network, as: auditor).read { $0.identities.count }
            // The key service, two proxies and the auditor.
            #expect(count == 4)
        }
    }

    @Test func strangersReadNothing() async throws {
        let node = try await node(proxies: 1)
        try await serving(node) { network in
            let key = P256.Signing.PrivateKey()
            let stranger = TransactionSigner(
                id: SignerID(try FixedSigner.id()), key: key, origin: network.trust.originName)
            for caller in [nil, stranger] {
                let session = try await session(network, as: caller)
                await #expect(throws: ClientError.self) { try await session.read { $0.entryCount } }
            }
        }
    }

    @Test func aRetiredIdentityIsOutAtOnce() async throws {
        let node = try await node(proxies: 1)
        try await serving(node) { network in
            let auditor = try await enroll(network)
            let reader = try await session(network, as: auditor)
            _ = try await reader.read { $0.entryCount }
            let member = try member(network)
            let agent = MemberAgent(
                id: MemberID(member.id), signer: member, session: try await session(network, as: member))
            try await agent.retire(IdentityID(auditor.id))
            await #expect(throws: ClientError.self) { try await reader.read { $0.entryCount } }
        }
    }

    @Test func whatIsKeptIsServedAgain() async throws {
        let first = try await node(proxies: 1)
        let (auditor, size) = try await serving(first) { network in
            let auditor = try await enroll(network)
            return (auditor, try await session(network, as: auditor).read { $0.entryCount })
        }
        let second = try await node(proxies: 1)
        try await serving(second) { network in
            let again = try await session(network, as: auditor).read { $0.entryCount }
            #expect(again == size)
        }
    }
}

private enum FixedSigner {
    static func id() throws -> IdentityID { try IdentityID(hexadecimal: String(repeating: "ab", count: 16)) }
}
