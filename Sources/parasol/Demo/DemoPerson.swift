import Crypto
import EmbeddedNode
import LedgerReplica
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import Umbral

/// Somebody who enrols with a member: keys made, kept in a sealed profile, and vouched for on the ledger.
struct DemoPerson {
    let identity: IdentityID
    let signer: TransactionSigner
    /// Doctors only.
    let receivingKey: SecretKey?

    init(_ role: Role, _ member: MemberAgent, _ node: EmbeddedNode, _ folder: String, _ name: String) async throws {
        var generator = SystemRandomNumberGenerator()
        identity = .random(using: &generator)
        let key = P256.Signing.PrivateKey()
        receivingKey = role == .doctor ? SecretKey.random() : nil
        signer = TransactionSigner(id: identity.signer, key: key, origin: node.trust.originName)
        let kind: ProfileKind =
            switch role {
            case .doctor: .doctor
            case .auditor: .auditor
            default: .depositor
            }
        _ = try Self.createProfile(
            Profile(
                kind: kind, displayName: name, signer: identity.signer, signingKey: ProfileKeys.octets(of: key),
                receivingKey: receivingKey?.octets), in: folder, name)
        try await member.enroll(
            EnrollmentRequest(
                IdentityEnrolled(
                    identity: identity, member: member.id, role: role, signingKey: signer.signingKey,
                    receivingKey: receivingKey?.publicKey), signer: signer))
    }

    func doctor(_ key: SecretKey, _ session: LedgerSession, _ services: ServiceDirectory) -> Doctor {
        Doctor(identity: identity, signer: signer, receivingKey: key, session: session, services: services)
    }

    /// A profile sealed under a random passphrase, which nobody keeps: the demonstration's people live as long as it.
    static func createProfile(_ profile: Profile, in folder: String, _ name: String) throws -> ProfileStore {
        try ProfileStore.create(
            profile, at: "\(folder)/\(name).parasol-profile", passphrase: try Passphrase(.random(count: 32)))
    }
}
