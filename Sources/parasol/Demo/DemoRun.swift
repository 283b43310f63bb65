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
        let depositor: Depositor
        let doctorA: Doctor
        let doctorB: Doctor
        /// What doctor A could do with one proxy too few.
        let doctorAWithTooFewProxies: Doctor
        let receivingKeyA: SecretKey
    }

    mutating func all() async throws {
        let node = try await found()
        let cast = try await enrol(at: node)
        let folder = try await reporter.step(
            "folder", "The patient opens a folder; neither half of its key opens anything alone", proves: ["P2", "P7"]
        ) {
            let folder = try await cast.patient.openFolder(named: "My heart", at: node.keyServiceID)
            return ("folder \(folder)", folder)
        }
        let deposit = try await reporter.step(
            "deposit", "The hospital seals the recording to the folder, stores it and logs that", proves: ["P1", "P7"]
        ) {
            let deposit = try await cast.depositor.deposit(recording.files, kind: recordKind, in: folder)
            return ("\(deposit.size) bytes of ciphertext at \(deposit.address.hexadecimal.prefix(16))...", deposit)
        }
        let consent = try await grant(folder, to: cast.doctorA, cast)
        try await outsiders(deposit, consent, cast)
        let opening = try await open(deposit.record, consent, cast)
        try await catchLiar(deposit.record, consent, cast)
        try await export(deposit.record, folder, cast)
        try await listAccesses(folder, cast)
        try await revoke(deposit.record, consent, cast)
        try await erase(deposit.record, folder, cast)
        try await audit(cast)
        _ = opening
    }

    private var recordKind: RecordKind { recording.files.recording.duration > 600 ? .ambulatoryECG : .restingECG }

    // MARK: Founding and enrolling

    private func found() async throws -> EmbeddedNode {
        try await reporter.step(
            "found", "A ledger is founded by \(proxyCount) organisations, with three witnesses", proves: ["P5"]
        ) {
            let lies = liar
            let lying: ProxyService.Reencryption = { fragment, capsule in try lies.reencrypt(fragment, capsule) }
            let configuration = EmbeddedNode.Configuration(folder: folder.path, proxyCount: proxyCount) { number in
                number == 0 ? lying : ProxyService.honest
            }
            let node = try await EmbeddedNode.found(configuration, clock: SystemClock())
            return ("\(node.trust.originName); key service and \(proxyCount) proxies enrolled", node)
        }
    }

    private func enrol(at node: EmbeddedNode) async throws -> Cast {
        try await reporter.step("enrol", "A hospital, two doctors and an auditor enrol; the patient does not need to") {
            let member = node.members[0]
            let profiles = try folder.subfolder("profiles")
            let hospital = try await DemoPerson(.depositor, member, node, profiles, "hospital")
            let a = try await DemoPerson(.doctor, member, node, profiles, "doctor-a")
            let b = try await DemoPerson(.doctor, node.members[1], node, profiles, "doctor-b")
            _ = try await DemoPerson(.auditor, node.members[1], node, profiles, "auditor")
            let patientProfile = try DemoPerson.createProfile(
                Profile(kind: .patient, displayName: "patient"), in: profiles, "patient")
            guard let keyA = a.receivingKey, let keyB = b.receivingKey else {
                throw DemoReporter.Broken(description: "a doctor without a receiving key")
            }
            let few = ServiceDirectory(
                keyServices: [], proxies: Array(node.proxies.dropFirst().prefix(threshold - 1)), vault: node.vault)
            let cast = Cast(
                node: node,
                patient: Patient(profile: patientProfile, session: node.session(), services: node.directory),
                depositor: Depositor(
                    identity: hospital.identity, signer: hospital.signer, session: node.session(),
                    services: node.directory),
                doctorA: a.doctor(keyA, node.session(), node.directory),
                doctorB: b.doctor(keyB, node.session(), node.directory),
                doctorAWithTooFewProxies: a.doctor(keyA, node.session(), few), receivingKeyA: keyA)
            return ("their profiles are sealed under a passphrase", cast)
        }
    }

    private func grant(_ folder: FolderID, to doctor: Doctor, _ cast: Cast) async throws -> ConsentID {
        try await reporter.step(
            "grant", "The patient grants doctor A: consent, keys issued in halves, a fragment for each proxy",
            proves: ["P2"]
        ) {
            let now = cast.node.clock.now()
            let grant = try await cast.patient.grant(
                GrantTerms(
                    folder: folder, grantee: doctor.identity, scope: .wholeFolder, purpose: .treatment,
                    notBefore: now, notAfter: now.adding(milliseconds: 7 * 86_400_000), maximumOpens: 20,
                    threshold: threshold, proxies: cast.node.proxyIDs))
            guard grant.undelivered.isEmpty else {
                throw DemoReporter.Broken(description: "fragments not delivered: \(grant.undelivered)")
            }
            return ("consent \(grant.consent), \(threshold) of \(proxyCount) proxies", grant.consent)
        }
    }
}
