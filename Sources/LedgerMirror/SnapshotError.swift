package import SharingContracts
package import TransparencyLog

/// Why a snapshot of the state is not taken over, or not made. Rows count from 0.
package enum SnapshotError: Error, Hashable, Sendable {
    /// It does not begin as snapshots of this version do.
    case notASnapshot
    /// A part has more bytes than any can have.
    case tooLong(SnapshotPart, bytes: UInt64, bound: Int)
    /// It ends within a part.
    case endedEarly(SnapshotPart)
    /// There are bytes behind the last row.
    case trailingBytes(UInt64)
    /// Its checkpoint is not final.
    case checkpoint(TransparencyLogError)
    /// Its state note is not a quorum's.
    case stateNote(TransparencyLogError)
    /// Its state note is of another size or root than its checkpoint and its head.
    case noteDisagrees(noteSize: UInt64, checkpointSize: UInt64)
    /// It has no state note, and one was asked for.
    case notVouched
    /// A row is not one of its table, or not in its one encoding.
    case badRow(UInt64, StateRowError)
    /// A row does not follow the one before.
    case notAscending(UInt64)
    /// The rows have another root than the head says.
    case rootMismatch
    /// The rows are of another number of leaves than the checkpoint.
    case wrongSize(stateSize: UInt64, checkpointSize: UInt64)
    /// The mirror has a state or a tree already.
    case notEmpty(path: String)
}

/// A part of a snapshot.
package enum SnapshotPart: String, Hashable, Sendable {
    case head
    case checkpoint
    case stateNote = "state note"
    case row
}

extension SnapshotError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notASnapshot: "not a snapshot of a ledger's state, or of another version"
        case .tooLong(let part, let bytes, let bound):
            "the snapshot's \(part.rawValue) has \(bytes) bytes, at most \(bound) are possible"
        case .endedEarly(let part): "the snapshot ends within its \(part.rawValue)"
        case .trailingBytes(let count): "\(count) bytes follow the snapshot's last row"
        case .checkpoint(let error): "the snapshot's checkpoint does not count: \(error)"
        case .stateNote(let error): "the snapshot's state note does not count: \(error)"
        case .noteDisagrees(let note, let checkpoint):
            "the state note, of \(note) leaves, is not that of this snapshot, of \(checkpoint)"
        case .notVouched: "no quorum vouches for the snapshot's state"
        case .badRow(let number, let error): "row \(number) of the snapshot: \(error)"
        case .notAscending(let number): "row \(number) of the snapshot does not follow the one before"
        case .rootMismatch: "the snapshot's rows have not the root that it states"
        case .wrongSize(let state, let checkpoint):
            "the snapshot's rows are of \(state) leaves, its checkpoint of \(checkpoint)"
        case .notEmpty(let path): "\(path) is there already: a snapshot is taken over only into a new mirror"
        }
    }
}
