import Ciphers
import Crypto
import Electrocardiogram
import LedgerReplica
import Octets
import ParasolClient
import ProxyService
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import Umbral

@testable import EmbeddedNode

/// A whole deployment with a patient, a hospital, a granted doctor and an ungranted one, on a clock that stands still.
struct Stage {
    let temporary: TemporaryFolder
    let clock = ManualClock()
    let node: EmbeddedNode
    let patient: Patient
    let hospital: Depositor
    let granted: Doctor
    let stranger: Doctor
    let grantedKeys: DoctorKeys
    let folder: FolderID
    let files: WFDBFiles

    struct DoctorKeys {
        let identity: IdentityID
        let signer: TransactionSigner
        let receiving: SecretKey
    }

    init(
        proxies: Int = 3,
        reencryption: @escaping @Sendable (Int) -> ProxyService.Reencryption = { _ in ProxyService.honest }
    ) async throws {
        temporary = try TemporaryFolder()
        node = try await EmbeddedNode.found(
            EmbeddedNode.Configuration(folder: temporary.path("."), proxyCount: proxies, reencryption: reencryption),
            clock: clock)
        let recording = try ECGRecording.synthesized(named: "heart", frameCount: 500)
        files = try WFDBFiles(headerFile: "heart.hea", available: try WFDBWriter.files(of: recording))
        let depositor = try await Self.enroll(.depositor, node)
        hospital = Depositor(
            identity: depositor.identity, signer: depositor.signer, session: node.session(), services: node.directory)
        grantedKeys = try await Self.enroll(.doctor, node)
        granted = Self.doctor(grantedKeys, node, node.directory)
        stranger = Self.doctor(try await Self.enroll(.doctor, node), node, node.directory)
        let profile = try ProfileStore.create(
            Profile(kind: .patient, displayName: "patient"), at: temporary.path("patient.profile"),
            passphrase: try Passphrase(.random(count: 16)),
            cost: try ScryptCost(exponent: 4, blockSize: 1, parallelism: 1))
        patient = Patient(profile: profile, session: node.session(), services: node.directory)
        folder = try await patient.openFolder(named: "heart", at: node.keyServiceID)
    }

    static func doctor(_ keys: DoctorKeys, _ node: EmbeddedNode, _ services: ServiceDirectory) -> Doctor {
        Doctor(
            identity: keys.identity, signer: keys.signer, receivingKey: keys.receiving, session: node.session(),
            services: services)
    }

    private static func enroll(_ role: Role, _ node: EmbeddedNode) async throws -> DoctorKeys {
        var generator = SystemRandomNumberGenerator()
        let identity = IdentityID.random(using: &generator)
        let signer = TransactionSigner(
            id: identity.signer, key: P256.Signing.PrivateKey(), origin: node.trust.originName)
        let receiving = SecretKey.random()
        try await node.members[0].enroll(
            EnrollmentRequest(
                IdentityEnrolled(
                    identity: identity, member: node.members[0].id, role: role, signingKey: signer.signingKey,
                    receivingKey: role == .doctor ? receiving.publicKey : nil), signer: signer))
        return DoctorKeys(identity: identity, signer: signer, receiving: receiving)
    }

    func deposit() async throws -> RecordID {
        try await hospital.deposit(files, kind: .restingECG, in: folder).record
    }

    func grant(threshold: Int = 2, opens: UInt32 = 10, scope: ConsentScope = .wholeFolder) async throws -> ConsentID {
        let now = clock.now()
        let grant = try await patient.grant(
            GrantTerms(
                folder: folder, grantee: granted.identity, scope: scope, purpose: .treatment, notBefore: now,
                notAfter: now.adding(milliseconds: 3_600_000), maximumOpens: opens, threshold: threshold,
                proxies: node.proxyIDs))
        #expect(grant.undelivered.isEmpty)
        return grant.consent
    }
}
