import EmbeddedNode
import Foundation
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import parasol

/// A doctor asks, and the patient grants as asked or otherwise, declines, or lets it be.
@Suite struct ProposalErrandTests {
    private struct Scene {
        let stage: PeopleStage
        let patient, doctor: OpenedProfile
        let folder: FolderID
        let identity: IdentityID

        init() async throws {
            stage = try await PeopleStage()
            (patient, folder) = try await stage.patient()
            doctor = try await stage.person(.doctor, "doctor")
            identity = IdentityID(try await doctor.signer().id)
        }

        func wish(opens: UInt32 = 20) throws -> AskWish {
            AskWish(folder: folder, duration: try .days(30), opens: opens, answerWithin: try .days(7))
        }

        func ask(opens: UInt32 = 20) async throws -> TransactionID {
            let wish = try wish(opens: opens)
            let report = try await doctor.asDoctor { try await $0.ask(wish) }
            return try TransactionID(hexadecimal: report.proposal.proposal)
        }

        func grant(_ proposal: TransactionID, _ edits: GrantEdits = GrantEdits()) async throws -> GrantReport {
            try await patient.asPatient(folder) {
                try await $0.grant(answering: proposal, edits, asking: stage.asking)
            }
        }

        func doctorsView() async throws -> [ProposalRow] {
            try await doctor.asDoctor { try await $0.proposals() }.proposals
        }
    }

    private func failure(_ body: () async throws -> Void) async -> PeopleFailure? {
        do {
            try await body()
            return nil
        } catch { return PeopleFailure(error) }
    }

    @Test func whatIsAskedIsSeenGrantedAsAskedAndSeenAgain() async throws {
        let scene = try await Scene()
        let proposal = try await scene.ask()
        let seen = try await scene.patient.proposals(to: nil, all: false)
        let row = try #require(seen.proposals.first)
        #expect(seen.proposals.count == 1 && seen.hidden == 0)
        #expect(row.proposal == "\(proposal)" && row.doctor == "\(scene.identity)" && row.isOpen)
        #expect(row.organisation == "Organisation 1" && row.folderName == "heart" && row.records.isEmpty)
        #expect(row.purpose == "TREAT" && row.maximumOpens == 20 && row.durationMilliseconds == 30 * 86_400_000)
        let text = seen.lines.joined(separator: "\n")
        #expect(text.contains("patient grant --proposal") && text.contains("patient decline") && text.contains("30d"))

        let grant = try await scene.grant(proposal)
        #expect(!grant.isUnfinished && grant.proposal == "\(proposal)" && grant.doctor == "\(scene.identity)")
        let question = try #require(scene.stage.asking.questions.last)
        for word in ["\(scene.identity)", "Organisation 1", "the whole folder", "TREAT", "20 opens"] {
            #expect(question.contains(word), "\(question)")
        }
        let consent = try ConsentID(hexadecimal: grant.consent)
        let terms = try #require(try await scene.stage.state { $0.consent(consent)?.terms })
        #expect(terms.scope == .wholeFolder && terms.maximumOpens == 20 && terms.proposal == proposal)
        #expect(terms.notAfter.milliseconds - terms.notBefore.milliseconds == 30 * 86_400_000)
        let doctors = try await scene.doctorsView()
        #expect(doctors.map(\.status) == ["granted"] && doctors[0].consent == grant.consent)
        let after = try await scene.patient.proposals(to: "heart", all: false)
        #expect(after.proposals.isEmpty && after.hidden == 1)
        #expect(after.lines == ["Nobody waits for an answer.", "  1 more, answered or over: --all"])
        #expect(try await scene.patient.proposals(to: nil, all: true).proposals.map(\.status) == ["granted"])
    }

    @Test func whatThePatientSaysStandsInsteadOfWhatWasAsked() async throws {
        let scene = try await Scene()
        let hospital = try await scene.stage.person(.depositor, "hospital")
        let recording = try scene.stage.recording(in: scene.stage.temporary.path("recordings"))
        let deposit = try await hospital.asDepositor {
            try await $0.deposit(recording, kind: nil, in: scene.folder)
        }
        let record = try RecordID(hexadecimal: deposit.deposits[0].record)
        let proposal = try await scene.ask()
        let edits = GrantEdits(
            records: [try .of(record)], purpose: .research, until: .after(try .days(2)), opens: 3, threshold: 3)
        let grant = try await scene.grant(proposal, edits)
        #expect(grant.scope == "1 record" && grant.purpose == "HRESCH" && grant.opens == 3 && grant.threshold == 3)
        let consent = try ConsentID(hexadecimal: grant.consent)
        let terms = try #require(try await scene.stage.state { $0.consent(consent)?.terms })
        #expect(terms.scope == .records([record]) && terms.purpose == .research && terms.maximumOpens == 3)
        #expect(terms.notAfter.milliseconds - terms.notBefore.milliseconds == 2 * 86_400_000)
        #expect(terms.proposal == proposal)
        // And the doctor reads under it.
        let place = RecordOutput(folder: scene.stage.temporary.path("fetched"), force: false)
        let fetched = try await scene.doctor.asDoctor { try await $0.fetch(try .of(record), under: nil, to: place) }
        #expect(fetched.consent == grant.consent)
    }

    @Test func someRecordsAreAskedForAndMoreAreGranted() async throws {
        let scene = try await Scene()
        let hospital = try await scene.stage.person(.depositor, "hospital")
        let recording = try scene.stage.recording(in: scene.stage.temporary.path("recordings"))
        let deposit = try await hospital.asDepositor {
            try await $0.deposit(recording, kind: nil, in: scene.folder)
        }
        let record = try RecordID(hexadecimal: deposit.deposits[0].record)
        var wish = try scene.wish()
        wish.records = [try .of(record)]
        let asked = try await scene.doctor.asDoctor { [wish] in try await $0.ask(wish) }
        #expect(asked.proposal.records == ["\(record)"] && asked.proposal.scope == "1 record")
        let proposal = try TransactionID(hexadecimal: asked.proposal.proposal)
        // The patient sees which, and decides by that.
        _ = try await scene.patient.asPatient(scene.folder) {
            try await $0.label(record, in: scene.folder, as: "after the stairs")
        }
        let seen = try await scene.patient.proposals(to: nil, all: false)
        #expect(seen.lines.contains { $0.hasSuffix("is for \(record) \"after the stairs\"") })
        scene.stage.asking.answer(false)
        #expect(await failure { _ = try await scene.grant(proposal) } != nil)
        #expect(scene.stage.asking.questions.last?.contains("1 record (\(record))") == true)
        scene.stage.asking.answer(true)
        #expect(try await scene.grant(proposal, GrantEdits(isWholeFolder: true)).scope == "the whole folder")
        wish.records = [try #require(ShortIdentifier("00000000"))]
        let failed = await failure { [wish] in _ = try await scene.doctor.asDoctor { try await $0.ask(wish) } }
        #expect(failed?.message == "no record of this folder is \"00000000\"")
    }

    @Test func whatIsNotConfirmedIsNotGranted() async throws {
        let scene = try await Scene()
        let proposal = try await scene.ask()
        scene.stage.asking.answer(false)
        #expect(await failure { _ = try await scene.grant(proposal) }?.message == "not confirmed; nothing was done")
        #expect(try await scene.doctorsView().map(\.status) == ["open"])
    }

    @Test func whatIsDeclinedIsSeenAndNotGrantedAnyMore() async throws {
        let scene = try await Scene()
        let proposal = try await scene.ask()
        func decline() async throws -> DeclinedReport {
            try await scene.patient.findInFolders(
                "proposal", try .of(proposal), folder: nil, list: { $0.proposals(to: $1) }
            ) { try await $0.decline($2) }
        }
        #expect(try await decline().proposal == "\(proposal)")
        let size = try await scene.stage.state { $0.entryCount }
        // Once more changes nothing.
        _ = try await decline()
        #expect(try await scene.stage.state { $0.entryCount } == size)
        #expect(try await scene.doctorsView().map(\.status) == ["declined"])
        let failed = await failure { _ = try await scene.grant(proposal) }
        #expect(failed?.message == "proposal \(proposal) is declined, and can be answered no more")
        #expect(failed?.next == "grant of your own accord: parasol patient grant \(scene.identity) --for 30d")
        let wish = GrantWish(grantee: scene.identity, until: .after(try .days(1)), opens: 1)
        _ = try await scene.patient.asPatient(scene.folder) { try await $0.grant(wish, of: scene.folder) }
    }

    @Test func aLostReceiptIsNoSecondQuestion() async throws {
        let scene = try await Scene()
        let wish = try scene.wish()
        scene.stage.connecting.loseAnswer(to: "AccessProposed")
        let failed = await failure { _ = try await scene.doctor.asDoctor { try await $0.ask(wish) } }
        #expect(failed?.next?.contains("run the same command again") == true)
        let again = try await scene.doctor.asDoctor { try await $0.ask(wish) }
        #expect(again.isEarlier && again.lines[0].hasPrefix("Had asked already"))
        #expect(try await scene.doctorsView().count == 1)
        // Other terms are another question.
        _ = try await scene.ask(opens: 21)
        #expect(try await scene.doctorsView().count == 2)
    }

    @Test func aLostAnswerIsGivenOnce() async throws {
        let scene = try await Scene()
        let proposal = try await scene.ask()
        scene.stage.connecting.loseAnswer(to: "ConsentGranted")
        #expect(await failure { _ = try await scene.grant(proposal) } != nil)
        let resumed = try await scene.patient.resumePatient()
        #expect(!resumed.isUnfinished && resumed.folders[0].issued.count == 1)
        #expect(try await scene.doctorsView().map(\.status) == ["granted"])
        let failed = await failure { _ = try await scene.grant(proposal) }
        #expect(failed?.next?.contains("parasol patient grants") == true)
        #expect(try await scene.stage.state { $0.consents(in: scene.folder).count } == 1)
    }

    @Test func aDoctorWhoAsksTooOftenIsToldWhen() async throws {
        let scene = try await Scene()
        for opens in 1...UInt32(Limits.countedProposals) { _ = try await scene.ask(opens: opens) }
        let failed = await failure { _ = try await scene.ask(opens: 99) }
        #expect(failed?.message.contains("tooManyProposals") == true)
        #expect(failed?.next?.contains("wait until the patient grants one or one lapses") == true)
    }

    @Test func onALedgerWithoutTheRulesADoctorIsToldWhoCanChangeThat() {
        let refusal = ContractViolation(.notInForce, "AccessProposed needs consent 3, and consent 2 is in force")
        let failed = PeopleFailure(ClientError.ledger(.refused(refusal)))
        #expect(failed.message.contains("consent 2 is in force"))
        #expect(failed.next?.contains("parasol org activate consent 3 -o activation") == true)
    }

    @Test func whatLapsedIsOver() async throws {
        let scene = try await Scene()
        let proposal = try await scene.ask()
        scene.stage.clock.advance(milliseconds: 8 * 86_400_000)
        #expect(try await scene.patient.proposals(to: nil, all: false).proposals.isEmpty)
        let failed = await failure { _ = try await scene.grant(proposal) }
        #expect(failed?.message.contains("is lapsed") == true)
        let declined = await failure {
            _ = try await scene.patient.asPatient(scene.folder) { try await $0.decline(proposal) }
        }
        #expect(declined?.message.contains("proposalLapsed") == true && declined?.next?.contains("--all") == true)
    }

    @Test func aFolderThatIsNotThereIsNotAsked() async throws {
        let scene = try await Scene()
        var wish = try scene.wish()
        var generator = SystemRandomNumberGenerator()
        wish.folder = .random(using: &generator)
        let failed = await failure { [wish] in _ = try await scene.doctor.asDoctor { try await $0.ask(wish) } }
        #expect(failed?.message.contains("as an open folder of this ledger") == true)
    }

    @Test func everyFolderIsLookedIntoOnAConnectionOfItsOwn() async throws {
        let scene = try await Scene()
        _ = try await scene.patient.asPatient(nil) { try await $0.openFolder(named: "lungs", at: nil) }
        let lungs = try await scene.patient.folder("lungs")
        _ = try await scene.ask()
        let before = scene.stage.connecting.callers.count
        let seen = try await scene.patient.proposals(to: nil, all: false)
        #expect(seen.proposals.map(\.folderName) == ["heart"])
        #expect(scene.stage.connecting.callers.dropFirst(before) == [scene.folder.signer, lungs.signer])
        #expect(try await scene.patient.proposals(to: "lungs", all: true).proposals.isEmpty)
    }

    @Test func theReportsAreObjectsForPrograms() async throws {
        let scene = try await Scene()
        let proposal = try await scene.ask()
        let seen = try PeopleOutput.json(try await scene.patient.proposals(to: nil, all: false))
        let object = try JSONSerialization.jsonObject(with: Data(seen.utf8)) as? [String: Any]
        let row = try #require((object?["proposals"] as? [[String: Any]])?.first)
        #expect(row["proposal"] as? String == "\(proposal)" && row["status"] as? String == "open")
        #expect(row["organisation"] as? String == "Organisation 1" && row["consent"] == nil)
        #expect(row["durationMilliseconds"] as? Int == 30 * 86_400_000)
    }

    @Test(arguments: [(86_400_000, "1d"), (43_200_000, "12h"), (60_000, "1min"), (90_000, "90000 ms"), (1, "1 ms")])
    func lengthsOfTimeAreWrittenAsTheyAreRead(milliseconds: UInt64, text: String) {
        #expect(TimeSpan.text(milliseconds: milliseconds) == text)
        if let span = TimeSpan(text) { #expect(span.milliseconds == milliseconds) }
    }
}
