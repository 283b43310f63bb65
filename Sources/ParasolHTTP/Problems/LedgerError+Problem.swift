package import ServiceProtocols
internal import SharingContracts

extension LedgerError: WireError {
    package static let service = "ledger"

    package var problem: Problem {
        switch self {
        case .refused(let violation):
            return make(
                422, "refused", "The contracts do not allow the transaction",
                next: "mend what the violation names; nothing was sequenced",
                ["violation": violation.code.rawValue, "reason": violation.reason])
        case .notFinal(let index, let reason):
            return make(
                503, "not-final", "Sequenced, but not final yet",
                next: "submit the same transaction again for its receipt", ["index": "\(index)", "reason": reason],
                retry: 2)
        case .busy(let queued):
            return make(
                503, "busy", "The ledger's queue is full", next: "submit again; nothing was sequenced",
                ["queued": "\(queued)"], retry: 1)
        case .clockWentBack(let milliseconds):
            return make(
                503, "clock-went-back", "The ledger's clock went back", next: "its operator must set it right",
                ["milliseconds": "\(milliseconds)"])
        case .clockIsAhead(let milliseconds):
            return make(
                503, "clock-is-ahead", "The ledger's clock is ahead", next: "its operator must set it right",
                ["milliseconds": "\(milliseconds)"])
        case .outOfRange(let start, let end, let size):
            return make(
                404, "out-of-range", "The range is not committed", next: "ask for leaves below the size",
                ["start": "\(start)", "end": "\(end)", "size": "\(size)"])
        case .storage(let reason):
            return make(500, "storage", "The ledger's store failed", ["reason": reason])
        case .inconsistent(let reason):
            return make(
                500, "inconsistent", "The ledger refuses to run", next: "its operator must look", ["reason": reason])
        case .unreachable(let reason):
            return make(
                503, "unreachable", "The ledger cannot be reached", next: "try again", ["reason": reason], retry: 2)
        }
    }

    package init?(problem: Problem) {
        guard let code = Self.code(of: problem) else { return nil }
        let reason = problem.value("reason") ?? problem.detail
        switch code {
        case "refused":
            guard let code = problem.value("violation").flatMap(ContractViolation.Code.init(rawValue:)) else {
                return nil
            }
            self = .refused(ContractViolation(code, reason))
        case "not-final":
            guard let index = problem.integer("index", UInt64.self) else { return nil }
            self = .notFinal(index: index, reason: reason)
        case "busy":
            guard let queued = problem.integer("queued", Int.self) else { return nil }
            self = .busy(queued: queued)
        case "clock-went-back":
            guard let milliseconds = problem.integer("milliseconds", UInt64.self) else { return nil }
            self = .clockWentBack(milliseconds: milliseconds)
        case "clock-is-ahead":
            guard let milliseconds = problem.integer("milliseconds", UInt64.self) else { return nil }
            self = .clockIsAhead(milliseconds: milliseconds)
        case "out-of-range":
            guard let start = problem.integer("start", UInt64.self), let end = problem.integer("end", UInt64.self),
                let size = problem.integer("size", UInt64.self)
            else { return nil }
            self = .outOfRange(start: start, end: end, size: size)
        case "storage": self = .storage(reason)
        case "inconsistent": self = .inconsistent(reason)
        case "unreachable": self = .unreachable(reason)
        default: return nil
        }
    }
}
