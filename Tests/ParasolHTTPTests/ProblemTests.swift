import Octets
import ServiceProtocols
import SharingContracts
import Testing

@testable import ParasolHTTP

@Suite struct ProblemTests {
    private static let folder = FolderID(high: 1)
    private static let consent = ConsentID(high: 2)
    private static let address = ContentAddress()

    static let ledger: [LedgerError] = [
        .refused(ContractViolation(.highS, "why")), .notFinal(index: .max, reason: "few"), .busy(queued: 3),
        .clockWentBack(milliseconds: 4), .clockIsAhead(milliseconds: 5), .outOfRange(start: 1, end: .max, size: 0),
        .storage("a \"quoted\" reason\n"), .inconsistent("b"), .unreachable("c"),
    ]
    static let keyService: [KeyServiceError] =
        ledger.map { .ledger($0) } + [
            .malformed("a"), .invalidProof("b"), .unknownFolder(folder), .unknownConsent(consent),
            .folderTaken(folder), .notOurs(folder), .notPermitted("c"), .alreadyIssued(consent), .erased(folder),
            .cannotFollowLedger("d"), .storage("e"), .unreachable("f"),
        ]
    static let proxy: [ProxyError] =
        ledger.map { .ledger($0) } + [
            .malformed("a"), .invalidReceipt("b"), .invalidFragment("c"), .unknownConsent(consent),
            .unknownRequest(TransactionID(high: 3)), .noFragment(consent), .notPermitted(consent, "d"),
            .wrongCapsule(RecordID(high: 4)), .cannotFollowLedger("e"), .storage("f"), .unreachable("g"),
        ]
    static let vault: [VaultError] = [
        .unknownUpload(address), .unknownRecord(address), .recordExists(RecordID(high: 1)),
        .tooLarge(size: .max, maximum: 1), .quotaExceeded(needed: 2, available: 1), .wrongOffset(have: 1, asked: 2),
        .digestMismatch(expected: address, actual: address), .notASealedRecord("a"), .incomplete(have: 1, size: 2),
        .outOfRange(offset: 1, count: 2, size: 3), .storage("b"), .unreachable("c"),
    ]
    static let witness: [WitnessRefusal] = [
        .malformed("a"), .untrusted("b"), .unknownOrigin("c"), .conflict(size: 12_345), .inconsistent("d"),
        .ruleBroken(index: 7, "e"), .unavailable("f"),
    ]

    static let registrar: [RegistrarError] =
        ledger.map { .ledger($0) } + [
            .unknownCode, .expired(at: Timestamp(microseconds: 5)), .revoked, .alreadyUsed,
            .tooManyFailures(maximum: 9),
            .malformed("a"), .wrongRole(invited: .doctor, asked: .keyService), .otherMember(MemberID(high: 1)),
            .refused(ContractViolation(.keyTaken, "why")), .badTerms("b"), .tooManyInvitations(maximum: .max),
            .unknownInvitation(7), .cannotFollowLedger("c"), .badReceipt("d"), .storage("e"), .unreachable("f"),
        ]

    private func crosses<Failure: WireError & Hashable>(_ error: Failure) throws {
        let problem = try #require(Problem(encoded: error.problem.encoded))
        #expect(problem == error.problem)
        #expect(Failure(problem: problem) == error)
        #expect((400...599).contains(problem.status))
        let other = Problem(status: 400, code: "other.code", title: "", detail: "")
        #expect(Failure(problem: other) == nil)
    }

    @Test(arguments: ledger) func aLedgersErrorCrossesTheWire(_ error: LedgerError) throws { try crosses(error) }
    @Test(arguments: keyService) func aKeyServicesErrorCrossesTheWire(_ error: KeyServiceError) throws {
        try crosses(error)
    }
    @Test(arguments: proxy) func aProxysErrorCrossesTheWire(_ error: ProxyError) throws { try crosses(error) }
    @Test(arguments: registrar) func aRegistrarsErrorCrossesTheWire(_ error: RegistrarError) throws {
        try crosses(error)
    }
    @Test(arguments: vault) func aVaultsErrorCrossesTheWire(_ error: VaultError) throws { try crosses(error) }
    @Test(arguments: witness) func aWitnesssRefusalCrossesTheWire(_ error: WitnessRefusal) throws {
        try crosses(error)
    }

    @Test func codesTellErrorsApart() {
        let problems =
            Self.ledger.map(\.problem.code) + Self.vault.map(\.problem.code)
            + Self.registrar.dropFirst(Self.ledger.count).map(\.problem.code)
        #expect(Set(problems).count == problems.count)
    }

    @Test func whatIsNoProblemIsNotReadAsOne() {
        let good = LedgerError.busy(queued: 1).problem.encoded
        for length in 0..<good.count { #expect(Problem(encoded: Array(good.prefix(length))) == nil) }
        #expect(Problem(encoded: Array(repeating: 0x20, count: Problem.maximumBytes) + good) == nil)
        #expect(Problem(encoded: Array("{\"status\":200,\"code\":\"a\"}".utf8)) == nil)
    }
}

extension Identifier {
    /// One that a test tells from others by a number.
    fileprivate init(high: UInt8) {
        self.init(FixedOctets<16>(repeatingLast: high))
    }
}

extension FixedOctets where count == 16 {
    fileprivate init(repeatingLast byte: UInt8) {
        guard let made = try? Self([UInt8](repeating: byte, count: 16)) else { preconditionFailure("16 bytes") }
        self = made
    }
}
