import Crypto
import DurableFiles
import Electrocardiogram
import Foundation
import LedgerReplica
import NodeHost
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import Umbral

/// A cluster of `Scripts/cluster`, with people of our own on it: a patient with records, a hospital, and doctors who may open it.
///
/// Every doctor has connections and a copy of the ledger's state of their own, as on a machine of their own.
struct WireDeployment {
    /// Somebody with keys and a way to the services.
    struct Person {
        let identity: IdentityID
        let signer: TransactionSigner
        let session: LedgerSession
        let services: ServiceDirectory
        let close: @Sendable () async -> Void
    }

    struct Grantee {
        let person: Person
        let doctor: Doctor
        let consent: ConsentID
    }

    /// The one that is opened over and over.
    var record: RecordID { records[0] }
    let network: Network
    let hospital: Person
    let doctors: [Grantee]
    let folderKey: PublicKey
    /// All alike.
    let records: [RecordID]
    let files: WFDBFiles
    private let temporary: TemporaryFolder
    private let patient: ServiceConnection
    private let chart: FolderID
    private let member: ServiceConnection

    /// - Parameters:
    ///   - folder: That of the cluster, whose first member organisation vouches for the people.
    ///   - doctorCount: Each is granted the records by every proxy, at a threshold of `threshold`.
    init(folder: String, doctorCount: Int, threshold: Int, recordCount: Int) async throws {
        let network = try Network(
            json: FileSystem().readAll(folder + "/network.json", atMost: NetworkLimits.fileByteCount))
        self.network = network
        temporary = try TemporaryFolder()
        let organisation = try await Self.organisation(folder, network)
        member = organisation.connection
        hospital = try await Self.person(.depositor, network, organisation.agent).person
        let store = try ProfileStore.create(
            Profile(kind: .patient, displayName: "patient"), at: temporary.path("patient.profile"),
            passphrase: try Passphrase(.random(count: 16)))
        let chart = try await Self.openFolder(of: store, network)
        self.chart = chart
        patient = try await HTTPConnecting().connect(
            to: network, as: try await Self.signer(of: chart, in: store, network))
        let agent = Patient(
            profile: store, session: Self.session(patient, network), services: patient.services, folder: chart)
        let key = try await hospital.session.read { (state) throws(ClientError) in state.folder(chart)?.delegatingKey }
        guard let key else { throw WrongResult(description: "the folder is not on the ledger") }
        folderKey = key
        let recording = try ECGRecording.synthesized(named: "heart", frameCount: 5_000)
        files = try WFDBFiles(headerFile: "heart.hea", available: try WFDBWriter.files(of: recording))
        try FileSystem().makeFolder(temporary.path("spool"))
        let depositor = Depositor(
            identity: hospital.identity, signer: hospital.signer, session: hospital.session,
            services: hospital.services, spool: DepositSpool(folder: temporary.path("spool")))
        var records: [RecordID] = []
        for _ in 0..<recordCount {
            records.append(try await depositor.deposit(files, kind: .restingECG, in: chart).record)
        }
        self.records = records
        var doctors: [Grantee] = []
        for _ in 0..<doctorCount {
            doctors.append(
                try await Self.grantee(
                    of: agent, chart: chart, network: network, member: organisation.agent, threshold: threshold))
        }
        self.doctors = doctors
    }

    func close() async {
        for doctor in doctors { await doctor.person.close() }
        for close in [hospital.close, patient.close, member.close] { await close() }
    }

    /// Of the folder, as the patient reads it.
    func firstPageOfTrail() async throws -> TrailPage {
        guard let page = try await patient.trails?.trail(of: chart.signer, from: nil) else {
            throw WrongResult(description: "the ledger has no trail of the folder")
        }
        return page
    }

    // MARK: People

    private static func session(_ connection: ServiceConnection, _ network: Network) -> LedgerSession {
        LedgerSession(ledger: connection.ledger, trust: network.trust, heads: NoHeadStore(), clock: SystemClock())
    }

    /// Opens a folder as somebody whom the ledger does not know yet.
    private static func openFolder(of store: ProfileStore, _ network: Network) async throws -> FolderID {
        guard let keyService = network.keyServices.first?.identity else {
            throw WrongResult(description: "the network has no key service")
        }
        let connection = try await HTTPConnecting().connect(to: network, as: nil)
        let folder = try await Patient(
            profile: store, session: session(connection, network), services: connection.services
        ).openFolder(named: "heart", at: keyService)
        await connection.close()
        return folder
    }

    private static func signer(
        of folder: FolderID, in store: ProfileStore, _ network: Network
    ) async throws -> TransactionSigner {
        guard let keys = await store.profile.folder(folder)?.keys else {
            throw WrongResult(description: "the folder's keys are not in the profile")
        }
        return TransactionSigner(
            id: folder.signer, key: try ProfileKeys.signingKey(keys.signingKey), origin: network.trust.originName)
    }

    private static func organisation(
        _ folder: String, _ network: Network
    ) async throws -> (agent: MemberAgent, connection: ServiceConnection) {
        let files = FileSystem()
        var passphrase = try files.readAll(folder + "/passphrase", atMost: 1_024)
        while passphrase.last == UInt8(ascii: "\n") { passphrase.removeLast() }
        let profile = try await ProfileStore.open(
            folder + "/members/1/member.profile", passphrase: try Passphrase(consuming: &passphrase)
        ).profile
        guard let id = profile.signer, let key = profile.signingKey else {
            throw WrongResult(description: "the member's profile has no key")
        }
        let signer = TransactionSigner(
            id: id, key: try ProfileKeys.signingKey(key), origin: network.trust.originName)
        let connection = try await HTTPConnecting().connect(to: network, as: signer)
        return (
            MemberAgent(id: MemberID(id), signer: signer, session: session(connection, network)), connection
        )
    }

    private static func person(
        _ role: Role, _ network: Network, _ member: MemberAgent
    ) async throws -> (person: Person, receivingKey: SecretKey) {
        var generator = SystemRandomNumberGenerator()
        let identity = IdentityID.random(using: &generator)
        let signer = TransactionSigner(
            id: identity.signer, key: P256.Signing.PrivateKey(), origin: network.trust.originName)
        let receiving = SecretKey.random()
        try await member.enroll(
            EnrollmentRequest(
                IdentityEnrolled(
                    identity: identity, member: member.id, role: role, signingKey: signer.signingKey,
                    receivingKey: role == .doctor ? receiving.publicKey : nil), signer: signer))
        let connection = try await HTTPConnecting().connect(to: network, as: signer)
        let person = Person(
            identity: identity, signer: signer, session: session(connection, network), services: connection.services,
            close: connection.close)
        return (person, receiving)
    }

    private static func grantee(
        of patient: Patient, chart: FolderID, network: Network, member: MemberAgent, threshold: Int
    ) async throws -> Grantee {
        let (person, receiving) = try await person(.doctor, network, member)
        let now = SystemClock().now()
        let grant = try await patient.grant(
            GrantTerms(
                folder: chart, grantee: person.identity, scope: .wholeFolder, purpose: .treatment, notBefore: now,
                notAfter: now.adding(milliseconds: 86_400_000), maximumOpens: 1_000_000, threshold: threshold,
                proxies: network.proxies.map(\.identity)))
        try expect(grant.undelivered.isEmpty, "proxies did not take their fragments: \(grant.undelivered)")
        let doctor = Doctor(
            identity: person.identity, signer: person.signer, receivingKey: receiving, session: person.session,
            services: person.services)
        return Grantee(person: person, doctor: doctor, consent: grant.consent)
    }
}
