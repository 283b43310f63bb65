internal import DurableFiles
internal import LedgerReplica
internal import LogStorage
internal import SharingContracts

/// Takes a snapshot over into a mirror's folder that has no state yet.
struct SnapshotImport: Sendable {
    /// Rows that are written in one transaction.
    private static let batchRows = 4096
    private static let batchBytes = 4 << 20

    let files: MirrorFiles
    let trust: TrustAnchor

    private var fileSystem: FileSystem { files.fileSystem }

    func run(_ path: String, acceptingUnvouched: Bool) async throws -> SnapshotHead {
        try fileSystem.makeFolder(files.folder)
        // The one that an open mirror's database holds.
        let lock = try FileLock(files.state + ".lock", in: fileSystem)
        defer { withExtendedLifetime(lock) {} }
        for taken in files.ofAState where try fileSystem.exists(taken) {
            throw SnapshotError.notEmpty(path: taken)
        }
        var rows = try SnapshotRows(SnapshotInput(path, fileSystem), trust: trust)
        guard acceptingUnvouched || rows.head.stateNote != nil else { throw SnapshotError.notVouched }
        try files.removeDatabase(files.importedState)
        do {
            try await write(&rows)
            try accept(rows.head)
        } catch {
            try? files.removeDatabase(files.importedState)
            throw error
        }
        return rows.head
    }

    private func write(_ rows: inout SnapshotRows) async throws {
        let states = try StateStore(path: files.importedState)
        do {
            var batch: [StateRow] = []
            var bytes = 0
            while let row = try rows.next() {
                batch.append(row)
                bytes += row.value.count
                guard batch.count >= Self.batchRows || bytes >= Self.batchBytes else { continue }
                try await states.write(batch)
                (batch, bytes) = ([], 0)
            }
            try await states.write(batch)
            try rows.head.demand(states.state(origin: trust.originName), trust: trust)
            try states.close()
        } catch {
            try? states.close()
            throw error
        }
    }

    /// The head first: a state without it would pass for one whose leaves were executed here.
    private func accept(_ head: SnapshotHead) throws {
        let path = files.importedState
        guard try fileSystem.size(of: path + "-wal") ?? 0 == 0 else {
            throw MirrorError.state(path: path, "rows are left in the write-ahead log")
        }
        try fileSystem.replace(files.snapshot, with: head.encoded)
        try fileSystem.rename(path, to: files.state)
        try fileSystem.synchronizeFolder(files.folder)
        try files.removeDatabase(path)
    }
}
