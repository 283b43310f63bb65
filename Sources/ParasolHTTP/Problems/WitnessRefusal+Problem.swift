package import ServiceProtocols

/// The statuses are those of C2SP tlog-witness. A conflict crosses the wire as that says, not as a problem document.
extension WitnessRefusal: WireError {
    package static let service = "witness"

    package var problem: Problem {
        switch self {
        case .malformed(let reason): return make(400, "malformed", "The request is malformed", ["reason": reason])
        case .untrusted(let reason):
            return make(403, "untrusted", "No signature by a trusted key", ["reason": reason])
        case .unknownOrigin(let origin):
            return make(404, "unknown-origin", "The witness does not know the log", ["origin": origin])
        case .conflict(let size):
            return make(409, "conflict", "The witness has cosigned another size", ["size": "\(size)"])
        case .inconsistent(let reason):
            return make(422, "inconsistent", "Not a consistent extension", ["reason": reason])
        case .ruleBroken(let index, let reason):
            return make(422, "rule-broken", "A leaf breaks a rule", ["index": "\(index)", "reason": reason])
        case .unavailable(let reason):
            return make(503, "unavailable", "The witness is unavailable", ["reason": reason], retry: 2)
        }
    }

    package init?(problem: Problem) {
        guard let code = Self.code(of: problem) else { return nil }
        let reason = problem.value("reason") ?? problem.detail
        let error: WitnessRefusal? =
            switch code {
            case "malformed": .malformed(reason)
            case "untrusted": .untrusted(reason)
            case "unknown-origin": problem.value("origin").map { .unknownOrigin($0) }
            case "conflict": problem.integer("size").map { .conflict(size: $0) }
            case "inconsistent": .inconsistent(reason)
            case "rule-broken": problem.integer("index").map { .ruleBroken(index: $0, reason) }
            case "unavailable": .unavailable(reason)
            default: nil
            }
        guard let error else { return nil }
        self = error
    }

    package static func unreachable(_ reason: String) -> WitnessRefusal { .unavailable(reason) }
}
