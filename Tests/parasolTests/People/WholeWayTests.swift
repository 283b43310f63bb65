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
import TransparencyLog

@testable import parasol

/// The whole of a record's way through the errands behind the commands, as Docs/people.md tells it.
@Suite struct WholeWayTests {
    @Test func aRecordGoesItsWholeWay() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted()
        let (patient, doctor, folder) = (scene.patient, scene.doctor, scene.folder)

        let consents = try await doctor.asDoctor { try await $0.consents() }
        #expect(consents.consents.map(\.consent) == ["\(scene.consent)"])
        #expect(consents.consents[0].status == "active" && consents.consents[0].keysIssued)
        let records = try await doctor.asDoctor { try await $0.records(under: nil) }
        #expect(records.records.map(\.recordID) == [scene.record])

        let place = stage.temporary.path("fetched")
        let fetch = try await doctor.asDoctor {
            try await $0.fetch(try .of(scene.record), under: nil, to: RecordOutput(folder: place, force: false))
        }
        try Self.expectSame(place, stage.temporary.path("recordings"))
        #expect(fetch.used.count == 2 && fetch.liars.isEmpty && fetch.header == place + "/100.hea")
        #expect(fetch.lines.contains { $0.contains("doctor plot") })

        let mine = stage.temporary.path("mine")
        _ = try await patient.findInFolders(
            "record", try .of(scene.record), folder: nil, list: { $0.records(in: $1) }
        ) { try await $0.export($2, in: $1, to: RecordOutput(folder: mine, force: false)) }
        try Self.expectSame(mine, stage.temporary.path("recordings"))

        let looked = try await patient.asPatient(folder) { try await $0.whoLooked(at: folder) }
        #expect(looked.accesses.map(\.who).contains("you"))
        #expect(looked.accesses.contains { $0.who.hasPrefix("doctor ") && $0.who.hasSuffix("Organisation 1") })
        #expect(looked.accesses.allSatisfy { $0.opened != nil && $0.exported != nil })
        let shown = try await patient.asPatient(folder) { try await $0.records(in: folder) }
        #expect(shown.records.map(\.openings) == [2])

        let revoked = try await patient.asPatient(folder) { try await $0.revoke(scene.consent, asking: stage.asking) }
        #expect(!revoked.isUnfinished)
        let grants = try await patient.asPatient(folder) { try await $0.grants(in: folder) }
        #expect(grants.grants.map(\.status) == ["revoked"] && grants.grants[0].destroyed == 3)
        await #expect(throws: ClientError.self) {
            try await doctor.asDoctor {
                try await $0.fetch(
                    try .of(scene.record), under: nil,
                    to: RecordOutput(folder: stage.temporary.path("again"), force: false))
            }
        }

        let erased = try await patient.asPatient(folder) { try await $0.erase(folder, asking: stage.asking) }
        #expect(!erased.isUnfinished)
        #expect(FoldersReport(await patient.store.profile).folders.allSatisfy { $0.erasedAt != nil })
        #expect(stage.connecting.openCount == 0)
    }

    /// Every file of one folder is in the other, byte for byte.
    private static func expectSame(_ one: String, _ other: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: one).sorted()
        #expect(try names == FileManager.default.contentsOfDirectory(atPath: other).sorted())
        for name in names {
            #expect(
                FileManager.default.contents(atPath: one + "/" + name)
                    == FileManager.default.contents(atPath: other + "/" + name))
        }
    }

    @Test func namesAndLabelsStayInTheProfile() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted()
        let label = "after the stairs"
        _ = try await scene.patient.asPatient(scene.folder) {
            try await $0.label(scene.record, in: scene.folder, as: label)
        }
        let shown = try await scene.patient.asPatient(scene.folder) { try await $0.records(in: scene.folder) }
        #expect(shown.records.map(\.label) == [label])
        let final = try stage.node.trust.verify(checkpoint: try await stage.node.ledger.checkpoint())
        var (leaves, count): ([UInt8], UInt64) = ([], 0)
        while count < final.checkpoint.size {
            let more = try await stage.node.ledger.entries(from: count, to: final.checkpoint.size)
            try #require(!more.isEmpty)
            leaves += more.flatMap { $0 }
            count += UInt64(more.count)
        }
        for name in ["Beatriz Andrade", "Amrit Kaur", "heart", label] {
            #expect(Data(leaves).range(of: Data(name.utf8)) == nil)
        }
    }

    @Test func everyFolderIsSpokenForOnAConnectionOfItsOwn() async throws {
        let stage = try await PeopleStage()
        let (patient, first) = try await stage.patient()
        // The folder is opened as nobody.
        #expect(stage.connecting.callers == [nil])
        _ = try await patient.asPatient(nil) { try await $0.openFolder(named: "lungs", at: nil) }
        let second = try await patient.folder("lungs")
        #expect(try await patient.folder("heart") == first && second != first)
        _ = try await patient.resumePatient()
        #expect(stage.connecting.callers == [nil, nil, first.signer, second.signer])
    }

    @Test func whatIsLeftOfOneFolderNeverGoesOverAnothersConnection() async throws {
        let stage = try await PeopleStage()
        let (patient, first) = try await stage.patient()
        _ = try await patient.asPatient(nil) { try await $0.openFolder(named: "lungs", at: nil) }
        let second = try await patient.folder("lungs")
        let doctor = IdentityID(try await stage.person(.doctor, "doctor").signer().id)
        let wish = GrantWish(grantee: doctor, until: .after(try .days(1)), opens: 1)
        stage.connecting.loseAnswer(to: "ConsentGranted")
        await #expect(throws: ClientError.self) {
            try await patient.asPatient(first) { try await $0.grant(wish, of: first) }
        }
        // The second folder's errands go on, and leave the first one's transaction alone.
        _ = try await patient.asPatient(second) { try await $0.grant(wish, of: second) }
        #expect(await patient.store.profile.outbox.count == 1)
        #expect(try await patient.resumePatient().pending == 0)
        for (caller, signers) in stage.connecting.carried {
            if caller == first.signer { #expect(!signers.contains(second.signer)) }
            if caller == second.signer { #expect(!signers.contains(first.signer)) }
        }
    }
}
