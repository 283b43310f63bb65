package import SharingContracts

/// Why a world state over a database could not be had, extended or written.
package enum StateError: Error, Hashable, Sendable {
    /// The database cannot be opened, read or written now. Nothing is known to be wrong with what is in it.
    case unavailable(path: String, reason: String)
    /// What the database holds is no state of this ledger. It may be removed: all of it can be made from the leaves anew.
    case damaged(path: String, reason: String)
    /// The leaf at `index` breaks a rule.
    case ruleBroken(index: UInt64, ContractViolation)
}

extension StateError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unavailable(let path, let reason): "\(path) cannot be read or written: \(reason)"
        case .damaged(let path, let reason): "\(path) is no state of this ledger: \(reason)"
        case .ruleBroken(let index, let violation): "leaf \(index) breaks a rule: \(violation)"
        }
    }
}
