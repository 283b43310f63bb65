import Ciphers
import Crypto
import DurableFiles
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
    let patientProfile: ProfileStore
    let hospital: Depositor
    let granted: Doctor
    let stranger: Doctor
    let hospitalKeys: DoctorKeys
    let grantedKeys: DoctorKeys
    let strangerKeys: DoctorKeys
    let folder: FolderID
    let files: WFDBFiles

    struct DoctorKeys {
        let identity: IdentityID
        let signer: TransactionSigner
        let receiving: SecretKey
    }

    init(
        proxies: Int = 3, contracts: [ContractVersion] = ContractVersion.newest,
        reencryption: @escaping @Sendable (Int) -> ProxyService.Reencryption = { _ in ProxyService.honest }
    ) async throws {
        temporary = try TemporaryFolder()
        node = try await EmbeddedNode.open(
            EmbeddedNode.Configuration(
                folder: temporary.path("."), proxyCount: proxies, contracts: contracts, reencryption: reencryption),
            clock: clock)
        let recording = try ECGRecording.synthesized(named: "heart", frameCount: 500)
        files = try WFDBFiles(headerFile: "heart.hea", available: try WFDBWriter.files(of: recording))
        hospitalKeys = try await Self.enroll(.depositor, node)
        hospital = Depositor(
            identity: hospitalKeys.identity, signer: hospitalKeys.signer, session: node.session(),
            services: node.directory,
            spool: DepositSpool(folder: try Self.folder("spool", in: temporary)))
        grantedKeys = try await Self.enroll(.doctor, node)
        granted = Self.doctor(grantedKeys, node, node.directory)
        strangerKeys = try await Self.enroll(.doctor, node)
        stranger = Self.doctor(strangerKeys, node, node.directory)
        patientProfile = try Self.profile(temporary.path("patient.profile"))
        patient = Patient(profile: patientProfile, session: node.session(), services: node.directory)
        folder = try await patient.openFolder(named: "heart", at: node.keyServiceID)
    }

    private static func profile(_ path: String) throws -> ProfileStore {
        try ProfileStore.create(
            Profile(kind: .patient, displayName: "patient"), at: path, passphrase: try Passphrase(.random(count: 16)),
            cost: try ScryptCost(exponent: 4, blockSize: 1, parallelism: 1))
    }

    static func folder(_ name: String, in temporary: TemporaryFolder) throws -> String {
        try FileSystem().makeFolder(temporary.path(name))
        return temporary.path(name)
    }

    /// A patient with a profile of its own, through other services or another way to the ledger.
    func patient(
        of services: ServiceDirectory? = nil, session: LedgerSession? = nil, profile name: String
    ) throws -> Patient {
        Patient(
            profile: try Self.profile(temporary.path(name)), session: session ?? node.session(),
            services: services ?? node.directory)
    }

    /// The hospital through another way to the ledger, with a spool of its own.
    func hospital(session: LedgerSession) throws -> Depositor {
        Depositor(
            identity: hospitalKeys.identity, signer: hospitalKeys.signer, session: session, services: node.directory,
            spool: DepositSpool(folder: try Self.folder("other-spool", in: temporary)))
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
        try await grant(folder, by: patient, threshold: threshold, opens: opens, scope: scope)
    }

    func grant(
        _ folder: FolderID, by patient: Patient, threshold: Int = 2, opens: UInt32 = 10,
        scope: ConsentScope = .wholeFolder, expectingUndelivered count: Int = 0
    ) async throws -> ConsentID {
        let now = clock.now()
        let grant = try await patient.grant(
            GrantTerms(
                folder: folder, grantee: granted.identity, scope: scope, purpose: .treatment, notBefore: now,
                notAfter: now.adding(milliseconds: 3_600_000), maximumOpens: opens, threshold: threshold,
                proxies: node.proxyIDs))
        #expect(grant.undelivered.count == count)
        return grant.consent
    }
}
