import HTTPTypes
import Octets
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing

@testable import ParasolHTTP

/// A registrar as the invited and its member see it, over the wire.
@Suite struct RegistrarOverHTTPTests {
    private let fixture: ServerFixture
    private let certificates: TestCertificates
    private let stub: StubRegistrar
    private let member: TransactionSigner

    init() throws {
        fixture = try ServerFixture()
        certificates = try TestCertificates()
        member = fixture.stranger
        stub = StubRegistrar(member: MemberID(member.id))
        fixture.directory.enrol(member, .member, of: MemberID(member.id))
    }

    private func call(
        as signer: TransactionSigner?, gate: RequestGate? = nil,
        _ body: @escaping @Sendable (RemoteRegistrar, ServerConnection) async throws -> Void
    ) async throws {
        let routes = RegistrarRoutes.routes(stub)
        try await fixture.serve(routes, certificates: certificates, gate: gate) {
            [fixture, certificates, stub] port async throws -> Void in
            try await fixture.connect(port, certificates, as: signer) { connection in
                try await body(RemoteRegistrar(connection, member: stub.member), connection)
            }
        }
    }

    @Test func aMembersInvitationsOverTheWire() async throws {
        try await call(as: member) { remote, _ async throws -> Void in
            for role in Role.allCases {
                let terms = try InvitationTerms(role: role, lifetimeMilliseconds: 60_000, note: "für \(role)")
                let issued = try await remote.invite(terms)
                #expect(issued.code == StubRegistrar.code)
                #expect(issued.invitation.role == role)
                #expect(issued.invitation.note == "für \(role)")
            }
            #expect(try await remote.invitations(after: 0) == StubRegistrar.invitations)
            #expect(try await remote.invitations(after: 3) == Array(StubRegistrar.invitations[3...]))
            try await remote.revokeInvitation(7)
            await #expect(throws: RegistrarError.unknownInvitation(.max)) {
                try await remote.revokeInvitation(.max)
            }
        }
        #expect(stub.revoked.withLock { $0 } == [7, .max])
    }

    @Test func whoeverHasACodeNeedNotSign() async throws {
        try await call(as: nil) { remote, _ async throws -> Void in
            let receipt = try await remote.redeem(StubRegistrar.code, request: [1, 2, 3])
            #expect(receipt == Receipt(entry: [1, 2, 3], proof: Array("proof\n".utf8)))
            let other = try InvitationCode(bytes: [UInt8](repeating: 0, count: 16))
            await #expect(throws: RegistrarError.unknownCode) { try await remote.redeem(other, request: [1]) }
        }
    }

    @Test func onlyItsOwnMemberInvites() async throws {
        let otherMember = fixture.doctor
        fixture.directory.enrol(otherMember, .member, of: MemberID(otherMember.id))
        for signer in [nil, fixture.depositor, otherMember] {
            try await call(as: signer) { remote, _ async throws -> Void in
                let expected = signer == nil ? "unsigned" : "not-allowed"
                let terms = try InvitationTerms(role: .doctor, lifetimeMilliseconds: 60_000, note: "")
                for attempt in 0..<3 {
                    await #expect {
                        switch attempt {
                        case 0: _ = try await remote.invite(terms)
                        case 1: _ = try await remote.invitations(after: 0)
                        default: try await remote.revokeInvitation(1)
                        }
                    } throws: {
                        if case .unreachable(let reason)? = $0 as? RegistrarError {
                            reason.contains(expected)
                        } else {
                            false
                        }
                    }
                }
            }
        }
        #expect(stub.revoked.withLock { $0 } == [])
        #expect(stub.invited.withLock { $0 } == 0)
    }

    /// With the rates of a server: two attempts at once, and one a second in the long run.
    @Test func guessingIsSlow() async throws {
        let gate = RequestGate(directory: fixture.directory, names: fixture.names, clock: fixture.clock)
        try await call(as: nil, gate: gate) { [fixture] remote, _ async throws -> Void in
            let guess = try InvitationCode(bytes: [UInt8](repeating: 0, count: 16))
            var answers: [Bool] = []
            for attempt in 0..<8 {
                if attempt == 4 { fixture.clock.advance(milliseconds: 1000) }
                do throws(RegistrarError) { _ = try await remote.redeem(guess, request: []) } catch {
                    answers.append(error == .unknownCode)
                }
            }
            #expect(answers == [true, true, false, false, true, false, false, false])
        }
    }

    @Test func whatIsNoEnrolmentIsRefusedBeforeTheRegistrarSeesIt() async throws {
        let code = [UInt8](repeating: 0, count: 15)
        let contents: [([UInt8], Int)] = [
            ([], 400), (code, 400), (code + [32], 400), (code + [UInt8](repeating: 0, count: 4098), 413),
        ]
        try await call(as: nil) { _, connection async throws -> Void in
            for (content, status) in contents {
                let call = Call.send(
                    "/v1/enrolments", content, type: MediaType.enrolment, atMost: 1000, isIdempotent: false)
                await #expect {
                    try await connection.call(call)
                } throws: {
                    if case .problem(let problem)? = $0 as? CallFailure { problem.status == status } else { false }
                }
            }
        }
        #expect(stub.redeemed.withLock { $0 } == 0)
    }

    @Test func everyTruncationOfAnInvitationIsRefused() throws {
        for invitation in StubRegistrar.invitations {
            let bytes = try invitation.encoded()
            #expect(try Invitation(encoded: bytes) == invitation)
            for count in 0..<bytes.count {
                #expect(throws: WireCodingError.self) { try Invitation(encoded: Array(bytes.prefix(count))) }
            }
            #expect(throws: WireCodingError.self) { try Invitation(encoded: bytes + [0]) }
        }
    }
}

private final class StubRegistrar: Registering {
    static let code: InvitationCode = {
        guard let code = try? InvitationCode(bytes: (2..<18).map { UInt8($0) }) else { preconditionFailure("a code") }
        return code
    }()
    static let invitations: [Invitation] = [
        Invitation.State.open, .revoked(at: Timestamp(microseconds: 5)),
        .pending(IdentityID(ServicesOverHTTPTests.id(4))),
        .used(IdentityID(ServicesOverHTTPTests.id(5)), at: .latest),
    ].enumerated().map { index, state in
        Invitation(
            number: UInt64(index + 1), role: Role.allCases[index], note: "é \(index)",
            created: Timestamp(microseconds: 1), expires: Timestamp(microseconds: 2), failures: index, state: state)
    }

    let member: MemberID
    let revoked = Mutex<[UInt64]>([])
    let invited = Mutex(0)
    let redeemed = Mutex(0)

    init(member: MemberID) { self.member = member }

    func invite(_ terms: InvitationTerms) async throws(RegistrarError) -> IssuedInvitation {
        invited.withLock { $0 += 1 }
        return IssuedInvitation(
            invitation: Invitation(
                number: 1, role: terms.role, note: terms.note, created: Timestamp(microseconds: 1),
                expires: Timestamp(microseconds: 2), failures: 0, state: .open), code: Self.code)
    }

    func invitations(after number: UInt64) async throws(RegistrarError) -> [Invitation] {
        Self.invitations.filter { $0.number > number }
    }

    func revokeInvitation(_ number: UInt64) async throws(RegistrarError) {
        revoked.withLock { $0.append(number) }
        if number == .max { throw .unknownInvitation(number) }
    }

    func redeem(_ code: InvitationCode, request: [UInt8]) async throws(RegistrarError) -> Receipt {
        redeemed.withLock { $0 += 1 }
        guard code == Self.code else { throw .unknownCode }
        return Receipt(entry: request, proof: Array("proof\n".utf8))
    }
}
