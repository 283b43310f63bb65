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
        let node: EmbeddedNode
        let patient: Patient
        let patientProfile: ProfileStore
        let depositor: Depositor
        let doctorA: DemoDoctor
        let doctorB: DemoDoctor
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
        let node = try await found()
        let cast = try await enrol(at: node)
        let folder = try await reporter.step(
            "folder", "The patient opens a folder; its key is the sum of the patient's share and the key service's"
        ) {
            let folder = try await cast.patient.openFolder(named: Names.folder, at: node.keyServiceID)
            return ("folder \(folder)", folder)
        }
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

    private func found() async throws -> EmbeddedNode {
        try await reporter.step(
            "found", "A ledger is founded by as many organisations as proxies, with three witnesses"
        ) {
            let lies = liar
            let lying: ProxyService.Reencryption = { fragment, capsule in try lies.reencrypt(fragment, capsule) }
            let configuration = EmbeddedNode.Configuration(folder: folder.path, proxyCount: proxyCount) { number in
                number == 0 ? lying : ProxyService.honest
            }
            let node = try await EmbeddedNode.open(configuration, clock: SystemClock())
            return ("\(node.trust.originName); key service and \(proxyCount) proxies enrolled", node)
        }
    }

    private func enrol(at node: EmbeddedNode) async throws -> Cast {
        try await reporter.step("enrol", "A hospital, two doctors and an auditor enrol; the patient does not need to") {
            guard let one = node.members.first, let other = node.members.last else {
                throw DemoReporter.Broken(description: "a ledger without members")
            }
            let profiles = try folder.subfolder("profiles")
            let hospital = try await DemoPerson(
                .depositor, named: Names.hospital, one, node, at: profiles + "/hospital")
            let a = try await DemoPerson(.doctor, named: Names.doctorA, one, node, at: profiles + "/doctor-a")
            let b = try await DemoPerson(.doctor, named: Names.doctorB, other, node, at: profiles + "/doctor-b")
            _ = try await DemoPerson(.auditor, named: Names.auditor, other, node, at: profiles + "/auditor")
            let patientProfile = try DemoPerson.createProfile(
                Profile(kind: .patient, displayName: Names.patient), at: profiles + "/patient")
            let cast = Cast(
                node: node,
                patient: Patient(profile: patientProfile, session: node.session(), services: node.directory),
                patientProfile: patientProfile,
                depositor: Depositor(
                    identity: hospital.identity, signer: hospital.signer, session: node.session(),
                    services: node.directory, spool: DepositSpool(folder: try folder.subfolder("spool"))),
                doctorA: try a.doctor(at: node), doctorB: try b.doctor(at: node))
            return ("their profiles are sealed under a passphrase", cast)
        }
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
