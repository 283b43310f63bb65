import Crypto
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
    private let receivingKey: SecretKey?

    /// - Parameters:
    ///   - name: For the profile alone; that it is nowhere on the ledger is tried at the end.
    ///   - path: Where the profile goes.
    init(
        _ role: Role, named name: String, _ member: MemberAgent, _ server: DemoServer, at path: String
    ) async throws {
        var generator = SystemRandomNumberGenerator()
        identity = .random(using: &generator)
        let key = P256.Signing.PrivateKey()
        receivingKey = role == .doctor ? SecretKey.random() : nil
        signer = TransactionSigner(id: identity.signer, key: key, origin: server.network.trust.originName)
        let kind: ProfileKind =
            switch role {
            case .doctor: .doctor
            case .auditor: .auditor
            default: .depositor
            }
        _ = try Self.createProfile(
            Profile(
                kind: kind, displayName: name, signer: identity.signer, signingKey: ProfileKeys.octets(of: key),
                receivingKey: receivingKey?.octets), at: path)
        try await member.enroll(
            EnrollmentRequest(
                IdentityEnrolled(
                    identity: identity, member: member.id, role: role, signingKey: signer.signingKey,
                    receivingKey: receivingKey?.publicKey), signer: signer))
    }

    func doctor(at server: DemoServer) async throws -> DemoDoctor {
        guard let receivingKey else { throw DemoReporter.Broken(description: "a doctor without a receiving key") }
        return DemoDoctor(
            identity: identity, signer: signer, receivingKey: receivingKey, way: try await server.way(as: signer))
    }

    /// A profile sealed under a random passphrase, which nobody keeps: the demonstration's people live as long as it.
    static func createProfile(_ profile: Profile, at path: String) throws -> ProfileStore {
        try ProfileStore.create(
            profile, at: path + ".parasol-profile", passphrase: try Passphrase(.random(count: 32)))
    }
}

/// A doctor with all of the doctor's keys: what an attack in the doctor's name needs.
struct DemoDoctor {
    let identity: IdentityID
    let signer: TransactionSigner
    let receivingKey: SecretKey
    let agent: Doctor
    private let way: DemoWay

    init(identity: IdentityID, signer: TransactionSigner, receivingKey: SecretKey, way: DemoWay) {
        self.identity = identity
        self.signer = signer
        self.receivingKey = receivingKey
        self.way = way
        agent = Doctor(
            identity: identity, signer: signer, receivingKey: receivingKey, session: way.session,
            services: way.services)
    }

    /// The same doctor where only these proxies can be reached.
    func reaching(_ proxies: some Collection<any Transforming>) -> Doctor {
        Doctor(
            identity: identity, signer: signer, receivingKey: receivingKey, session: way.session,
            services: ServiceDirectory(keyServices: [], proxies: Array(proxies), vault: way.services.vault))
    }
}
