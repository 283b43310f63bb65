import EmbeddedNode
import Foundation
import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import parasol

/// What a patient's commands refuse, and what they leave to go on with.
@Suite struct PatientErrandTests {
    private func failure(_ body: () async throws -> Void) async -> PeopleFailure? {
        do {
            try await body()
            return nil
        } catch { return PeopleFailure(error) }
    }

    @Test func aProxyThatIsDownMakesAGrantUnfinishedAndResumeFinishesIt() async throws {
        let stage = try await PeopleStage()
        let (patient, folder) = try await stage.patient()
        let doctor = IdentityID(try await stage.person(.doctor, "doctor").signer().id)
        let whole = stage.node.directory
        let down = stage.node.proxyIDs[2]
        stage.connecting.replace(
            ServiceDirectory(
                keyServices: Array(whole.keyServices.values),
                proxies: whole.proxies.values.map { $0.identity == down ? UnreachableProxy(identity: down) : $0 },
                vault: whole.vault))
        let wish = GrantWish(grantee: doctor, until: .after(try .days(1)), opens: 1)
        let grant = try await patient.asPatient(folder) { try await $0.grant(wish, of: folder) }
        #expect(grant.isUnfinished && grant.undelivered.map(\.holder) == ["\(down)"])
        #expect(grant.threshold == 2 && grant.proxies.count == 3)
        #expect(grant.lines.last?.contains("parasol patient resume") == true)
        let still = try await patient.resumePatient()
        #expect(still.isUnfinished)
        stage.connecting.replace(whole)
        let finished = try await patient.resumePatient()
        #expect(!finished.isUnfinished && finished.folders.map(\.delivered) == [[grant.consent]])
        #expect(try await patient.resumePatient().lines == ["Nothing waits."])
    }

    @Test func aGrantWhoseReceiptWasLostIsGoneOnWith() async throws {
        let stage = try await PeopleStage()
        let (patient, folder) = try await stage.patient()
        let doctor = IdentityID(try await stage.person(.doctor, "doctor").signer().id)
        stage.connecting.loseAnswer(to: "ConsentGranted")
        let wish = GrantWish(grantee: doctor, until: .after(try .days(1)), opens: 1)
        let failed = await failure {
            _ = try await patient.asPatient(folder) { try await $0.grant(wish, of: folder) }
        }
        #expect(failed?.next?.contains("nothing is lost") == true)
        let resumed = try await patient.resumePatient()
        #expect(!resumed.isUnfinished && resumed.folders[0].issued.count == 1)
        #expect(try await stage.state { $0.consents(in: folder).count } == 1)
    }

    @Test func ofSeveralProxiesOfOneMemberTheFirstIsIndependent() throws {
        let scenario = try SharingScenario()
        let (one, other) = (scenario.members[0], scenario.members[1])
        let proxies = scenario.proxies
        #expect(PatientErrands.independent([(proxies[0], one), (proxies[1], other)]) == [proxies[0], proxies[1]])
        #expect(
            PatientErrands.independent([(proxies[2], one), (proxies[0], one), (proxies[1], other)])
                == [proxies[2], proxies[1]])
        #expect(PatientErrands.independent([]).isEmpty)
    }

    @Test func onlyAnActiveDoctorIsGranted() async throws {
        let stage = try await PeopleStage()
        let (patient, folder) = try await stage.patient()
        let hospital = IdentityID(try await stage.person(.depositor, "hospital").signer().id)
        let doctor = IdentityID(try await stage.person(.doctor, "doctor").signer().id)
        try await stage.node.members[0].retire(doctor)
        var generator = SystemRandomNumberGenerator()
        for (grantee, flaw) in [
            (hospital, "is a depositor of this ledger, and no doctor"), (doctor, "is retired or erased, by leaf"),
            (IdentityID.random(using: &generator), "the ledger knows no"),
        ] {
            let wish = GrantWish(grantee: grantee, until: .after(try .days(1)), opens: 1)
            let failed = await failure {
                _ = try await patient.asPatient(folder) { try await $0.grant(wish, of: folder) }
            }
            #expect(failed?.message.contains("\(grantee)") == true && failed?.message.contains(flaw) == true)
            #expect(failed?.next != nil)
        }
        #expect(try await stage.state { $0.consents(in: folder) } == [])
    }

    @Test func moreProxiesThanThereAreCannotTransform() async throws {
        let stage = try await PeopleStage()
        let (patient, folder) = try await stage.patient()
        let doctor = IdentityID(try await stage.person(.doctor, "doctor").signer().id)
        var wish = GrantWish(grantee: doctor, until: .after(try .days(1)), opens: 1, threshold: 4)
        let failed = await failure {
            _ = try await patient.asPatient(folder) { try await $0.grant(wish, of: folder) }
        }
        #expect(failed?.message == "4 of 3 proxies cannot transform")
        wish = GrantWish(grantee: doctor, until: .after(try .days(1)), opens: 1, proxies: [doctor])
        let unknown = await failure {
            _ = try await patient.asPatient(folder) { try await $0.grant(wish, of: folder) }
        }
        #expect(unknown?.message == "\(doctor) is a doctor of this ledger, and no proxy")
    }

    @Test func foldersAreFoundByNameAndDigits() async throws {
        let stage = try await PeopleStage()
        let (patient, folder) = try await stage.patient()
        #expect(try await patient.folder("heart") == folder)
        #expect(try await patient.folder(String("\(folder)".prefix(6))) == folder)
        #expect(await failure { _ = try await patient.folder("liver") }?.message == "no folder is \"liver\"")
        #expect(
            await failure { _ = try await patient.asPatient(nil) { try await $0.openFolder(named: "heart", at: nil) } }?
                .message == "there is a folder named \"heart\" already")
        _ = try await patient.asPatient(nil) { try await $0.openFolder(named: "lungs", at: nil) }
        #expect(await failure { _ = try await patient.folder(nil) }?.message.hasPrefix("more than one folder") == true)
        _ = try await patient.asPatient(folder) { try await $0.erase(folder, asking: stage.asking) }
        #expect(try await patient.folder(nil) == patient.folder("lungs"))
    }

    @Test func aConsentIsFoundInWhicheverFolderItIs() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted()
        _ = try await scene.patient.asPatient(nil) { try await $0.openFolder(named: "lungs", at: nil) }
        let found = try await scene.patient.findInFolders(
            "consent", try .of(scene.consent), folder: nil, list: { $0.consents(in: $1) }
        ) { _, folder, consent in [folder.signer.description, "\(consent)"] }
        #expect(found == ["\(scene.folder.signer)", "\(scene.consent)"])
        let elsewhere = await failure {
            _ = try await scene.patient.findInFolders(
                "consent", try .of(scene.consent), folder: "lungs", list: { $0.consents(in: $1) }
            ) { _, _, _ in }
        }
        #expect(elsewhere?.message == "no consent is \"\("\(scene.consent)".prefix(8))\"")
    }

    @Test func anExportIntoAFolderWithSomethingInItAsksNobody() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted()
        let taken = RecordOutput(folder: stage.temporary.path("recordings"), force: false)
        let failed = await failure {
            _ = try await scene.patient.asPatient(scene.folder) {
                try await $0.export(scene.record, in: scene.folder, to: taken)
            }
        }
        #expect(failed?.message.hasSuffix("nothing is replaced unasked") == true)
        #expect(failed?.next == "name another place, or add --force")
        #expect(try await stage.state { $0.requests(in: scene.folder) } == [])
    }

    @Test func aNetworkWithoutOneKeyServiceAsksWhich() async throws {
        let stage = try await PeopleStage()
        _ = try stage.new("p", .standard(.patient)).patient(named: "p", network: stage.networkFile)
        let url = try ServiceURL("https://k")
        let node = stage.node
        func failed(_ keyServices: [Network.Service]) async throws -> String? {
            let network = try Network(
                displayName: "n", witnessPolicy: node.trust.policyText, ledger: url, keyServices: keyServices,
                proxies: [], vault: url)
            let opened = try await stage.open("p", .patient)
            let other = OpenedProfile(
                home: opened.home, name: opened.name, store: opened.store, network: network,
                connecting: opened.connecting, clock: opened.clock)
            return await failure {
                _ = try await other.asPatient(nil) { try await $0.openFolder(named: "f", at: nil) }
            }?
            .message
        }
        #expect(try await failed([]) == "the network names no key service")
        let two = [
            Network.Service(identity: node.keyServiceID, url: url),
            Network.Service(identity: node.proxyIDs[0], url: url),
        ]
        #expect(try await failed(two)?.contains("--key-service") == true)
    }

    @Test func whatIsNotConfirmedDoesNotHappen() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted()
        stage.asking.answer(false)
        let revoked = await failure {
            _ = try await scene.patient.asPatient(scene.folder) {
                try await $0.revoke(scene.consent, asking: stage.asking)
            }
        }
        let erased = await failure {
            _ = try await scene.patient.asPatient(scene.folder) {
                try await $0.erase(scene.folder, asking: stage.asking)
            }
        }
        #expect(revoked?.message == "not confirmed; nothing was done" && erased == revoked)
        #expect(stage.asking.questions.count == 2 && stage.asking.questions[1].contains("\"heart\""))
        let (folder, consent) = (scene.folder, scene.consent)
        #expect(try await stage.state { $0.consent(consent)?.revoked == nil && $0.folder(folder)?.isErased == false })
        #expect(await scene.patient.store.profile.folder(folder)?.keys != nil)
    }

    @Test func whoWasSilentWhenAFolderWasErasedIsAskedAgain() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted()
        let whole = stage.node.directory
        stage.connecting.replace(
            ServiceDirectory(
                keyServices: Array(whole.keyServices.values),
                proxies: stage.node.proxyIDs.map { UnreachableProxy(identity: $0) }, vault: whole.vault))
        let folder = scene.folder
        let first = try await scene.patient.asPatient(folder) { try await $0.erase(folder, asking: stage.asking) }
        #expect(first.isUnfinished && first.silent.count == 3)
        stage.connecting.replace(whole)
        // By its name, although its keys are gone.
        let again = try await scene.patient.folder("heart")
        let second = try await scene.patient.asPatient(again) { try await $0.erase(again, asking: stage.asking) }
        #expect(!second.isUnfinished)
        #expect(stage.connecting.callers.last == .some(nil))
    }

    @Test func aFolderThatCouldNotBeOpenedLeavesItsNameFree() async throws {
        let stage = try await PeopleStage()
        _ = try stage.new("p", .standard(.patient)).patient(named: "p", network: stage.networkFile)
        let opened = try await stage.open("p", .patient)
        let whole = stage.node.directory
        stage.connecting.replace(ServiceDirectory(keyServices: [], proxies: [], vault: whole.vault))
        let failed = await failure {
            _ = try await opened.asPatient(nil) { try await $0.openFolder(named: "f", at: nil) }
        }
        #expect(failed?.message == "unknown: key service \(stage.node.keyServiceID)")
        #expect(await opened.store.profile.folders.isEmpty)
        stage.connecting.replace(whole)
        _ = try await opened.asPatient(nil) { try await $0.openFolder(named: "f", at: nil) }
        #expect(await opened.store.profile.folders.map(\.name) == ["f"])
    }

    @Test func aFolderWhoseReceiptWasLostIsFinishedAsNobody() async throws {
        for isSubmitted in [false, true] {
            let stage = try await PeopleStage()
            _ = try stage.new("p", .standard(.patient)).patient(named: "p", network: stage.networkFile)
            let opened = try await stage.open("p", .patient)
            if isSubmitted {
                stage.connecting.loseAnswer(to: "FolderOpened")
            } else {
                stage.connecting.loseSubmission(of: "FolderOpened")
            }
            let failed = await failure {
                _ = try await opened.asPatient(nil) { try await $0.openFolder(named: "f", at: nil) }
            }
            #expect(failed?.next?.contains("resume") == true)
            let folder = try await opened.folder("f")
            #expect(await opened.store.profile.pendingOpenings == [folder])
            #expect(try await !opened.resumePatient().isUnfinished)
            // First as nobody, whom the ledger need not know; then as the folder.
            #expect(stage.connecting.callers == [nil, nil, folder.signer])
            #expect(try await stage.state { $0.folder(folder) != nil })
        }
    }
}
