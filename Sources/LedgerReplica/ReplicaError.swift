package import ServiceProtocols
package import SharingContracts
package import TransparencyLog

/// Why a replica did not follow its ledger: either the ledger was not to be had, or it was caught.
package enum ReplicaError: Error, Hashable, Sendable {
    /// The ledger did not answer as it should, and nothing is known to be wrong.
    case ledger(LedgerError)
    /// The checkpoint is not final, not signed, or not of this ledger.
    case checkpoint(TransparencyLogError)
    /// The newest final checkpoint has fewer leaves than one seen before, or another root at the same size.
    case rolledBack(known: UInt64, offered: UInt64)
    /// The leaves served do not hash to the root of the final checkpoint: somebody rewrote something.
    case rootMismatch(size: UInt64)
    /// The final tree holds a leaf that breaks a rule: quorum and ledger both failed.
    case ruleBroken(index: UInt64, ContractViolation)
    /// The founding leaf states another witness policy than the one this replica trusts.
    case foreignPolicy
    /// The ledger served no entries where its checkpoint says that there are some.
    case missingEntries(from: UInt64, size: UInt64)
    /// The record of the newest checkpoint seen could not be kept or read.
    case storage(String)
    /// The world state's database cannot be read or written, or holds no state of this ledger.
    case state(StateError)
    /// The rows in the world state's database are of `size` leaves that are not the beginning of the final tree.
    case foreignState(path: String, size: UInt64)
}

extension ReplicaError {
    /// Whether what the ledger served is proved wrong, so that nothing that was built on it may be kept.
    var condemnsEntries: Bool {
        switch self {
        case .rolledBack, .rootMismatch, .ruleBroken, .foreignPolicy: true
        case .ledger, .checkpoint, .missingEntries, .storage, .state, .foreignState: false
        }
    }
}

extension ReplicaError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .ledger(let error): "\(error)"
        case .checkpoint(let error): "the checkpoint does not count: \(error)"
        case .rolledBack(let known, let offered):
            "the ledger offers \(offered) leaves after \(known) were seen, or other ones: it was rolled back or forked"
        case .rootMismatch(let size): "the first \(size) leaves do not hash to the final root: the ledger was rewritten"
        case .ruleBroken(let index, let violation): "leaf \(index) breaks a rule: \(violation)"
        case .foreignPolicy: "the ledger was founded with another witness policy than the one trusted here"
        case .missingEntries(let start, let size): "no entries from \(start) on, of \(size)"
        case .storage(let reason): "the newest checkpoint seen could not be kept: \(reason)"
        case .state(let error): "\(error)"
        case .foreignState(let path, let size):
            "\(path) is of \(size) leaves that are not proved to be the first of the ledger: remove it to have it made "
                + "anew; if that changes nothing, the ledger was rewritten"
        }
    }
}
