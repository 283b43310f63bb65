import EmbeddedNode
import Foundation
import LedgerNode
import LedgerReplica
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import parasol

/// Every command of patients and doctors, where a ledger lets everybody read only what concerns them.
@Suite struct OwnTrailErrandTests {
    private func failure(_ body: () async throws -> Void) async -> PeopleFailure? {
        do {
            try await body()
            return nil
        } catch { return PeopleFailure(error) }
    }

    /// A stage whose ledger lets nobody read leaves but their own.
    private func stage(_ body: (PeopleStage) async throws -> Void) async throws {
        let stage = try await PeopleStage(proxies: 1)
        let index = try TrailIndex(
            path: stage.temporary.path("trails.sqlite"), ledger: stage.node.ledger, clock: stage.clock)
        stage.connecting.readTrails(in: index)
        try await body(stage)
        #expect(stage.connecting.leafReads == 0 && stage.connecting.openCount == 0)
        await index.close()
        await stage.node.close()
    }

    @Test func aRecordGoesItsWholeWay() async throws {
        try await stage { stage in
            let scene = try await stage.granted()
            let (patient, doctor, folder) = (scene.patient, scene.doctor, scene.folder)
            let consents = try await doctor.asDoctor { try await $0.consents() }.consents
            #expect(consents.map(\.status) == ["active"] && consents[0].keysIssued && consents[0].records == 1)
            #expect(
                try await doctor.asDoctor { try await $0.records(under: nil) }.records.map(\.recordID) == [scene.record]
            )
            let place = RecordOutput(folder: stage.temporary.path("fetched"), force: false)
            _ = try await doctor.asDoctor { try await $0.fetch(try .of(scene.record), under: nil, to: place) }
            #expect(try await doctor.asDoctor { try await $0.requests() }.requests.isEmpty)

            #expect(
                try await patient.asPatient(folder) { try await $0.records(in: folder) }.records.map(\.openings) == [1])
            let mine = RecordOutput(folder: stage.temporary.path("mine"), force: false)
            _ = try await patient.findInFolders(
                "record", try .of(scene.record), folder: nil, list: { $0.records(in: $1) }
            ) { try await $0.export($2, in: $1, to: mine) }
            let looked = try await patient.asPatient(folder) { try await $0.whoLooked(at: folder) }
            #expect(looked.accesses.map(\.who).contains("you"))
            #expect(looked.accesses.contains { $0.who.hasPrefix("doctor ") && $0.who.hasSuffix("Organisation 1") })
            #expect(looked.accesses.allSatisfy { $0.opened != nil && $0.exported != nil })
            #expect(looked.lines.last?.contains("That nothing was left out is the ledger's word") == true)
            #expect(try PeopleOutput.json(looked).contains("\"readBy\" : \"own-trail\""))

            let revoked = try await patient.findInFolders(
                "consent", try .of(scene.consent), folder: nil, list: { $0.consents(in: $1) }
            ) { errands, _, consent in try await errands.revoke(consent, asking: stage.asking) }
            #expect(!revoked.isUnfinished)
            #expect(
                try await patient.asPatient(folder) { try await $0.grants(in: folder) }.grants.map(\.status) == [
                    "revoked"
                ])
            #expect(try await doctor.asDoctor { try await $0.consents() }.consents.map(\.status) == ["revoked"])
            let again = await failure {
                _ = try await doctor.asDoctor {
                    try await $0.fetch(
                        try .of(scene.record), under: nil,
                        to: RecordOutput(folder: stage.temporary.path("again"), force: false))
                }
            }
            #expect(again?.message.contains("consentRevoked") == true)
            let kept = stage.temporary.path("patient/patient.trail")
            #expect(try FileManager.default.contentsOfDirectory(atPath: kept).count == 1)
            _ = try await patient.asPatient(folder) { try await $0.erase(folder, asking: stage.asking) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: kept).isEmpty)
        }
    }

    @Test func anotherPassphraseOpensTheProfileAndLeavesNothingUnderTheOldOne() async throws {
        try await stage { stage in
            let (patient, folder) = try await stage.patient()
            _ = try await patient.asPatient(folder) { try await $0.grants(in: folder) }
            let kept = stage.temporary.path("patient/patient.trail")
            let old = try FileManager.default.contentsOfDirectory(atPath: kept)
            #expect(old.count == 1)
            let new = try Passphrase(SecretOctets(copying: Array("battery staple".utf8)))
            let report = try await patient.changePassphrase(to: new, cost: .cheap)
            #expect(report.profile == stage.temporary.path("patient/patient.profile"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: kept).isEmpty)
            // The open profile goes on under its new keys, and what it keeps opens with them.
            _ = try await patient.asPatient(folder) { try await $0.grants(in: folder) }
            let again = try FileManager.default.contentsOfDirectory(atPath: kept)
            #expect(again.count == 1 && again != old)
            let copy = stage.temporary.path("copy.profile")
            try await patient.store.backUp(to: copy)
            #expect(throws: ProfileError.self) {
                try ProfileStore.open(copy, passphrase: try stage.asking.passphrase(""))
            }
            #expect(await (try ProfileStore.open(copy, passphrase: new)).profile.folders.map(\.id) == [folder])
        }
    }

    @Test func aDoctorAsksAndAPatientAnswers() async throws {
        try await stage { stage in
            let (patient, folder) = try await stage.patient()
            let doctor = try await stage.person(.doctor, "doctor")
            let wish = AskWish(folder: folder, duration: try .days(30), opens: 3, answerWithin: try .days(7))
            let asked = try await doctor.asDoctor { try await $0.ask(wish) }
            #expect(asked.proposal.status == "open" && asked.proposal.organisation == "Organisation 1")
            #expect(try await doctor.asDoctor { try await $0.ask(wish) }.isEarlier)
            let waiting = try await patient.proposals(to: nil, all: false).proposals
            #expect(waiting.map(\.proposal) == [asked.proposal.proposal] && waiting[0].organisation == "Organisation 1")
            let proposal = try TransactionID(hexadecimal: asked.proposal.proposal)
            let granted = try await patient.findInFolders(
                "proposal", try .of(proposal), folder: nil, list: { $0.proposals(to: $1) }
            ) { errands, _, proposal in
                try await errands.grant(answering: proposal, GrantEdits(), asking: stage.asking)
            }
            let mine = try await doctor.asDoctor { try await $0.proposals() }.proposals
            #expect(mine.map(\.status) == ["granted"] && mine.map(\.consent) == [granted.consent])
            var more = wish
            more.opens = 1
            let second = try await doctor.asDoctor { [more] in try await $0.ask(more) }
            _ = try await patient.asPatient(folder) {
                try await $0.decline(try TransactionID(hexadecimal: second.proposal.proposal))
            }
            #expect(
                try await doctor.asDoctor { try await $0.proposals() }.proposals.map(\.status) == [
                    "granted", "declined",
                ])
        }
    }

    @Test func whatWasInterruptedGoesOn() async throws {
        try await stage { stage in
            let (patient, folder) = try await stage.patient()
            let doctor = IdentityID(try await stage.person(.doctor, "doctor").signer().id)
            stage.connecting.loseSubmission(of: "KeysIssued")
            let failed = await failure {
                _ = try await patient.asPatient(folder) {
                    try await $0.grant(GrantWish(grantee: doctor, until: .after(try .days(1)), opens: 1), of: folder)
                }
            }
            #expect(failed?.message.contains("the submission was lost") == true)
            let resumed = try await patient.resumePatient()
            #expect(!resumed.isUnfinished && resumed.folders.flatMap(\.delivered).count == 1)
        }
    }

    @Test func theWholeLedgerIsReadWhereItIsWantedAndAllowed() async throws {
        let stage = try await PeopleStage(proxies: 1)
        let (opened, folder) = try await stage.patient()
        var patient = opened
        let index = try TrailIndex(
            path: stage.temporary.path("trails.sqlite"), ledger: stage.node.ledger, clock: stage.clock)
        stage.connecting.readTrails(in: index)
        patient.readsWholeLedger = true
        let refused = await failure { [patient] in
            _ = try await patient.asPatient(folder) { try await $0.whoLooked(at: folder) }
        }
        #expect(refused?.next == "this ledger lets you read only what concerns you: leave out --whole-ledger")
        stage.connecting.readTrails(in: nil)
        let looked = try await patient.asPatient(folder) { try await $0.whoLooked(at: folder) }
        #expect(looked.lines == ["Nobody asked."])
        #expect(try PeopleOutput.json(looked).contains("\"readBy\" : \"whole-ledger\""))
        await index.close()
        await stage.node.close()
    }
}
