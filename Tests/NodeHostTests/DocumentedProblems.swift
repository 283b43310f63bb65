import Octets
import ParasolHTTP
import ServiceProtocols
import SharingContracts
import TestKit

/// One of each problem that crosses the wire.
enum DocumentedProblems {
    private static let ledger: [LedgerError] = [
        .refused(ContractViolation(.highS, "")), .notFinal(index: 1, reason: ""), .busy(queued: 1),
        .clockWentBack(milliseconds: 1), .clockIsAhead(milliseconds: 1), .outOfRange(start: 1, end: 2, size: 0),
        .storage(""), .inconsistent(""), .unreachable(""),
    ]

    private static func identifier<Kind>() -> Identifier<Kind> {
        var generator = SeededGenerator(seed: 9)
        return .random(using: &generator)
    }

    private static func keyService() -> [KeyServiceError] {
        let (folder, consent): (FolderID, ConsentID) = (identifier(), identifier())
        return ledger.map { .ledger($0) } + [
            .malformed(""), .invalidProof(""), .unknownFolder(folder), .unknownConsent(consent), .folderTaken(folder),
            .notOurs(folder), .notPermitted(""), .alreadyIssued(consent), .erased(folder), .cannotFollowLedger(""),
            .storage(""), .unreachable(""),
        ]
    }

    private static func proxy() -> [ProxyError] {
        let consent: ConsentID = identifier()
        return ledger.map { .ledger($0) } + [
            .malformed(""), .invalidReceipt(""), .invalidFragment(""), .unknownConsent(consent),
            .unknownRequest(identifier()), .noFragment(consent), .notPermitted(consent, ""),
            .wrongCapsule(identifier()), .cannotFollowLedger(""), .storage(""), .unreachable(""),
        ]
    }

    private static func vault() -> [VaultError] {
        let address = ContentAddress()
        return [
            .unknownUpload(address), .unknownRecord(address), .recordExists(identifier()),
            .tooLarge(size: 2, maximum: 1), .quotaExceeded(needed: 2, available: 1), .wrongOffset(have: 1, asked: 2),
            .digestMismatch(expected: address, actual: address), .notASealedRecord(""), .incomplete(have: 1, size: 2),
            .outOfRange(offset: 1, count: 2, size: 3), .storage(""), .unreachable(""),
        ]
    }

    private static func registrar() -> [RegistrarError] {
        ledger.map { .ledger($0) } + [
            .unknownCode, .expired(at: Timestamp(microseconds: 1)), .revoked, .alreadyUsed,
            .tooManyFailures(maximum: 1),
            .malformed(""), .wrongRole(invited: .doctor, asked: .auditor), .otherMember(identifier()),
            .refused(ContractViolation(.highS, "")), .badTerms(""), .tooManyInvitations(maximum: 1),
            .unknownInvitation(1), .cannotFollowLedger(""), .badReceipt(""), .storage(""), .unreachable(""),
        ]
    }

    /// Without the conflict, which is an answer of C2SP's own.
    private static let witness: [WitnessRefusal] = [
        .malformed(""), .untrusted(""), .unknownOrigin(""), .inconsistent(""), .ruleBroken(index: 7, ""),
        .unavailable(""),
    ]

    private static let requests: [RequestRefusal] = [
        .notFound, .malformed(""), .unsupportedMediaType(expected: ""), .tooLarge(maximum: 1), .unsigned,
        .badSignature(code: "replayed", ""), .unknownSigner, .retiredSigner, .misdirected, .notAllowed, .noCertificate,
        .tooMany(retryAfterSeconds: 1), .unavailable(""), .internalError,
    ]

    static let all: [Problem] =
        ledger.map(\.problem) + keyService().map(\.problem) + proxy().map(\.problem) + vault().map(\.problem)
        + registrar().map(\.problem) + witness.map(\.problem) + requests.map(\.problem)
}
