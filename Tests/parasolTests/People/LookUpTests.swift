import ArgumentParser
import Crypto
import EmbeddedNode
import Foundation
import LedgerNode
import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import Umbral

@testable import parasol

/// Others' keys, looked up with proof: nobody can put another in their place, and nobody has to execute the ledger for them.
@Suite struct LookUpTests {
    /// Answers about everybody what somebody once recorded.
    private struct Replayed: LedgerDirectory {
        let answers: [SignerID: DirectoryEntry]
        func entry(of signer: SignerID) async throws(LedgerError) -> DirectoryEntry? { answers[signer] }
    }

    /// Changes some answers.
    private struct Lying: LedgerDirectory {
        let honest: any LedgerDirectory
        let lies: [SignerID: DirectoryEntry]
        func entry(of signer: SignerID) async throws(LedgerError) -> DirectoryEntry? {
            if let lie = lies[signer] { return lie }
            return try await honest.entry(of: signer)
        }
    }

    private static func directory(_ stage: PeopleStage) -> StateLedgerDirectory {
        let ledger = stage.node.ledger
        return StateLedgerDirectory(ledger) { id in try await ledger.read { try $0.history(of: id) } }
    }

    private static func entry(_ stage: PeopleStage, _ id: SignerID) async throws -> DirectoryEntry {
        try #require(try await directory(stage).entry(of: id))
    }

    private static func wish(_ doctor: IdentityID) throws -> GrantWish {
        GrantWish(grantee: doctor, until: .after(try .days(1)), opens: 1)
    }

    /// Why a grant was refused, if it was for somebody's key.
    private static func refusal(_ body: () async throws -> Void) async -> DirectoryError? {
        do { try await body() } catch ClientError.directory(let error) { return error } catch {}
        return nil
    }

    @Test func depositAndGrantExecuteNothing() async throws {
        let stage = try await PeopleStage()
        let (patient, folder) = try await stage.patient()
        let hospital = try await stage.person(.depositor, "hospital")
        let doctor = IdentityID(try await stage.person(.doctor, "doctor").signer().id)
        let recording = try stage.recording(in: stage.temporary.path("recordings"))
        let before = stage.connecting.leafReads
        let deposit = try await hospital.asDepositor { try await $0.deposit(recording, kind: nil, in: folder) }
        var wish = try Self.wish(doctor)
        wish.records = [try .of(try RecordID(hexadecimal: deposit.deposits[0].record), digits: 32)]
        let grant = try await patient.asPatient(folder) { [wish] in try await $0.grant(wish, of: folder) }
        #expect(grant.undelivered.isEmpty)
        #expect(stage.connecting.leafReads == before)
        // Without anybody to ask, the same is done by executing.
        stage.connecting.lookUp(in: nil)
        _ = try await patient.asPatient(folder) { [wish] in try await $0.grant(wish, of: folder) }
        #expect(stage.connecting.leafReads > before)
        #expect(try await stage.state { $0.allConsents.count { $0.keys != nil } } == 2)
    }

    @Test func aRecordOfAnotherFolderIsTheLedgersToRefuse() async throws {
        let stage = try await PeopleStage()
        let granted = try await stage.granted()
        let (other, folder) = try await stage.patient("other", folder: "mine")
        var wish = try Self.wish(IdentityID(try await granted.doctor.signer().id))
        wish.records = [try .of(granted.record, digits: 32)]
        await #expect {
            _ = try await other.asPatient(folder) { [wish] in try await $0.grant(wish, of: folder) }
        } throws: {
            if case ClientError.ledger(.refused) = $0 { true } else { false }
        }
    }

    @Test func noDirectoryCanPutAnotherKeyInTheDoctorsPlace() async throws {
        let stage = try await PeopleStage()
        let (patient, folder) = try await stage.patient()
        let doctor = IdentityID(try await stage.person(.doctor, "doctor").signer().id)
        let liar = try await stage.person(.doctor, "liar").signer().id
        let honest = Self.directory(stage)
        let own = try await Self.entry(stage, doctor.signer)
        // The same identifier, with a key of the liar's, on a ledger of the liar's own.
        let foreign = try await PeopleStage()
        let signer = TransactionSigner(
            id: doctor.signer, key: P256.Signing.PrivateKey(), origin: foreign.node.trust.originName)
        try await foreign.node.members[0].enroll(
            EnrollmentRequest(
                IdentityEnrolled(
                    identity: doctor, member: foreign.node.members[0].id, role: .doctor, signingKey: signer.signingKey,
                    receivingKey: SecretKey.random().publicKey), signer: signer))
        var altered = own.began.entry
        altered[altered.count / 2] ^= 1
        let lies: [(String, DirectoryEntry)] = [
            ("another's proof", try await Self.entry(stage, liar)),
            ("another ledger's proof", try await Self.entry(foreign, doctor.signer)),
            (
                "another leaf under the proof",
                DirectoryEntry(
                    began: Receipt(entry: altered, proof: own.began.proof), ended: nil, checkpoint: own.checkpoint)
            ),
        ]
        for (what, lie) in lies {
            stage.connecting.lookUp(in: Lying(honest: honest, lies: [doctor.signer: lie]))
            let refusal = await Self.refusal {
                _ = try await patient.asPatient(folder) { try await $0.grant(try Self.wish(doctor), of: folder) }
            }
            switch refusal {
            case .otherSubject, .receipt, .checkpoint: break
            default: Issue.record("\(what): \(String(describing: refusal))")
            }
        }
        #expect(try await stage.state { $0.consents(in: folder) } == [])
    }

    @Test func noDirectoryCanPutAnotherKeyInTheFoldersPlace() async throws {
        let stage = try await PeopleStage()
        let (_, folder) = try await stage.patient()
        let (_, other) = try await stage.patient("liar", folder: "liar")
        let hospital = try await stage.person(.depositor, "hospital")
        let recording = try stage.recording(in: stage.temporary.path("recordings"))
        let lie = try await Self.entry(stage, other.signer)
        stage.connecting.lookUp(in: Lying(honest: Self.directory(stage), lies: [folder.signer: lie]))
        let refusal = await Self.refusal {
            _ = try await hospital.asDepositor { try await $0.deposit(recording, kind: nil, in: folder) }
        }
        #expect(refusal == .otherSubject(folder.signer, leaf: refusal?.leaf ?? 0, says: "FolderOpened"))
        #expect(try await stage.state { $0.records(in: folder) } == [])
    }

    @Test func anOldAnswerAboutADoctorWhoIsRetiredSinceIsRefused() async throws {
        let stage = try await PeopleStage()
        let (patient, folder) = try await stage.patient()
        let doctor = IdentityID(try await stage.person(.doctor, "doctor").signer().id)
        let ids = [folder.signer, doctor.signer] + stage.node.proxyIDs.map(\.signer)
        var answers: [SignerID: DirectoryEntry] = [:]
        for id in ids { answers[id] = try await Self.entry(stage, id) }
        try await stage.node.members[0].retire(doctor)
        let wish = try Self.wish(doctor)
        func refusal() async -> DirectoryError? {
            await Self.refusal { _ = try await patient.asPatient(folder) { try await $0.grant(wish, of: folder) } }
        }
        guard case .ended(doctor.signer, _)? = await refusal() else {
            Issue.record("a retired doctor was found active")
            return
        }
        // Fresh enough to be believed: then the witnesses do not let the consent pass.
        stage.connecting.lookUp(in: Replayed(answers: answers))
        await #expect {
            _ = try await patient.asPatient(folder) { try await $0.grant(wish, of: folder) }
        } throws: {
            if case ClientError.ledger(.refused(let violation)) = $0 {
                violation.code == .identityRetired
            } else {
                false
            }
        }
        stage.clock.advance(milliseconds: LedgerSession.maximumLookUpAgeMilliseconds + 1000)
        guard case .stale? = await refusal() else {
            Issue.record("an old answer was believed")
            return
        }
        #expect(try await stage.state { $0.consents(in: folder) } == [])
    }

    @Test func whatIsPrintedIsWhatTheLedgerSays() async throws {
        let stage = try await PeopleStage()
        let granted = try await stage.granted()
        let doctor = try await granted.doctor.signer()
        let report = try await granted.patient.asPatient(granted.folder) {
            try await $0.session.report(on: doctor.id)
        }
        let known = try #require(try await stage.state { $0.identity(IdentityID(doctor.id)) })
        #expect(report.kind == "doctor" && report.status == .active && report.isProved)
        #expect(report.signingKey == "\(known.signingKey)" && report.since.leaf == known.enrolled.index)
        #expect(report.receivingKey == known.receivingKey.map { "\($0)" })
        #expect(report.member == "\(stage.node.members[0].id)" && report.organisation?.isEmpty == false)

        let folder = try await granted.patient.asPatient(granted.folder) {
            try await $0.session.report(on: granted.folder.signer)
        }
        let opened = try #require(try await stage.state { $0.folder(granted.folder) })
        #expect(folder.kind == "folder" && folder.member == nil && folder.delegatingKey == "\(opened.delegatingKey)")

        let proxy = try await granted.patient.asPatient(granted.folder) {
            try await $0.session.report(on: stage.node.proxyIDs[0].signer)
        }
        #expect(proxy.sealingKey?.utf8.count == 2 * SealingKey.serializedByteCount)
        #expect(!proxy.lines.contains { $0.utf8.count > 120 })

        try await stage.node.members[0].retire(IdentityID(doctor.id))
        let retired = try await granted.patient.asPatient(granted.folder) {
            try await $0.session.report(on: doctor.id)
        }
        #expect(retired.status == .retired && retired.ended != nil)
        let object = try JSONSerialization.jsonObject(with: Data(try PeopleOutput.json(retired).utf8))
        #expect(((object as? [String: Any])?["ended"] as? [String: Any])?["leaf"] is NSNumber)

        stage.connecting.lookUp(in: nil)
        await #expect(throws: PeopleError.noService(what: "nobody can be looked up over this connection")) {
            _ = try await granted.patient.asPatient(granted.folder) { try await $0.session.report(on: doctor.id) }
        }
    }

    @Test func everyGroupLooksUpWithAWholeIdentifier() throws {
        let id = String(repeating: "ab", count: 16)
        #expect("\(try LookUp<LookingDoctor>.parse([id]).wanted.id)" == id)
        #expect("\(try PatientLookUp.parse([id, "--folder", "heart"]).wanted.id)" == id)
        #expect(throws: (any Error).self) { try LookUp<LookingMember>.parse(["abcdef"]) }
        let commands: [any ParsableCommand.Type] = [DoctorCommand.self, DepositCommand.self, OrganisationCommand.self]
        for command in commands {
            #expect(command.configuration.subcommands.contains { $0.configuration.commandName == "lookup" })
        }
    }
}

extension DirectoryError {
    fileprivate var leaf: UInt64? {
        if case .otherSubject(_, let leaf, _) = self { leaf } else { nil }
    }
}
