package import SharingContracts

/// Why a key service did not do what it was asked.
package enum KeyServiceError: Error, Hashable, Sendable {
    case malformed(String)
    /// A proof, signature or commitment that the service checked does not hold.
    case invalidProof(String)
    case unknownFolder(FolderID)
    case unknownConsent(ConsentID)
    /// The folder is already open, or its share was made for another public share.
    case folderTaken(FolderID)
    /// The folder belongs to another key service.
    case notOurs(FolderID)
    /// The consent is not one that keys may be issued for now.
    case notPermitted(String)
    case alreadyIssued(ConsentID)
    /// The folder was erased and its share destroyed.
    case erased(FolderID)
    /// The ledger cannot be followed to a fresh final checkpoint, so nothing is decided.
    case cannotFollowLedger(String)
    case ledger(LedgerError)
    case storage(String)
    case unreachable(String)
}

extension KeyServiceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let reason): "malformed: \(reason)"
        case .invalidProof(let reason): "invalid proof: \(reason)"
        case .unknownFolder(let folder): "the ledger has no folder \(folder)"
        case .unknownConsent(let consent): "the ledger has no consent \(consent)"
        case .folderTaken(let folder): "folder \(folder) already has a share; choose another identifier"
        case .notOurs(let folder): "folder \(folder) belongs to another key service"
        case .notPermitted(let reason): "not permitted: \(reason)"
        case .alreadyIssued(let consent): "keys for consent \(consent) are already issued"
        case .erased(let folder): "folder \(folder) is erased"
        case .cannotFollowLedger(let reason): "cannot decide: \(reason)"
        case .ledger(let error): "\(error)"
        case .storage(let reason): "the key service's store failed: \(reason)"
        case .unreachable(let reason): "the key service cannot be reached: \(reason)"
        }
    }
}
