internal import DurableFiles
internal import LedgerReplica
internal import LogStorage
internal import TransparencyLog

extension LedgerMirror {
    /// Executes the whole published history anew from the mirror's own files, and compares everything that was derived from it:
    /// tiles of every level, the roots, every row of the state, and what the state began with where that was a snapshot.
    ///
    /// Runs beside following and serving, a bundle at a time. Afterwards the standing is ``Standing/executed``.
    ///
    /// - Throws: ``MirrorError`` with the first disagreement, after which the mirror does nothing more.
    ///   ``MirrorError/tooSmall(size:needed:)`` where the leaves below the snapshot are not here yet: follow first.
    ///   ``MirrorError/cancelled`` where the task was: nothing is known then that was not before, and the mirror goes on.
    /// - Complexity: linear in the number of leaves, signatures included; memory for one bundle. The rows are kept in a database
    ///   of their own meanwhile, which is removed.
    package func verifyHistory() async throws(MirrorError) {
        try demandRunning()
        let size = published?.checkpoint.size ?? 0
        if let snapshot, size < snapshot.size { throw .tooSmall(size: size, needed: snapshot.size) }
        let path = files.historyState
        do { try files.removeDatabase(path) } catch { throw .file(error) }
        do throws(MirrorError) {
            var history = try HistoryExecution(path: path, log: files.log, trust: trust, snapshot: snapshot)
            defer { history.execution.close() }
            try await execute(&history)
            // The rest while nothing moves on.
            try await inTurn { [history] in try await self.complete(history) }
        } catch {
            try? files.removeDatabase(path)
            if case .cancelled = error { throw error }
            throw halt(error)
        }
        do { try files.removeDatabase(path) } catch { throw .file(error) }
    }

    /// Executes until the mirror's own state is reached, which may move on meanwhile.
    private func execute(_ history: inout HistoryExecution) async throws(MirrorError) {
        while let final = published, history.size < final.checkpoint.size || history.size < execution.size {
            try demandRunning()
            guard !Task.isCancelled else { throw .cancelled }
            // Between two final trees the state is ahead of what is published.
            let size = max(final.checkpoint.size, execution.size)
            try await history.step(inTree: size)
        }
    }

    /// Executes what is left, compares, and takes the state for executed.
    private func complete(_ begun: HistoryExecution) async throws(MirrorError) {
        var history = begun
        try await execute(&history)
        try history.demandRightEdge(of: tree)
        try execution.demandEqual(to: history.execution)
        guard snapshot != nil else { return }
        do throws(FileError) {
            try files.fileSystem.remove(files.snapshot)
            try files.fileSystem.synchronizeFolder(files.folder)
        } catch { throw .file(error) }
        snapshot = nil
    }
}

/// The history of a mirror, executed from its files.
struct HistoryExecution: Sendable {
    private let log: LogFolder
    private let trust: TrustAnchor
    private let snapshot: SnapshotHead?
    private var tree = TileGrowth()
    private(set) var execution: StateExecution

    init(path: String, log: LogFolder, trust: TrustAnchor, snapshot: SnapshotHead?) throws(MirrorError) {
        self.log = log
        self.trust = trust
        self.snapshot = snapshot
        execution = try StateExecution(path: path, trust: trust)
    }

    var size: UInt64 { execution.size }

    /// Executes what is left of a bundle, at most to the snapshot's end.
    mutating func step(inTree size: UInt64) async throws(MirrorError) {
        let start = execution.size
        var end = min(size, (start >> 8 + 1) << 8)
        if let snapshot, snapshot.size > start { end = min(end, snapshot.size) }
        let leaves = try LeafReader(log: log, size: size).leaves(from: start, upTo: end)
        do { for leaf in leaves { try tree.append(leaf) } } catch {
            throw .damagedTiles(folder: log.path, size: size)
        }
        for tile in tree.filled { try demandHashes(of: tile) }
        tree.settle()
        let decoded = await DecodedLeaf.decoded(leaves, from: start, in: execution)
        try execution.apply(decoded, trust: trust)
        try await execution.writeRows(try execution.changedRows())
        execution.didWrite()
        if let snapshot, snapshot.size == execution.size, try execution.stateRoot() != snapshot.root {
            throw .snapshotRefuted(size: snapshot.size)
        }
    }

    /// Tiles that were filled now are where they should be and as the leaves make them.
    private func demandHashes(of tile: Tile) throws(MirrorError) {
        guard let expected = tree.fullBytes(of: tile) else { return }
        let found: [UInt8]?
        do { found = try log.bytes(of: tile) } catch { throw .log(error) }
        guard let found else { throw .log(.missing(tile, folder: log.path)) }
        guard found == expected else { throw .damagedTile(path: log.file(of: tile)) }
    }

    /// The partial tiles of the mirror's tree and its root are as the leaves make them.
    func demandRightEdge(of other: TileGrowth) throws(MirrorError) {
        guard tree.size == other.size else { return }
        do {
            for (tile, hashes) in tree.edge.partialTiles where try log.hashes(of: tile) != hashes {
                throw MirrorError.damagedTile(path: log.file(of: tile))
            }
        } catch let error as MirrorError {
            throw error
        } catch let error as LogFolderError {
            throw .log(error)
        } catch { throw .damagedTiles(folder: log.path, size: tree.size) }
        guard tree.root == other.root else { throw .damagedTiles(folder: log.path, size: tree.size) }
    }
}
