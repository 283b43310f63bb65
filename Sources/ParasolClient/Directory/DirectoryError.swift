package import LedgerReplica
package import ServiceProtocols
package import SharingContracts
package import TransparencyLog

/// Why a ledger's answer about a signer does not count.
package enum DirectoryError: Error, Hashable, Sendable {
    case ledger(LedgerError)
    /// The ledger says that it does not know the signer.
    case unknown(SignerID)
    /// A receipt proves nothing.
    case receipt(ReceiptError)
    /// The checkpoint is not final, not signed, or not of this ledger.
    case checkpoint(TransparencyLogError)
    /// The leaf that is said to be the signer's beginning or end says something else.
    case otherSubject(SignerID, leaf: UInt64, says: String)
    /// The founding states another witness policy than the one trusted here.
    case foreignPolicy
    /// The end is before the beginning, or a member's, which has none.
    case impossibleEnd(leaf: UInt64)
    /// It is proved, and retired or erased.
    case ended(SignerID, leaf: UInt64)
    /// It is proved, and something else than what is asked for.
    case otherStanding(SignerID, wanted: String, found: String)
    /// A trail goes back, or does not go on.
    case outOfOrder(leaf: UInt64)
    /// The checkpoint has too few leaves for what it is to cover.
    case notCovered(leaf: UInt64, size: UInt64)
    /// The checkpoint is older than the caller wants to rely on.
    case stale(ageMilliseconds: UInt64)
    /// The witnesses' clocks are ahead of this machine's by more than is tolerated.
    case ahead(milliseconds: UInt64)
}

extension DirectoryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .ledger(let error): "\(error)"
        case .unknown(let id): "the ledger knows no member, identity or folder \(id)"
        case .receipt(let error): "the ledger's proof does not count: \(error)"
        case .checkpoint(let error): "the ledger's checkpoint does not count: \(error)"
        case .otherSubject(let id, let leaf, let says): "leaf \(leaf) says nothing of \(id): it is a \(says)"
        case .foreignPolicy: "the ledger was founded with another witness policy than the one trusted here"
        case .impossibleEnd(let leaf): "leaf \(leaf) cannot have ended it"
        case .ended(let id, let leaf): "\(id) is retired or erased, by leaf \(leaf)"
        case .otherStanding(let id, let wanted, let found): "\(id) is a \(found) of this ledger, and no \(wanted)"
        case .outOfOrder(let leaf): "the trail does not go on after leaf \(leaf)"
        case .notCovered(let leaf, let size): "the checkpoint of \(size) leaves does not cover leaf \(leaf)"
        case .stale(let age): "the ledger's checkpoint is \(age) ms old"
        case .ahead(let milliseconds): "the witnesses' clocks are \(milliseconds) ms ahead of this machine's"
        }
    }
}
