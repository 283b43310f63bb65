package import DurableFiles
package import LogStorage
package import ServiceProtocols
package import SharingContracts
package import TransparencyLog

/// Why a mirror did not open, follow or answer: the source was not to be had, or somebody was caught, or its own copy is damaged.
package enum MirrorError: Error, Hashable, Sendable {
    // The source.
    /// It did not answer as it should, and nothing is known to be wrong.
    case source(LedgerError)
    /// The checkpoint it offers is not final, not signed, or not of this ledger.
    case checkpoint(TransparencyLogError)
    /// The newest final checkpoint offered is smaller than one that is known to be final: an old one is replayed.
    case rolledBack(known: UInt64, offered: UInt64)
    /// The leaves lead to another root than the final checkpoint of this size has; or two final checkpoints of this size differ.
    case forked(size: UInt64)
    /// What the source serves below `size` is not the beginning of the final tree of `finalSize` leaves.
    case notPartOfFinalTree(size: UInt64, finalSize: UInt64, TransparencyLogError)
    /// The source served no entries, or too many, where its checkpoint says that there are some.
    case missingEntries(from: UInt64, to: UInt64)
    /// A final tree holds a leaf that breaks a rule: quorum and ledger both failed.
    case ruleBroken(index: UInt64, ContractViolation)
    /// The founding leaf states another witness policy than the one trusted here.
    case foreignPolicy

    // The mirror's own files.
    case file(FileError)
    case log(LogFolderError)
    /// A note that the mirror keeps does not count any more.
    case damagedNote(path: String, TransparencyLogError)
    /// The tiles do not make the root that the mirror has of its first `size` leaves.
    case damagedTiles(folder: String, size: UInt64)
    /// A tile is not what the leaves make it.
    case damagedTile(path: String)
    /// The entry of a leaf has not the hash that the tiles have.
    case damagedLeaf(path: String, index: UInt64)
    /// The state's database cannot be read or written.
    case state(path: String, String)
    /// The state is of more leaves than the tiles that were proved: it is not of this copy.
    case stateAhead(path: String, stateSize: UInt64, treeSize: UInt64)
    /// A row of the state is not what the leaves make it: `nil` for one of them means that it is absent there.
    case damagedState(path: String, row: String)

    // What the mirror cannot do now.
    /// A write failed earlier, and nobody knows what is on the disk: open the mirror anew.
    case halted(String)
    /// The state comes from a snapshot that nobody vouched for, and the history has not been executed yet.
    case heldBack(snapshotSize: UInt64)
    /// The state is being brought to a larger tree.
    case catchingUp(stateSize: UInt64)
    /// The mirror has not published any tree yet, or none that holds what was asked.
    case tooSmall(size: UInt64, needed: UInt64)
    /// The leaves make another state than the snapshot that this mirror began with said.
    case snapshotRefuted(size: UInt64)
    /// What was asked for was not wanted any more before it was done.
    case cancelled
    case snapshot(SnapshotError)
}

extension MirrorError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .source(let error): "the source: \(error)"
        case .checkpoint(let error): "the source's checkpoint does not count: \(error)"
        case .rolledBack(let known, let offered):
            "the source offers \(offered) leaves after \(known) were final: an old checkpoint is replayed"
        case .forked(let size): "two trees of \(size) leaves are final or claim to be: the ledger was forked"
        case .notPartOfFinalTree(let size, let finalSize, let error):
            "the \(size) leaves served are not proved to be the first of the \(finalSize) that are final: \(error)"
        case .missingEntries(let start, let end): "the source does not serve the entries \(start)..<\(end) as asked"
        case .ruleBroken(let index, let violation): "leaf \(index) is final and breaks a rule: \(violation)"
        case .foreignPolicy: "the ledger was founded with another witness policy than the one trusted here"
        case .file(let error): "\(error)"
        case .log(let error): "\(error)"
        case .damagedNote(let path, let error): "\(path) does not count: \(error)"
        case .damagedTiles(let folder, let size):
            "the tiles in \(folder) do not make the root of the first \(size) leaves"
        case .damagedTile(let path): "\(path) is not what the leaves make it"
        case .damagedLeaf(let path, let index): "leaf \(index) in \(path) has not the hash that the tiles have of it"
        case .state(let path, let reason): "\(path): \(reason)"
        case .stateAhead(let path, let stateSize, let treeSize):
            "\(path) is of \(stateSize) leaves, and the tiles hold \(treeSize) that were proved"
        case .damagedState(let path, let row): "\(path): row \(row) is not what the leaves make it"
        case .halted(let reason): "the mirror stopped and must be opened anew: \(reason)"
        case .heldBack(let size):
            "the state comes from a snapshot of \(size) leaves without a quorum's word; the history is not executed yet"
        case .catchingUp(let size): "the state is on its way to a larger tree, at \(size) leaves"
        case .tooSmall(let size, let needed): "the mirror has \(size) leaves, and \(needed) are needed"
        case .cancelled: "cancelled"
        case .snapshotRefuted(let size): "the first \(size) leaves make another state than the snapshot said"
        case .snapshot(let error): "\(error)"
        }
    }
}

extension MirrorError {
    /// The error as a user of a ledger sees it.
    var asLedgerError: LedgerError {
        switch self {
        case .source(let error): error
        case .file, .log, .state, .halted: .storage("\(self)")
        case .tooSmall(let size, let needed): .outOfRange(start: 0, end: needed, size: size)
        case .heldBack, .catchingUp: .unreachable("\(self)")
        default: .inconsistent("\(self)")
        }
    }
}
