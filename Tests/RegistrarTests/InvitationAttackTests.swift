import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import Umbral

@testable import Registrar

/// What a code must not do for whoever has it, has half of it, or had it.
@Suite struct InvitationAttackTests {
    private func refused(
        _ desk: Desk, _ code: InvitationCode, _ new: NewIdentity, _ expected: RegistrarError,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        await #expect(throws: expected, sourceLocation: sourceLocation) {
            try await desk.registrar.redeem(code, request: new.request)
        }
        #expect(try await !desk.isEnrolled(new), sourceLocation: sourceLocation)
        #expect(desk.ledger.submitted.isEmpty, sourceLocation: sourceLocation)
    }

    @Test func aGuessedCodeIsNoCode() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        var generator = SeededGenerator(seed: 1)
        var tried = 0
        for place in 0..<InvitationCode.byteCount {
            var bytes = unsafe issued.code.secret.withUnsafeBytes { unsafe Array($0) }
            for _ in 0..<8 {
                bytes[place] = .random(in: .min ... .max, using: &generator)
                guard let code = try? InvitationCode(bytes: bytes), code != issued.code else { continue }
                tried += 1
                try await refused(desk, code, try desk.request(), .unknownCode)
            }
        }
        #expect(tried > 64)
        #expect(try await desk.registrar.invitations(after: 0).map(\.failures) == [0])
    }

    @Test func aCodeOfAnotherMemberIsNoCode() async throws {
        let desk = try await Desk()
        let other = try await Desk()
        try await refused(desk, try await other.invite().code, try desk.request(), .unknownCode)
    }

    @Test func anExpiredCodeEnrolsNobody() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite(milliseconds: 60_000)
        desk.clock.advance(milliseconds: 60_000)
        try await refused(desk, issued.code, try desk.request(), .expired(at: issued.invitation.expires))
        desk.clock.goBack(milliseconds: 1)
        _ = try await desk.registrar.redeem(issued.code, request: try desk.request().request)
    }

    @Test func aCodeIsForItsRoleAndMember() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite(.depositor)
        for role in Role.allCases where role != .depositor {
            try await refused(
                desk, issued.code, try desk.request(role), .wrongRole(invited: .depositor, asked: role))
        }
        let stranger = MemberID(try FixedOctets<16>([UInt8](repeating: 7, count: 16)))
        try await refused(desk, issued.code, try desk.request(.depositor, member: stranger), .otherMember(stranger))
        #expect(try await desk.registrar.invitations(after: 0).map(\.failures) == [5])
    }

    @Test func whatTheRulesForbidIsNeverSubmitted() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        let taken = desk.known
        try await forbidden(desk, issued.code, try desk.request(identity: taken), .identifierTaken)
        try await forbidden(desk, issued.code, try desk.request(origin: "elsewhere.test"), .invalidSignature)
        let own = try desk.request()
        let forged = try SignedTransaction(
            own.signed.transaction,
            signatures: [
                try TransactionSignature(
                    signer: own.identity.signer, signature: try desk.request().signed.signatures[0].signature)
            ])
        try await forbidden(
            desk, issued.code, NewIdentity(identity: own.identity, signed: forged), .invalidSignature)
        _ = try await desk.registrar.redeem(issued.code, request: own.request)
        // Its receiving key is somebody's now.
        guard case .identityEnrolled(let body) = own.signed.body, let key = body.receivingKey else { return }
        let second = try await desk.invite()
        let copy = try desk.request(receivingKey: key)
        await #expect(throws: RegistrarError.refused(ContractViolation(.keyTaken, ""))) {
            try await desk.registrar.redeem(second.code, request: copy.request)
        }
        #expect(try await !desk.isEnrolled(copy))
    }

    private func forbidden(
        _ desk: Desk, _ code: InvitationCode, _ new: NewIdentity, _ violation: ContractViolation.Code
    ) async throws {
        await #expect(throws: RegistrarError.refused(ContractViolation(violation, ""))) {
            try await desk.registrar.redeem(code, request: new.request)
        }
        #expect(desk.ledger.submitted.isEmpty)
    }

    @Test func whatIsNoRequestIsRefused() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        let new = try desk.request()
        let signedTwice = try SignedTransaction(
            new.signed.transaction,
            signatures: new.signed.signatures + [try desk.member.signature(on: new.signed.transaction)])
        let unsigned = try SignedTransaction(new.signed.transaction, signatures: [])
        let retirement = try desk.member.signed(.identityRetired(IdentityRetired(identity: desk.known)))
        let requests =
            [
                [], [0], Array(new.request.dropLast()), [UInt8](repeating: 0, count: RegistrarLimits.requestBytes + 1),
                signedTwice.serialized, unsigned.serialized, retirement.serialized,
            ]
        for request in requests {
            await #expect {
                try await desk.registrar.redeem(issued.code, request: request)
            } throws: {
                if case .malformed? = $0 as? RegistrarError { true } else { false }
            }
        }
        #expect(desk.ledger.submitted.isEmpty)
        #expect(try await desk.registrar.invitations(after: 0).map(\.failures) == [requests.count])
    }

    @Test func aCodeThatFailsTooOftenIsSpent() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        for _ in 0..<RegistrarLimits.failures {
            await #expect(throws: RegistrarError.self) { try await desk.registrar.redeem(issued.code, request: []) }
        }
        let spent = RegistrarError.tooManyFailures(maximum: RegistrarLimits.failures)
        try await refused(desk, issued.code, try desk.request(), spent)
        let restarted = try desk.restarted("after")
        await #expect(throws: spent) { try await restarted.redeem(issued.code, request: try desk.request().request) }
        let invitation = try #require(try await desk.registrar.invitations(after: 0).first)
        #expect(!invitation.isOpen(at: desk.clock.now()))
    }

    @Test func anUnreachableLedgerSpendsNoCode() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        desk.ledger.cut(.checkpoint)
        for _ in 0...RegistrarLimits.failures {
            try await refused(
                desk, issued.code, try desk.request(), .cannotFollowLedger("the ledger cannot be reached: cut"))
        }
        desk.ledger.cut(nil)
        _ = try await desk.registrar.redeem(issued.code, request: try desk.request().request)
    }

    @Test func aRevokedCodeEnrolsNobody() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        try await desk.registrar.revokeInvitation(1)
        try await desk.registrar.revokeInvitation(1)
        #expect(try await desk.state(of: 1) == .revoked(at: desk.clock.now()))
        try await refused(desk, issued.code, try desk.request(), .revoked)
        for number in [0, 2, UInt64.max] {
            await #expect(throws: RegistrarError.unknownInvitation(number)) {
                try await desk.registrar.revokeInvitation(number)
            }
        }
    }

    @Test func whatIsUsedCannotBeRevoked() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        let new = try desk.request()
        desk.ledger.cut(.answerLost)
        await #expect(throws: RegistrarError.self) {
            try await desk.registrar.redeem(issued.code, request: new.request)
        }
        // The ledger has it, and says so when it is asked.
        await #expect(throws: RegistrarError.alreadyUsed) { try await desk.registrar.revokeInvitation(1) }
        #expect(try await desk.state(of: 1) == .used(new.identity, at: desk.clock.now()))
    }

    @Test func whatNeverReachedTheLedgerCanBeRevoked() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        let new = try desk.request()
        desk.ledger.cut(.submissionLost)
        await #expect(throws: RegistrarError.self) {
            try await desk.registrar.redeem(issued.code, request: new.request)
        }
        try await desk.registrar.revokeInvitation(1)
        desk.ledger.cut(nil)
        try await refused(desk, issued.code, new, .revoked)
        try await desk.registrar.finishInterrupted()
        #expect(try await !desk.isEnrolled(new))
    }

    @Test func whatIsOnItsWayCannotBeRevoked() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        let new = try desk.request()
        desk.ledger.gate.close()
        async let receipt = desk.registrar.redeem(issued.code, request: new.request)
        await until { desk.ledger.gate.waitingCount == 1 }
        await #expect(throws: RegistrarError.alreadyUsed) { try await desk.registrar.revokeInvitation(1) }
        desk.ledger.gate.open()
        _ = try await receipt
        #expect(try await desk.state(of: 1) == .used(new.identity, at: desk.clock.now()))
    }
}
