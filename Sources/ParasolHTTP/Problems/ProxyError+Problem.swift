package import ServiceProtocols
internal import SharingContracts

extension ProxyError: WireError {
    package static let service = "proxy"

    package var problem: Problem {
        switch self {
        case .malformed(let reason): return make(400, "malformed", "The request is malformed", ["reason": reason])
        case .invalidReceipt(let reason):
            return make(422, "invalid-receipt", "The receipt proves no such access request", ["reason": reason])
        case .invalidFragment(let reason):
            return make(
                422, "invalid-fragment", "The fragment does not hold; nothing was installed", ["reason": reason])
        case .unknownConsent(let consent):
            return make(404, "unknown-consent", "The ledger has no such consent", ["consent": "\(consent)"])
        case .unknownRequest(let request):
            return make(404, "unknown-request", "The ledger has no such access request", ["request": "\(request)"])
        case .noFragment(let consent):
            return make(
                404, "no-fragment", "The proxy holds no fragment of the consent",
                next: "the patient's client must deliver it again", ["consent": "\(consent)"])
        case .notPermitted(let consent, let reason):
            return make(
                403, "not-permitted", "The consent does not permit it now", ["consent": "\(consent)", "reason": reason])
        case .wrongCapsule(let record):
            return make(422, "wrong-capsule", "The capsule is not the record's", ["record": "\(record)"])
        case .cannotFollowLedger(let reason):
            return make(
                503, "cannot-follow-ledger", "Nothing is decided without a fresh final checkpoint", next: "try again",
                ["reason": reason], retry: 2)
        case .ledger(let error): return .of(error, within: Self.service)
        case .storage(let reason): return make(500, "storage", "The proxy's store failed", ["reason": reason])
        case .unreachable(let reason):
            return make(
                503, "unreachable", "The proxy cannot be reached", next: "try again, or ask another",
                ["reason": reason], retry: 2)
        }
    }

    package init?(problem: Problem) {
        guard let code = Self.code(of: problem) else { return nil }
        let reason = problem.value("reason") ?? problem.detail
        let consent = problem.identifier("consent", ConsentKind.self)
        let error: ProxyError? =
            switch code {
            case "malformed": .malformed(reason)
            case "invalid-receipt": .invalidReceipt(reason)
            case "invalid-fragment": .invalidFragment(reason)
            case "unknown-consent": consent.map { .unknownConsent($0) }
            case "unknown-request": problem.identifier("request").map { .unknownRequest($0) }
            case "no-fragment": consent.map { .noFragment($0) }
            case "not-permitted": consent.map { .notPermitted($0, reason) }
            case "wrong-capsule": problem.identifier("record").map { .wrongCapsule($0) }
            case "cannot-follow-ledger": .cannotFollowLedger(reason)
            case "ledger": problem.nestedLedgerError.map { .ledger($0) }
            case "storage": .storage(reason)
            case "unreachable": .unreachable(reason)
            default: nil
            }
        guard let error else { return nil }
        self = error
    }
}
