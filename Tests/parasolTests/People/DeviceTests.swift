import EmbeddedNode
import Foundation
import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import parasol

/// A patient's and a doctor's second device.
@Suite struct DeviceTests {
    private func failure(_ body: () async throws -> Void) async -> (any Error)? {
        do {
            try await body()
            return nil
        } catch { return error }
    }

    /// Carries the request to the old device and the answer back while the new one waits.
    private func pair(
        _ stage: PeopleStage, from old: OpenedProfile, to device: String, kind: ProfileKind,
        code change: (String) -> String = { $0 }, meanwhile: () -> Void = {}
    ) async throws -> DeviceJoinReport {
        let home = stage.temporary.path(device)
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let (request, answer) = (home + "/request", home + "/answer")
        try? FileManager.default.removeItem(atPath: answer)
        let joining = DeviceJoining(
            new: try stage.new(device, .standard(kind)), kind: kind, request: request, answer: answer,
            clock: stage.clock, connecting: stage.connecting)
        var code = ""
        return try await joining.run(network: stage.networkFile) { line in
            if line.hasPrefix("Code: ") { code = String(line.dropFirst(6)) }
        } waiting: {
            meanwhile()
            _ = try await old.addDevice(request: request, code: change(code), answer: answer)
        }
    }

    @Test func aSecondDeviceOfAPatientGrantsAndOpens() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted()
        let report = try await pair(stage, from: scene.patient, to: "phone", kind: .patient)
        #expect(report.isNew && report.folders == 1)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: stage.temporary.path("phone")).sorted()
                == ["answer", "network.json", "patient.profile", "patient.profile.lock"])

        let phone = try await stage.open("phone", .patient)
        let doctor = IdentityID(try await stage.person(.doctor, "second doctor").signer().id)
        let wish = GrantWish(grantee: doctor, until: .after(try .days(1)), opens: 1)
        let grant = try await phone.asPatient(scene.folder) { try await $0.grant(wish, of: scene.folder) }
        #expect(!grant.isUnfinished)
        let mine = stage.temporary.path("mine")
        let export = try await phone.asPatient(scene.folder) {
            try await $0.export(scene.record, in: scene.folder, to: RecordOutput(folder: mine, force: false))
        }
        #expect(FileManager.default.fileExists(atPath: export.header))
        // What one device did, the other reads on the ledger.
        let seen = try await scene.patient.asPatient(scene.folder) { try await $0.grants(in: scene.folder) }
        #expect(seen.grants.map(\.consent).contains(grant.consent))
    }

    @Test func joiningAgainBringsNewFolders() async throws {
        let stage = try await PeopleStage()
        let (old, _) = try await stage.patient()
        _ = try await pair(stage, from: old, to: "phone", kind: .patient)
        _ = try await old.asPatient(nil) { try await $0.openFolder(named: "lungs", at: nil) }
        let again = try await pair(stage, from: old, to: "phone", kind: .patient)
        #expect(!again.isNew && again.folders == 1 && again.erased == 0)
        let phone = try await stage.open("phone", .patient)
        #expect(await phone.store.profile.folders.map(\.name) == ["heart", "lungs"])
        let lungs = try await phone.folder("lungs")
        #expect(try await phone.asPatient(lungs) { try await $0.grants(in: lungs) }.grants.isEmpty)
    }

    @Test func aFolderErasedOnOneDeviceIsErasedOnTheOtherWhenItNextLooks() async throws {
        let stage = try await PeopleStage()
        let (old, folder) = try await stage.patient()
        _ = try await pair(stage, from: old, to: "phone", kind: .patient)
        _ = try await old.asPatient(folder) { try await $0.erase(folder, asking: stage.asking) }
        let phone = try await stage.open("phone", .patient)
        #expect(await phone.store.profile.folder(folder)?.keys != nil)
        _ = try await phone.asPatient(folder) { try await $0.grants(in: folder) }
        #expect(await phone.store.profile.folder(folder)?.keys == nil)
    }

    @Test func keysThatTheOtherDeviceIssuedLeaveNoHalvesBehind() async throws {
        let stage = try await PeopleStage()
        let (old, folder) = try await stage.patient()
        let doctor = IdentityID(try await stage.person(.doctor, "doctor").signer().id)
        _ = try await pair(stage, from: old, to: "phone", kind: .patient)
        let phone = try await stage.open("phone", .patient)
        // The phone makes halves and its submission is lost; meanwhile the old device issues.
        stage.connecting.loseSubmission(of: "KeysIssued")
        let wish = GrantWish(grantee: doctor, until: .after(try .days(1)), opens: 1)
        #expect(await failure { _ = try await phone.asPatient(folder) { try await $0.grant(wish, of: folder) } } != nil)
        #expect(await phone.store.profile.deliveries.count == 3)
        let consent = try await stage.state { $0.consents(in: folder)[0] }
        _ = try await old.asPatient(folder) { try await $0.patient.issueKeys(for: consent) }
        let resumed = try await phone.resumePatient()
        #expect(!resumed.isUnfinished)
        let left = await phone.store.profile
        #expect(left.deliveries.isEmpty && left.outbox.isEmpty)
    }

    @Test func aSecondDeviceOfADoctorGoesOnWithTheFirstOnesRequest() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted()
        let report = try await pair(stage, from: scene.doctor, to: "tablet", kind: .doctor)
        #expect(report.isNew)
        _ = try await scene.doctor.asDoctor { try await $0.doctor.request(scene.record, under: scene.consent) }
        let tablet = try await stage.open("tablet", .doctor)
        let requests = try await tablet.asDoctor { try await $0.requests() }
        #expect(requests.requests.count == 1)
        let place = stage.temporary.path("fetched")
        _ = try await tablet.asDoctor {
            try await $0.fetch(try .of(scene.record), under: nil, to: RecordOutput(folder: place, force: false))
        }
        #expect(FileManager.default.fileExists(atPath: place + "/100.hea"))
        #expect(try await stage.state { $0.requests(for: scene.record).count } == 1)
        #expect(try await scene.doctor.asDoctor { try await $0.requests() }.requests.isEmpty)
    }

    @Test func aRetiredIdentityIsOutOnAllOfItsDevices() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted()
        _ = try await pair(stage, from: scene.doctor, to: "tablet", kind: .doctor)
        try await stage.node.members[0].retire(IdentityID(try await scene.doctor.signer().id))
        let tablet = try await stage.open("tablet", .doctor)
        for device in [scene.doctor, tablet] {
            let place = stage.temporary.path("never")
            #expect(
                await failure {
                    _ = try await device.asDoctor {
                        try await $0.fetch(
                            try .of(scene.record), under: nil, to: RecordOutput(folder: place, force: false))
                    }
                } != nil)
        }
    }

    @Test func wrongCodesLateAnswersAndStaleFilesMakeNoProfile() async throws {
        let stage = try await PeopleStage()
        let (old, _) = try await stage.patient()
        let other = try await stage.patient("somebody else", folder: "another")
        let wrong = await failure {
            _ = try await pair(
                stage, from: old, to: "phone", kind: .patient,
                code: { _ in "020-C20-A1G-710-4GM-2RC-1M7-0Y4-0HV" })
        }
        #expect(wrong as? PairingError == .wrongCode)
        let mistyped = await failure {
            _ = try await pair(stage, from: old, to: "phone", kind: .patient, code: { String($0.dropLast()) })
        }
        #expect(mistyped as? PairingError == .code(.length(26)))
        let late = await failure {
            _ = try await pair(
                stage, from: old, to: "phone", kind: .patient,
                meanwhile: { stage.clock.advance(milliseconds: 600_001) })
        }
        guard case .expired = late as? PairingError else {
            Issue.record("\(String(describing: late))")
            return
        }
        // An answer that is there before anybody asked is an old one.
        let stale = DeviceJoining(
            new: try stage.new("phone", .standard(.patient)), kind: .patient, request: stage.temporary.path("request"),
            answer: stage.networkFile, clock: stage.clock, connecting: stage.connecting)
        let taken = await failure {
            _ = try await stale.run(network: stage.networkFile) { _ in
            } waiting: {
            }
        }
        #expect(taken as? PeopleError == .taken(path: stage.networkFile))
        #expect(PeopleFailure(PairingError.wrongCode).next?.contains("new device") == true)
        let phone = try stage.home("phone")
        #expect(!phone.holds(.standard(.patient)))
        #expect(!FileManager.default.fileExists(atPath: phone.path + "/request"))
        // Somebody else's folders are not mixed into a profile that is here.
        _ = try await pair(stage, from: old, to: "phone", kind: .patient)
        let mixed = await failure { _ = try await pair(stage, from: other.0, to: "phone", kind: .patient) }
        #expect(mixed as? PairingError == .otherIdentity)
    }
}
