import Crypto
import Electrocardiogram
import EmbeddedNode
import Foundation
import LedgerReplica
import Octets
import ParasolClient
import ProxyService
import ServiceProtocols
import SharingContracts
import Umbral

/// The demonstration's steps, in order. Each throws where something that must hold does not.
struct DemoRun {
    let reporter: DemoReporter
    let folder: DemoFolder
    let recording: DemoRecording
    let proxyCount: Int
    let threshold: Int
    let liar = LiarSwitch()
    /// Files worth keeping, by what they are.
    var files: [String: String] = [:]

    /// Those who take part, once they are enrolled.
    struct Cast {
        let server: DemoServer
        /// Nobody to the ledger at first, then the folder's owner.
        var patient: Patient
        let patientProfile: ProfileStore
        let depositor: Depositor
        let doctorA: DemoDoctor
        let doctorB: DemoDoctor
        /// The auditor's way: for reading, and for asking services what they must refuse.
        let reader: DemoWay
        /// As the reader reaches them, in the order of their numbers.
        let proxies: [any Transforming]

        /// The operators' side, where an attack needs what lies on their disks.
        var node: EmbeddedNode { server.node }
    }

    /// What people and things are called in profiles and files, and must never be called on the ledger.
    enum Names {
        static let hospital = "Saint Ursula Hospital"
        static let doctorA = "Doctor Amrit Kaur"
        static let doctorB = "Doctor Bengt Lindqvist"
        static let auditor = "Auditor Ada Okafor"
        static let patient = "Beatriz Andrade"
        static let folder = "My heart"
        static let all = [hospital, doctorA, doctorB, auditor, patient, folder]
    }

    mutating func all() async throws {
        let server = try await found()
        do { try await story(at: server) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private mutating func story(at server: DemoServer) async throws {
        var cast = try await enrol(at: server)
        let folder = try await reporter.step(
            "folder", "The patient opens a folder; its key is the sum of the patient's share and the key service's"
        ) {
            let folder = try await cast.patient.openFolder(named: Names.folder, at: server.node.keyServiceID)
            return ("folder \(folder)", folder)
        }
        cast.patient = try await patient(of: folder, cast)
        let deposit = try await reporter.step(
            "deposit", "The hospital seals the recording to the folder, stores it and logs that"
        ) {
            let deposit = try await cast.depositor.deposit(recording.files, kind: recordKind, in: folder)
            return ("\(deposit.size) bytes of ciphertext at \(deposit.address.hexadecimal.prefix(16))...", deposit)
        }
        let consent = try await reporter.step(
            "grant", "The patient grants doctor A: consent, keys issued in halves, a fragment for each proxy"
        ) {
            let consent = try await grant(folder, to: cast.doctorA, cast)
            return ("consent \(consent), \(threshold) of \(proxyCount) proxies", consent)
        }
        let access = try await outsiders(deposit, consent, cast)
        try await unlogged(deposit.record, consent, access, cast)
        try await open(deposit.record, consent, cast)
        try await catchLiar(deposit.record, consent, cast)
        try await export(deposit.record, folder, cast)
        try await listAccesses(folder, cast)
        try await revoke(access, cast)
        try await erase(access, folder, cast)
        try await audit(deposit, access, cast)
    }

    private var recordKind: RecordKind { recording.files.recording.duration > 600 ? .ambulatoryECG : .restingECG }

    // MARK: Founding, enrolling, granting

    private func found() async throws -> DemoServer {
        try await reporter.step(
            "found", "A ledger is founded by as many organisations as proxies, with three witnesses, and all are served"
        ) {
            let lies = liar
            let lying: ProxyService.Reencryption = { fragment, capsule in try lies.reencrypt(fragment, capsule) }
            let configuration = EmbeddedNode.Configuration(folder: folder.path, proxyCount: proxyCount) { number in
                number == 0 ? lying : ProxyService.honest
            }
            let server = try await DemoServer(configuration)
            return (
                "\(server.network.trust.originName) at \(server.network.ledger); key service and \(proxyCount) "
                    + "proxies enrolled", server
            )
        }
    }

    private func enrol(at server: DemoServer) async throws -> Cast {
        try await reporter.step("enrol", "A hospital, two doctors and an auditor enrol; the patient does not need to") {
            let (one, other) = (try await server.member(1), try await server.member(proxyCount))
            let profiles = try folder.subfolder("profiles")
            let hospital = try await DemoPerson(
                .depositor, named: Names.hospital, one, server, at: profiles + "/hospital")
            let a = try await DemoPerson(.doctor, named: Names.doctorA, one, server, at: profiles + "/doctor-a")
            let b = try await DemoPerson(.doctor, named: Names.doctorB, other, server, at: profiles + "/doctor-b")
            let auditor = try await DemoPerson(
                .auditor, named: Names.auditor, other, server, at: profiles + "/auditor")
            let patientProfile = try DemoPerson.createProfile(
                Profile(kind: .patient, displayName: Names.patient), at: profiles + "/patient")
            let (reader, nobody) = (try await server.way(as: auditor.signer), try await server.way(as: nil))
            let sender = try await server.way(as: hospital.signer)
            let cast = Cast(
                server: server,
                patient: Patient(profile: patientProfile, session: nobody.session, services: nobody.services),
                patientProfile: patientProfile,
                depositor: Depositor(
                    identity: hospital.identity, signer: hospital.signer, session: sender.session,
                    services: sender.services, spool: DepositSpool(folder: try folder.subfolder("spool"))),
                doctorA: try await a.doctor(at: server), doctorB: try await b.doctor(at: server), reader: reader,
                proxies: try server.node.proxyIDs.map { try reader.services.proxy($0) })
            return ("their profiles are sealed under a passphrase", cast)
        }
    }

    /// The patient, whom the ledger knows by the folder from now on.
    private func patient(of folder: FolderID, _ cast: Cast) async throws -> Patient {
        guard let keys = await cast.patientProfile.profile.folder(folder)?.keys else {
            throw DemoReporter.Broken(description: "the patient's profile has no keys of the folder")
        }
        let signer = TransactionSigner(
            id: folder.signer, key: try ProfileKeys.signingKey(keys.signingKey),
            origin: cast.server.network.trust.originName)
        let way = try await cast.server.way(as: signer)
        return Patient(profile: cast.patientProfile, session: way.session, services: way.services)
    }

    /// Consents and issues keys; every proxy has its fragment afterwards.
    func grant(_ folder: FolderID, to doctor: DemoDoctor, _ cast: Cast) async throws -> ConsentID {
        let now = cast.node.clock.now()
        let grant = try await cast.patient.grant(
            GrantTerms(
                folder: folder, grantee: doctor.identity, scope: .wholeFolder, purpose: .treatment, notBefore: now,
                notAfter: now.adding(milliseconds: 7 * 86_400_000), maximumOpens: 20, threshold: threshold,
                proxies: cast.node.proxyIDs))
        try reporter.demand(grant.undelivered.isEmpty, "fragments not delivered: \(grant.undelivered)")
        return grant.consent
    }
}
