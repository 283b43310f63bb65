import ArgumentParser
import EmbeddedNode
import Foundation
import LedgerNode
import LedgerReplica
import ParasolClient
import Registrar
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import parasol

/// From an invitation to somebody whom the ledger knows, by the commands' own code.
@Suite struct InvitationTests {
    /// The registrar of the stage's first member, reached without a network.
    private struct Local: RegistrarConnecting {
        let reached: any Registering

        func registrar(
            at url: ServiceURL, of member: MemberID, in network: Network, as caller: TransactionSigner?
        ) async throws(ClientError) -> RegistrarConnection {
            guard member == reached.member else { throw .connection("another member's") }
            return RegistrarConnection(reached)
        }
    }

    private struct Desk {
        let stage: PeopleStage
        let registrar: Registrar
        let url: ServiceURL

        init() async throws {
            stage = try await PeopleStage()
            let folder = RoleFolder(.registrar, at: stage.temporary.path("node/member-1"))
            registrar = try Registrar(
                signer: try folder.transactionSigner(origin: stage.node.trust.originName),
                databasePath: folder.file("registrar.sqlite"), ledger: stage.node.ledger, trust: stage.node.trust,
                clock: stage.clock)
            url = try ServiceURL("https://localhost:1/registrar")
        }

        func invite(_ role: Role) async throws -> InvitationCode {
            let terms = try InvitationTerms(role: role, lifetimeMilliseconds: 60_000, note: "Ada")
            return try await registrar.invite(terms).code
        }

        func made(
            _ person: String, _ role: Role, _ code: InvitationCode, by connecting: any RegistrarConnecting
        ) async throws -> InvitedProfileReport {
            let kind: ProfileKind = role == .doctor ? .doctor : .depositor
            let new = try stage.new(person, .standard(kind))
            let (member, network) = (registrar.member, stage.networkFile)
            return try await new.made(
                invited: Invited(code: code, registrar: url), kind, connecting: connecting
            ) { try $0.identity(role, named: "Ada", member: member, network: network) }
        }
    }

    @Test(arguments: [Role.doctor, .depositor]) func whoeverIsInvitedIsEnrolledAtOnce(_ role: Role) async throws {
        let desk = try await Desk()
        let report = try await desk.made("ada", role, try await desk.invite(role), by: Local(reached: desk.registrar))
        #expect(report.enrolled == true && !report.isUnfinished)
        let identity = try IdentityID(hexadecimal: try #require(report.made.identity))
        let known = try await desk.stage.state { $0.identity(identity) }
        #expect(known?.role == role && known?.member == desk.registrar.member)
        let object = try JSONSerialization.jsonObject(with: Data(try PeopleOutput.json(report).utf8)) as? [String: Any]
        #expect(object?["enrolled"] as? Bool == true && object?["identity"] as? String == "\(identity)")
    }

    @Test func anEnrolmentThatFailedGoesOnWithTheSameProfile() async throws {
        struct Cut: RegistrarConnecting {
            func registrar(
                at url: ServiceURL, of member: MemberID, in network: Network, as caller: TransactionSigner?
            ) async throws(ClientError) -> RegistrarConnection { throw .connection("cut") }
        }
        let desk = try await Desk()
        let code = try await desk.invite(.doctor)
        let report = try await desk.made("ada", .doctor, code, by: Cut())
        #expect(report.enrolled == false && report.isUnfinished)
        #expect(report.lines.last?.contains("parasol doctor enroll") == true)
        #expect(!report.lines.joined().contains(code.spelled))
        let home = try desk.stage.home("ada")
        for _ in 0..<2 {
            let enrolled = try await Local(reached: desk.registrar).enrol(
                try home.request(of: .standard(.doctor)), invited: Invited(code: code, registrar: desk.url),
                in: try home.network())
            #expect(enrolled.identity == report.made.identity)
        }
    }

    @Test func aCodeForAnotherRoleEnrolsNobody() async throws {
        let desk = try await Desk()
        let report = try await desk.made(
            "ada", .doctor, try await desk.invite(.depositor), by: Local(reached: desk.registrar))
        #expect(report.enrolled == false)
        #expect(report.failure?.contains("for a depositor") == true)
    }

    @Test func aRegistrarThatAnswersRubbishIsNotBelieved() async throws {
        struct Liar: Registering {
            let member: MemberID
            let receipt: Receipt
            func invite(_ terms: InvitationTerms) async throws(RegistrarError) -> IssuedInvitation {
                throw .unknownCode
            }
            func invitations(after number: UInt64) async throws(RegistrarError) -> [Invitation] { [] }
            func revokeInvitation(_ number: UInt64) async throws(RegistrarError) {}
            func redeem(_ code: InvitationCode, request: [UInt8]) async throws(RegistrarError) -> Receipt { receipt }
        }
        let desk = try await Desk()
        let code = try await desk.invite(.doctor)
        let first = try await desk.made("ada", .doctor, code, by: Local(reached: desk.registrar))
        #expect(first.enrolled == true)
        let others = try await desk.registrar.redeem(
            code, request: try desk.stage.home("ada").request(of: .standard(.doctor)).serialized())
        for receipt in [Receipt(entry: [], proof: []), others] {
            let liar = Liar(member: desk.registrar.member, receipt: receipt)
            let report = try await desk.made("bo\(receipt.entry.count)", .doctor, code, by: Local(reached: liar))
            #expect(report.enrolled == false)
        }
    }

    @Test func invitationsAreListedForPeople() async throws {
        let desk = try await Desk()
        for role in Role.allCases { _ = try await desk.invite(role) }
        try await desk.registrar.revokeInvitation(2)
        _ = try await desk.made(
            "ada", .depositor, try await desk.invite(.depositor), by: Local(reached: desk.registrar))
        let now = desk.stage.clock.now()
        let open = try await InvitationsReport.of(desk.registrar, all: false, now: now)
        #expect(open.invitations.map(\.number) == [1, 3, 4, 5])
        let all = try await InvitationsReport.of(desk.registrar, all: true, now: now)
        #expect(all.invitations.map(\.state) == ["open", "revoked", "open", "open", "open", "used"])
        let later = now.adding(milliseconds: 60_000)
        #expect(try await InvitationsReport.of(desk.registrar, all: false, now: later).invitations.isEmpty)
    }

    @Test func theKeyOfAnOrganisationGoesToItsRegistrarOnce() async throws {
        let stage = try await PeopleStage()
        _ = try stage.new("org", .standard(.member)).member(named: "Saint Ursula", network: stage.networkFile)
        let opened = try await stage.open("org", .member)
        let signer = try await opened.signer()
        let key = try #require(await opened.store.profile.signingKey)
        let folder = RoleFolder(.registrar, at: stage.temporary.path("registrar"))
        try folder.create(as: signer.id, identityKey: key)
        let handed = try folder.transactionSigner(origin: stage.node.trust.originName)
        #expect(handed.id == signer.id && handed.signingKey == signer.signingKey)
        #expect(throws: KeyFileError.self) { try folder.create(as: signer.id, identityKey: key) }
    }

    @Test func codesAndPlacesGoTogether() throws {
        let code = "020-C20-A1G-710-4GM-2RC-1M7-0Y4-0HV"
        let url = "https://h/registrar"
        let member = String(repeating: "ab", count: 16)
        let doctor = try DoctorInit.parse(["--member", member, "--invitation", code, "--registrar", url])
        #expect(try doctor.invitation.invited()?.code == InvitationCode(typed: code))
        #expect(try DoctorInit.parse(["--member", member]).invitation.invited() == nil)
        for arguments in [["--invitation", code], ["--registrar", url], ["--invitation", code, "--registrar", "h"]] {
            #expect(throws: (any Error).self) { try DoctorInit.parse(["--member", member] + arguments) }
        }
        #expect(try OrganisationInvite.parse(["keyService", "--registrar", url, "--lasts", "2h"]).lasts == 7_200_000)
        for lasts in ["0m", "91d", "2", "x", "99999999999999999d"] {
            #expect(throws: (any Error).self) {
                try OrganisationInvite.parse(["doctor", "--registrar", url, "--lasts", lasts])
            }
        }
    }
}
