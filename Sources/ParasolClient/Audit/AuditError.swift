package import LogStorage
package import SharingContracts
package import TransparencyLog

/// What an audit found wrong, and where.
package enum AuditError: Error, Hashable, Sendable {
    // What is believed

    /// The policy is not one that an audit can stand on.
    case policy(PolicyProblem)
    /// The checkpoint is not final, not signed, or of another ledger.
    case checkpoint(TransparencyLogError)
    /// The folder has none.
    case noCheckpoint(folder: String)
    /// The founding leaf states another witness policy than the one trusted.
    case foreignPolicy

    // What is there

    /// A file is missing, damaged or cannot be read.
    case storage(LogFolderError)
    /// A leaf, a tile or a proof is not what it should be.
    case log(TransparencyLogError)
    /// The ledger did not hand out a leaf below its own checkpoint.
    case missingLeaf(index: UInt64)
    /// The leaf at `index` is not the one that was sequenced: its hash is another than the tile's.
    case changedLeaf(index: UInt64)
    /// The tile is not what the leaves below it make it.
    case wrongTile(Tile)
    /// Every leaf fits its hash, but the hashes do not make the root of the checkpoint.
    case wrongRoot(size: UInt64)

    // What it says

    /// The leaf at `index` breaks a rule, or one of its signatures does not verify.
    case ruleBroken(index: UInt64, ContractViolation)
    /// The trusted checkpoint is of more leaves than the folder's.
    case olderThanTrusted(trusted: UInt64, size: UInt64)
    /// The trusted checkpoint's leaves are not the first ones of the folder's: the log was forked.
    case notExtending(trusted: UInt64, size: UInt64)
    /// No leaf carries this transaction, or has this index.
    case noSuchLeaf(String, size: UInt64)
}

/// Why a policy file cannot be the ground of an audit.
package enum PolicyProblem: Hashable, Sendable {
    /// It cannot be read as one.
    case unreadable(TransparencyLogError)
    /// It is not UTF-8.
    case notText
    /// A ledger has one log key; the policy names this many.
    case logs(Int)
}

extension AuditError {
    /// An error of writing or reading a log's folder.
    init(storing error: any Error) {
        switch error {
        case let error as AuditError: self = error
        case let error as LogFolderError: self = .storage(error)
        case let error as TransparencyLogError: self = .log(error)
        // Everything that these functions call throws one of the three.
        default: self = .log(.noSuchTile)
        }
    }
}

extension AuditError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .policy(let problem): "the policy cannot be used: \(problem)"
        case .checkpoint(.noKnownSignature), .checkpoint(.notSignedByLog):
            "the checkpoint does not count: the policy's log did not sign it: is this the policy of this ledger?"
        case .checkpoint(let error): "the checkpoint does not count: \(error)"
        case .noCheckpoint(let folder):
            "\(folder) has no file named checkpoint: name the folder that a log is published in"
        case .foreignPolicy: "the ledger was founded with another witness policy than the one trusted"
        case .storage(let error): "\(error)"
        case .log(let error): "\(error)"
        case .missingLeaf(let index): "the ledger did not hand out leaf \(index)"
        case .changedLeaf(let index): "leaf \(index) was changed after it was sequenced"
        case .wrongTile(let tile):
            "\(tile) is not what the leaves make it: run parasol audit fsck for all that is damaged"
        case .wrongRoot(let size):
            "the \(size) leaves do not make the root of the checkpoint: leaves and hashes were changed together"
        case .ruleBroken(let index, let violation): "leaf \(index) breaks a rule: \(violation)"
        case .olderThanTrusted(let trusted, let size):
            "the trusted checkpoint is of \(trusted) leaves, and the folder of \(size): it is an older copy, "
                + "or leaves were taken away"
        case .notExtending(let trusted, let size):
            "the tree of \(size) leaves does not begin with the \(trusted) leaves of the trusted checkpoint: "
                + "the log was forked; run parasol audit compare for the evidence"
        case .noSuchLeaf(let wanted, let size): "none of the \(size) leaves is \(wanted)"
        }
    }
}

extension PolicyProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .notText: "it is not UTF-8"
        case .logs(let count): "it names \(count) log keys, and a ledger has one"
        }
    }
}
