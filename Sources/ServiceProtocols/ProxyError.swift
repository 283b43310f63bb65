package import SharingContracts

/// Why a proxy did not do what it was asked.
package enum ProxyError: Error, Hashable, Sendable {
    case malformed(String)
    /// The receipt does not prove inclusion in a final checkpoint, or proves another kind of transaction.
    case invalidReceipt(String)
    /// A half, sum, commitment or signature does not hold: nothing was installed.
    case invalidFragment(String)
    case unknownConsent(ConsentID)
    case unknownRequest(TransactionID)
    /// The proxy holds no fragment of this consent.
    case noFragment(ConsentID)
    /// The consent does not allow a transform now: revoked, expired, erased, not yet valid.
    case notPermitted(ConsentID, String)
    /// The capsule is not the one of the record that was asked for.
    case wrongCapsule(RecordID)
    /// The ledger cannot be followed to a fresh final checkpoint, so nothing is decided.
    case cannotFollowLedger(String)
    case ledger(LedgerError)
    case storage(String)
    case unreachable(String)
}

extension ProxyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let reason): "malformed: \(reason)"
        case .invalidReceipt(let reason): "invalid receipt: \(reason)"
        case .invalidFragment(let reason): "invalid fragment: \(reason)"
        case .unknownConsent(let consent): "the ledger has no consent \(consent)"
        case .unknownRequest(let request): "the ledger has no access request \(request)"
        case .noFragment(let consent): "this proxy holds no fragment of consent \(consent)"
        case .notPermitted(let consent, let reason): "consent \(consent) does not permit it: \(reason)"
        case .wrongCapsule(let record): "the capsule is not that of record \(record)"
        case .cannotFollowLedger(let reason): "cannot decide: \(reason)"
        case .ledger(let error): "\(error)"
        case .storage(let reason): "the proxy's store failed: \(reason)"
        case .unreachable(let reason): "the proxy cannot be reached: \(reason)"
        }
    }
}
