package import ServiceProtocols
internal import SharingContracts

extension KeyServiceError: WireError {
    package static let service = "key-service"

    package var problem: Problem {
        switch self {
        case .malformed(let reason): return make(400, "malformed", "The request is malformed", ["reason": reason])
        case .invalidProof(let reason):
            return make(422, "invalid-proof", "A proof, signature or commitment does not hold", ["reason": reason])
        case .unknownFolder(let folder):
            return make(404, "unknown-folder", "The ledger has no such folder", ["folder": "\(folder)"])
        case .unknownConsent(let consent):
            return make(404, "unknown-consent", "The ledger has no such consent", ["consent": "\(consent)"])
        case .folderTaken(let folder):
            return make(
                409, "folder-taken", "The folder already has a share", next: "choose another identifier",
                ["folder": "\(folder)"])
        case .notOurs(let folder):
            return make(
                409, "not-ours", "The folder belongs to another key service",
                next: "ask the one that its opening names",
                ["folder": "\(folder)"])
        case .notPermitted(let reason): return make(403, "not-permitted", "Not permitted now", ["reason": reason])
        case .alreadyIssued(let consent):
            return make(409, "already-issued", "The consent's keys are issued", ["consent": "\(consent)"])
        case .erased(let folder): return make(410, "erased", "The folder is erased", ["folder": "\(folder)"])
        case .cannotFollowLedger(let reason):
            return make(
                503, "cannot-follow-ledger", "Nothing is decided without a fresh final checkpoint", next: "try again",
                ["reason": reason], retry: 2)
        case .ledger(let error): return .of(error, within: Self.service)
        case .storage(let reason): return make(500, "storage", "The key service's store failed", ["reason": reason])
        case .unreachable(let reason):
            return make(
                503, "unreachable", "The key service cannot be reached", next: "try again", ["reason": reason], retry: 2
            )
        }
    }

    package init?(problem: Problem) {
        guard let code = Self.code(of: problem) else { return nil }
        let reason = problem.value("reason") ?? problem.detail
        let folder = problem.identifier("folder", FolderKind.self)
        let consent = problem.identifier("consent", ConsentKind.self)
        let error: KeyServiceError? =
            switch code {
            case "malformed": .malformed(reason)
            case "invalid-proof": .invalidProof(reason)
            case "unknown-folder": folder.map { .unknownFolder($0) }
            case "unknown-consent": consent.map { .unknownConsent($0) }
            case "folder-taken": folder.map { .folderTaken($0) }
            case "not-ours": folder.map { .notOurs($0) }
            case "not-permitted": .notPermitted(reason)
            case "already-issued": consent.map { .alreadyIssued($0) }
            case "erased": folder.map { .erased($0) }
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
