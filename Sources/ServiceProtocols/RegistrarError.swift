package import SharingContracts

/// Why a registrar did not do what it was asked.
package enum RegistrarError: Error, Hashable, Sendable {
    /// No invitation has this code.
    case unknownCode
    case expired(at: Timestamp)
    case revoked
    /// Another request was enrolled with this code, or is being enrolled.
    case alreadyUsed
    /// The code came with too many requests that could not be enrolled.
    case tooManyFailures(maximum: Int)
    /// What was handed in is no enrolment request.
    case malformed(String)
    case wrongRole(invited: Role, asked: Role)
    /// The request names another organisation than the registrar's.
    case otherMember(MemberID)
    /// The contracts do not allow the enrolment: an identifier or a key is taken, or a signature does not verify. Nothing was
    /// submitted, and the code can be used with another request.
    case refused(ContractViolation)
    case badTerms(String)
    case tooManyInvitations(maximum: UInt64)
    /// There is no invitation of this number.
    case unknownInvitation(UInt64)
    /// The ledger cannot be followed to a final checkpoint, so nothing is decided.
    case cannotFollowLedger(String)
    /// The enrolment was signed and submitted, and is not known to be final: hand in the same request again.
    case ledger(LedgerError)
    /// The ledger's receipt does not prove the enrolment.
    case badReceipt(String)
    case storage(String)
    case unreachable(String)
}

extension RegistrarError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownCode: "no invitation has this code: it is mistyped, or from another registrar"
        case .expired(let time): "the invitation expired at \(time): ask for another"
        case .revoked: "the invitation was revoked"
        case .alreadyUsed: "the invitation is used: it is for one enrolment"
        case .tooManyFailures(let maximum):
            "the invitation's code came with \(maximum) requests that could not be enrolled: ask for another"
        case .malformed(let reason): "not an enrolment request: \(reason)"
        case .wrongRole(let invited, let asked):
            "the invitation is for a \(invited.rawValue), the request is of a \(asked.rawValue)"
        case .otherMember(let member): "the request names another organisation, member \(member)"
        case .refused(let violation): "the enrolment is not allowed: \(violation)"
        case .badTerms(let reason): "no such invitation can be made: \(reason)"
        case .tooManyInvitations(let maximum): "there are \(maximum) invitations already"
        case .unknownInvitation(let number): "there is no invitation \(number)"
        case .cannotFollowLedger(let reason): "cannot decide: \(reason)"
        case .ledger(let error): "submitted, and not known to be final: \(error); hand in the same request again"
        case .badReceipt(let reason): "the ledger's receipt does not prove the enrolment: \(reason)"
        case .storage(let reason): "the registrar's store failed: \(reason)"
        case .unreachable(let reason): "the registrar cannot be reached: \(reason)"
        }
    }
}
