package import SharingContracts
package import TransparencyLog

/// What an audit found wrong, and where.
package enum AuditError: Error, Hashable, Sendable {
    /// The checkpoint is not final, not signed, or of another ledger.
    case checkpoint(TransparencyLogError)
    /// The files that hold the leaf at `index` cannot be read as such.
    case damagedBundle(index: UInt64, String)
    /// The leaf at `index` is not the one that was sequenced: its hash is another.
    case changedLeaf(index: UInt64)
    /// The leaf at `index` breaks a rule, or one of its signatures does not verify.
    case ruleBroken(index: UInt64, ContractViolation)
    /// Every leaf fits its hash, but the hashes do not make the root of the checkpoint.
    case wrongRoot(size: UInt64)
    /// The founding leaf states another witness policy than the one trusted.
    case foreignPolicy
}

extension AuditError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .checkpoint(let error): "the checkpoint does not count: \(error)"
        case .damagedBundle(let index, let reason): "leaf \(index) is damaged: \(reason)"
        case .changedLeaf(let index): "leaf \(index) was changed after it was sequenced"
        case .ruleBroken(let index, let violation): "leaf \(index) breaks a rule: \(violation)"
        case .wrongRoot(let size): "the \(size) leaves do not make the root of the checkpoint: hashes were changed"
        case .foreignPolicy: "the ledger was founded with another witness policy than the one trusted"
        }
    }
}
