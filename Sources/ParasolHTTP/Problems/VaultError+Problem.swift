internal import Octets
package import ServiceProtocols
internal import SharingContracts

extension VaultError: WireError {
    package static let service = "vault"

    package var problem: Problem {
        switch self {
        case .unknownUpload(let address):
            return make(
                404, "unknown-upload", "No such upload is under way", next: "begin it first", ["address": "\(address)"])
        case .unknownRecord(let address):
            return make(404, "unknown-record", "Nothing is stored there", ["address": "\(address)"])
        case .recordExists(let record):
            return make(409, "record-exists", "The record is stored with other bytes", ["record": "\(record)"])
        case .tooLarge(let size, let maximum):
            return make(413, "too-large", "Larger than any record", ["size": "\(size)", "maximum": "\(maximum)"])
        case .quotaExceeded(let needed, let available):
            return make(
                507, "quota-exceeded", "The quota is exceeded", next: "the vault's operator can raise it",
                ["needed": "\(needed)", "available": "\(available)"])
        case .wrongOffset(let have, let asked):
            return make(
                409, "wrong-offset", "The append is for another offset", next: "go on from what the vault has",
                ["have": "\(have)", "asked": "\(asked)"])
        case .digestMismatch(let expected, let actual):
            return make(
                422, "digest-mismatch", "The bytes are not what the address says",
                next: "upload them again from the start", ["expected": "\(expected)", "actual": "\(actual)"])
        case .notASealedRecord(let reason):
            return make(422, "not-a-sealed-record", "Not a sealed record", ["reason": reason])
        case .incomplete(let have, let size):
            return make(
                409, "incomplete", "The upload is not complete", next: "append the rest",
                ["have": "\(have)", "size": "\(size)"])
        case .outOfRange(let offset, let count, let size):
            return make(
                416, "out-of-range", "The range is not stored",
                ["offset": "\(offset)", "count": "\(count)", "size": "\(size)"])
        case .storage(let reason): return make(500, "storage", "The vault's store failed", ["reason": reason])
        case .unreachable(let reason):
            return make(
                503, "unreachable", "The vault cannot be reached", next: "try again", ["reason": reason], retry: 2)
        }
    }

    package init?(problem: Problem) {
        guard let code = Self.code(of: problem) else { return nil }
        let reason = problem.value("reason") ?? problem.detail
        guard let error = Self.error(code, problem, reason) else {
            return nil
        }
        self = error
    }

    private static func error(_ code: String, _ problem: Problem, _ reason: String) -> VaultError? {
        func number(_ name: String) -> UInt64? { problem.integer(name) }
        func address(_ name: String) -> ContentAddress? {
            problem.value(name).flatMap { try? ContentAddress(hexadecimal: $0) }
        }
        switch code {
        case "unknown-upload": return address("address").map { .unknownUpload($0) }
        case "unknown-record": return address("address").map { .unknownRecord($0) }
        case "record-exists": return problem.identifier("record").map { .recordExists($0) }
        case "not-a-sealed-record": return .notASealedRecord(reason)
        case "storage": return .storage(reason)
        case "unreachable": return .unreachable(reason)
        case "digest-mismatch":
            guard let expected = address("expected"), let actual = address("actual") else { return nil }
            return .digestMismatch(expected: expected, actual: actual)
        case "too-large":
            guard let size = number("size"), let maximum = number("maximum") else { return nil }
            return .tooLarge(size: size, maximum: maximum)
        case "quota-exceeded":
            guard let needed = number("needed"), let available = number("available") else { return nil }
            return .quotaExceeded(needed: needed, available: available)
        case "wrong-offset":
            guard let have = number("have"), let asked = number("asked") else { return nil }
            return .wrongOffset(have: have, asked: asked)
        case "incomplete":
            guard let have = number("have"), let size = number("size") else { return nil }
            return .incomplete(have: have, size: size)
        case "out-of-range":
            guard let offset = number("offset"), let count = problem.integer("count", Int.self),
                let size = number("size")
            else { return nil }
            return .outOfRange(offset: offset, count: count, size: size)
        default: return nil
        }
    }
}
