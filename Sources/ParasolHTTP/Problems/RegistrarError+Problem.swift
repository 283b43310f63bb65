package import ServiceProtocols
internal import SharingContracts

extension RegistrarError: WireError {
    package static let service = "registrar"

    package var problem: Problem {
        let another = "ask the organisation for another invitation"
        switch self {
        case .unknownCode: return make(404, "unknown-code", "No invitation has this code", next: "type it again")
        case .expired(let time):
            return make(
                410, "expired", "The invitation has expired", next: another, ["microseconds": "\(time.microseconds)"])
        case .revoked: return make(410, "revoked", "The invitation was revoked", next: another)
        case .alreadyUsed: return make(409, "already-used", "The invitation is used", next: another)
        case .tooManyFailures(let maximum):
            return make(
                410, "too-many-failures", "The code failed too often", next: another, ["maximum": "\(maximum)"])
        case .malformed(let reason): return make(400, "malformed", "Not an enrolment request", ["reason": reason])
        case .wrongRole(let invited, let asked):
            return make(
                403, "wrong-role", "The invitation is for another role",
                ["invited": invited.rawValue, "asked": asked.rawValue])
        case .otherMember(let member):
            return make(403, "other-member", "The request names another organisation", ["member": "\(member)"])
        case .refused(let violation):
            return make(
                422, "refused", "The contracts do not allow the enrolment",
                next: "mend what the violation names; the code can be used again",
                ["violation": violation.code.rawValue, "reason": violation.reason])
        case .badTerms(let reason): return make(422, "bad-terms", "No such invitation can be made", ["reason": reason])
        case .tooManyInvitations(let maximum):
            return make(507, "too-many-invitations", "There are too many invitations", ["maximum": "\(maximum)"])
        case .unknownInvitation(let number):
            return make(404, "unknown-invitation", "There is no such invitation", ["number": "\(number)"])
        case .cannotFollowLedger(let reason):
            return make(
                503, "cannot-follow-ledger", "Nothing is decided without the ledger", next: "try again",
                ["reason": reason], retry: 2)
        case .ledger(let error): return .of(error, within: Self.service)
        case .badReceipt(let reason):
            return make(
                502, "bad-receipt", "The ledger's receipt does not prove the enrolment", next: "try again",
                ["reason": reason])
        case .storage(let reason): return make(500, "storage", "The registrar's store failed", ["reason": reason])
        case .unreachable(let reason):
            return make(
                503, "unreachable", "The registrar cannot be reached", next: "try again", ["reason": reason], retry: 2)
        }
    }

    package init?(problem: Problem) {
        guard let code = Self.code(of: problem) else { return nil }
        let reason = problem.value("reason") ?? problem.detail
        func role(_ name: String) -> Role? { problem.value(name).flatMap(Role.init(rawValue:)) }
        let error: RegistrarError? =
            switch code {
            case "unknown-code": .unknownCode
            case "expired":
                problem.integer("microseconds", UInt64.self).map { .expired(at: Timestamp(microseconds: $0)) }
            case "revoked": .revoked
            case "already-used": .alreadyUsed
            case "too-many-failures": problem.integer("maximum", Int.self).map { .tooManyFailures(maximum: $0) }
            case "malformed": .malformed(reason)
            case "wrong-role":
                role("invited").flatMap { invited in role("asked").map { .wrongRole(invited: invited, asked: $0) } }
            case "other-member": problem.identifier("member").map { .otherMember($0) }
            case "refused":
                problem.value("violation").flatMap(ContractViolation.Code.init(rawValue:))
                    .map { .refused(ContractViolation($0, reason)) }
            case "bad-terms": .badTerms(reason)
            case "too-many-invitations":
                problem.integer("maximum", UInt64.self).map { .tooManyInvitations(maximum: $0) }
            case "unknown-invitation": problem.integer("number", UInt64.self).map { .unknownInvitation($0) }
            case "cannot-follow-ledger": .cannotFollowLedger(reason)
            case "ledger": problem.nestedLedgerError.map { .ledger($0) }
            case "bad-receipt": .badReceipt(reason)
            case "storage": .storage(reason)
            case "unreachable": .unreachable(reason)
            default: nil
            }
        guard let error else { return nil }
        self = error
    }
}
