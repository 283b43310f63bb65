import Crypto
import EmbeddedNode
import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts
import Testing

@testable import NodeHost

/// From a code to an identity that is found with its proof, over TLS on loopback.
extension AllInOneTests {
    private func registrar(
        _ network: Network, as caller: TransactionSigner?
    ) async throws -> (connection: RegistrarConnection, member: MemberID) {
        let base = network.ledger.text.dropLast("/ledger".count)
        let member = MemberID(try member(network).id)
        let connection = try await HTTPConnecting().registrar(
            at: try ServiceURL("\(base)/registrar"), of: member, in: network, as: caller)
        return (connection, member)
    }

    @Test func whoeverIsInvitedIsEnrolledAndFound() async throws {
        let node = try await node(proxies: 1)
        try await serving(node) { network in
            let desk = try await registrar(network, as: try member(network))
            let terms = try InvitationTerms(role: .auditor, lifetimeMilliseconds: 60_000, note: "Ada")
            let issued = try await desk.connection.registrar.invite(terms)

            var generator = SystemRandomNumberGenerator()
            let identity = IdentityID.random(using: &generator)
            let signer = TransactionSigner(
                id: identity.signer, key: P256.Signing.PrivateKey(), origin: network.trust.originName)
            let request = try EnrollmentRequest(
                IdentityEnrolled(
                    identity: identity, member: desk.member, role: .auditor, signingKey: signer.signingKey),
                signer: signer)
            let stranger = try await registrar(network, as: nil)
            let receipt = try await request.redeem(
                issued.code, at: stranger.connection.registrar, trust: network.trust)
            #expect(
                try await request.redeem(issued.code, at: stranger.connection.registrar, trust: network.trust)
                    == receipt)

            let listed = try await desk.connection.registrar.invitations(after: 0)
            guard case .used(identity, _)? = listed.first?.state else {
                Issue.record("\(listed)")
                return
            }
            await #expect(throws: RegistrarError.self) {
                try await stranger.connection.registrar.invitations(after: 0)
            }
            await #expect(throws: RegistrarError.self) { try await stranger.connection.registrar.invite(terms) }

            let connection = try await HTTPConnecting().connect(to: network, as: signer)
            let session = LedgerSession(
                ledger: connection.ledger, trust: network.trust, heads: NoHeadStore(), clock: SystemClock())
            let directory = try #require(connection.ledger as? any LedgerDirectory)
            let proven = try await session.lookUp(identity.signer, in: directory)
            #expect(proven.signingKey == signer.signingKey)
            #expect(proven.role == .auditor && proven.member == desk.member && !proven.isEnded)
            await connection.close()
            await stranger.connection.close()
            await desk.connection.close()
        }
    }
}
