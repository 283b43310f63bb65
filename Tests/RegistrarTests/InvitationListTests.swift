import Foundation
import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import Registrar

@Suite struct InvitationListTests {
    @Test func invitationsAreListedInTheirOrder() async throws {
        let desk = try await Desk()
        for role in Role.allCases { _ = try await desk.invite(role) }
        let all = try await desk.registrar.invitations(after: 0)
        #expect(all.map(\.number) == [1, 2, 3, 4, 5])
        #expect(all.map(\.role) == Role.allCases)
        #expect(all.allSatisfy { $0.state == .open && $0.note == "Ada, ward 4" && $0.isOpen(at: desk.clock.now()) })
        #expect(try await desk.registrar.invitations(after: 3) == Array(all[3...]))
        #expect(try await desk.registrar.invitations(after: .max) == [])
    }

    @Test func aCodeIsNowhereOnTheDisk() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        _ = try await desk.registrar.redeem(issued.code, request: try desk.request().request)
        let secret = unsafe issued.code.secret.withUnsafeBytes { unsafe Data($0) }
        let spelled = issued.code.spelled
        for file in try FileManager.default.contentsOfDirectory(atPath: desk.temporary.path("."))
        where file.hasPrefix("registrar") {
            let content = try Data(contentsOf: URL(fileURLWithPath: desk.temporary.path(file)))
            for needle in [secret, Data(spelled.utf8), Data(spelled.filter { $0 != "-" }.utf8)] {
                #expect(content.range(of: needle) == nil, "\(file)")
            }
        }
    }

    @Test func aNoteIsNotOnTheLedger() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        let receipt = try await desk.registrar.redeem(issued.code, request: try desk.request().request)
        #expect(Data(receipt.entry).range(of: Data("Ada".utf8)) == nil)
    }

    @Test func termsOutOfBoundsAreRefused() {
        for (milliseconds, note) in [
            (0, ""), (59_999, ""), (UInt64(90 * 86_400_000) + 1, ""), (.max, ""),
            (60_000, String(repeating: "é", count: 128)), (60_000, "a\u{1b}[2J"), (60_000, "a\nb"),
            (60_000, "\u{9b}2J"),
        ] {
            #expect(throws: RegistrarError.self) {
                try InvitationTerms(role: .doctor, lifetimeMilliseconds: milliseconds, note: note)
            }
        }
    }
}
