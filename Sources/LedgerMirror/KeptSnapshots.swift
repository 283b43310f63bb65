internal import DurableFiles
internal import LedgerReplica
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// The snapshots in a mirror's folder: those that a quorum vouches for, which others may have, and the newest that awaits its word.
///
/// Each is a file named after its size: `16384`, and `16384.unvouched` before a quorum's note is in it.
struct KeptSnapshots: Sendable {
    /// So that whoever is fetching the one before can end.
    private static let kept = 2
    private static let unvouchedSuffix = ".unvouched"

    let folder: String
    let trust: TrustAnchor
    let fileSystem: FileSystem
    /// Ascending by size.
    private(set) var vouched: [OfferedSnapshot] = []
    private(set) var awaiting: SnapshotHead?

    /// Finds what is there, and removes what an interrupted write left.
    ///
    /// - Throws: ``MirrorError/file(_:)``; a file that is no snapshot of this ledger is removed, for it can be made again.
    init(folder: String, trust: TrustAnchor, _ fileSystem: FileSystem) throws(MirrorError) {
        (self.folder, self.trust, self.fileSystem) = (folder, trust, fileSystem)
        do throws(FileError) {
            guard try fileSystem.exists(folder) else { return }
            for name in try fileSystem.names(in: folder) {
                let path = folder + "/" + name
                let isAwaiting = name.hasSuffix(Self.unvouchedSuffix)
                let size = UInt64(isAwaiting ? String(name.dropLast(Self.unvouchedSuffix.count)) : name)
                guard let size, let head = try? Self.head(of: path, trust, fileSystem), head.size == size,
                    (head.stateNote == nil) == isAwaiting
                else {
                    try fileSystem.remove(path)
                    continue
                }
                if isAwaiting {
                    if awaiting.map({ $0.size < size }) ?? true { awaiting = head }
                } else {
                    vouched.append(OfferedSnapshot(size: head.size, byteCount: try fileSystem.size(of: path) ?? 0))
                }
            }
            vouched.sort { $0.size < $1.size }
            try removeOutdated()
        } catch { throw .file(error) }
    }

    /// Leaves of the newest, vouched for or not; 0 for none.
    var newestSize: UInt64 { max(awaiting?.size ?? 0, vouched.last?.size ?? 0) }

    func path(of size: UInt64) -> String { "\(folder)/\(size)" }

    /// Where one is written that a quorum does not vouch for yet.
    func unvouchedPath(of size: UInt64) -> String { path(of: size) + Self.unvouchedSuffix }

    mutating func add(_ head: SnapshotHead) throws(FileError) {
        awaiting = head
        try removeOutdated()
    }

    /// Puts a quorum's word into the snapshot that awaits it.
    ///
    /// - Returns: Whether the note is of that snapshot's leaves.
    /// - Throws: ``MirrorError/snapshotRefuted(size:)`` for a quorum's word that these leaves make another state.
    mutating func vouch(_ note: StateNote) throws(MirrorError) -> Bool {
        guard let awaiting, note.size == awaiting.size else { return false }
        guard note.root == awaiting.root else { throw .snapshotRefuted(size: note.size) }
        do {
            let head = try SnapshotHead(
                checkpoint: awaiting.checkpoint, stateNote: note, root: awaiting.root, rowCount: awaiting.rowCount)
            let path = path(of: head.size)
            let input = try SnapshotInput(unvouchedPath(of: head.size), fileSystem)
            _ = try SnapshotHead(trust: trust) { try input.read($0, $1) }
            try SnapshotOutput.replace(path, fileSystem) { output in
                try output.write(head)
                try output.write(rest: input)
            }
            vouched.append(OfferedSnapshot(size: head.size, byteCount: try fileSystem.size(of: path) ?? 0))
            self.awaiting = nil
            try removeOutdated()
            return true
        } catch let error as FileError {
            throw .file(error)
        } catch let error as SnapshotError {
            throw .snapshot(error)
        } catch { throw .halted("\(error)") }
    }

    private mutating func removeOutdated() throws(FileError) {
        vouched.removeFirst(max(0, vouched.count - Self.kept))
        let names = vouched.map { path(of: $0.size) } + (awaiting.map { [unvouchedPath(of: $0.size)] } ?? [])
        for name in try fileSystem.names(in: folder) where !names.contains(folder + "/" + name) {
            try fileSystem.remove(folder + "/" + name)
        }
    }

    private static func head(of path: String, _ trust: TrustAnchor, _ files: FileSystem) throws -> SnapshotHead {
        let input = try SnapshotInput(path, files)
        return try SnapshotHead(trust: trust) { try input.read($0, $1) }
    }
}
