internal import DurableFiles
internal import LedgerReplica
internal import LogStorage
internal import SharingContracts
internal import TransparencyLog

/// What a mirror finds in its folder, checked against each other.
struct LoadedMirror: Sendable {
    /// The newest final checkpoint whose tree is in the tiles.
    var published: FinalCheckpoint?
    /// What is being approached beyond that.
    var pending: PendingTree?
    /// What the state began with, as long as the history below it is not executed.
    var snapshot: SnapshotHead?
    var tree: TileGrowth
    var execution: StateExecution
    var writer: LogFolderWriter
    /// What it has for others.
    var snapshots: KeptSnapshots
}

/// Opens a mirror's folder: completes what an interrupted write left undone, and refuses what disagrees, saying which.
struct MirrorLoader: Sendable {
    let files: MirrorFiles
    let trust: TrustAnchor
    let options: MirrorOptions

    private var fileSystem: FileSystem { files.fileSystem }
    private var log: LogFolder { files.log }

    /// - Throws: ``MirrorError``.
    /// - Complexity: linear in the number of leaves that the state lacks; constant besides.
    func load() async throws(MirrorError) -> LoadedMirror {
        do { try fileSystem.makeFolder(files.folder) } catch { throw .file(error) }
        // First, because it locks the folder.
        var execution = try StateExecution(path: files.state, trust: trust)
        do throws(MirrorError) {
            return try await load(&execution)
        } catch {
            execution.close()
            throw error
        }
    }

    private func load(_ execution: inout StateExecution) async throws(MirrorError) -> LoadedMirror {
        let writer = try writer()
        let published = try published()
        let pending = try pending(beyond: published?.checkpoint)
        let snapshot = try snapshot(for: execution)
        let base = pending?.reached ?? published?.checkpoint
        let tree = try tree(at: base, holding: published?.checkpoint)
        if execution.size < tree.size {
            try await executeMissing(&execution, upTo: tree)
        } else if execution.size > tree.size, execution.size != snapshot?.size {
            throw .stateAhead(path: files.state, stateSize: execution.size, treeSize: tree.size)
        }
        return LoadedMirror(
            published: published, pending: pending, snapshot: snapshot, tree: tree, execution: execution,
            writer: writer,
            snapshots: try KeptSnapshots(folder: files.snapshots, trust: trust, fileSystem))
    }

    /// The log's folder, without what interrupted replacements left beside the notes.
    private func writer() throws(MirrorError) -> LogFolderWriter {
        let writer: LogFolderWriter
        do throws(LogFolderError) {
            writer = try LogFolderWriter(log)
            try writer.removeLeftovers(around: [])
        } catch { throw .log(error) }
        do throws(FileError) {
            for path in [files.pending, files.snapshot] { try fileSystem.removeInterruptedReplacements(of: path) }
            for path in [files.importedState, files.historyState] { try files.removeDatabase(path) }
        } catch { throw .file(error) }
        return writer
    }

    private func published() throws(MirrorError) -> FinalCheckpoint? {
        let note: [UInt8]?
        do { note = try log.checkpoint() } catch { throw .log(error) }
        guard let note else { return nil }
        do { return try trust.verify(checkpoint: note) } catch { throw .damagedNote(path: log.checkpointPath, error) }
    }

    /// What was being approached, unless it has been reached.
    private func pending(beyond published: Checkpoint?) throws(MirrorError) -> PendingTree? {
        let bytes: [UInt8]?
        do { bytes = try files.contents(of: files.pending, atMost: PendingTree.maximumBytes) } catch {
            throw .file(error)
        }
        guard let bytes else { return nil }
        let pending: PendingTree
        do { pending = try PendingTree(encoded: bytes, trust: trust) } catch {
            throw .damagedNote(path: files.pending, error)
        }
        guard let published else { return pending }
        let target = pending.target.checkpoint
        if target.size == published.size, target.root != published.root { throw .forked(size: target.size) }
        return pending.reached.size > published.size ? pending : nil
    }

    /// What the state began with. Rows of fewer leaves are not of a snapshot: its taking over was interrupted.
    private func snapshot(for execution: StateExecution) throws(MirrorError) -> SnapshotHead? {
        do {
            guard let bytes = try files.contents(of: files.snapshot, atMost: SnapshotHead.maximumBytes) else {
                return nil
            }
            let head = try SnapshotHead(encoded: bytes, trust: trust)
            if execution.size >= head.size { return head }
            try fileSystem.remove(files.snapshot)
            return nil
        } catch let error as FileError {
            throw .file(error)
        } catch let error as SnapshotError {
            throw .snapshot(error)
        } catch { throw .state(path: files.snapshot, "\(error)") }
    }

    /// The tree of the tiles that were proved, which begins with the published one.
    private func tree(at base: Checkpoint?, holding published: Checkpoint?) throws(MirrorError) -> TileGrowth {
        guard let base else { return TileGrowth() }
        let tree = try TileGrowth(size: base.size, in: log)
        guard tree.root == base.root else { throw .damagedTiles(folder: log.path, size: base.size) }
        guard let published, published.size < base.size else { return tree }
        do {
            var lookup = log.lookup(size: base.size)
            guard try lookup.root(ofFirst: published.size) == published.root else {
                throw MirrorError.damagedTiles(folder: log.path, size: published.size)
            }
        } catch let error as MirrorError {
            throw error
        } catch let error as LogFolderError {
            throw .log(error)
        } catch { throw .damagedTiles(folder: log.path, size: published.size) }
        return tree
    }

    /// Executes the leaves whose rows are not in the database, against the hashes that the tiles have of them.
    private func executeMissing(_ execution: inout StateExecution, upTo tree: TileGrowth) async throws(MirrorError) {
        var replayed = try TileGrowth(size: execution.size, in: log)
        let reader = LeafReader(log: log, size: tree.size)
        while execution.size < tree.size {
            let start = execution.size
            let leaves = try reader.leaves(from: start, upTo: tree.size)
            do { for leaf in leaves { try replayed.append(leaf) } } catch {
                throw .damagedTiles(folder: log.path, size: tree.size)
            }
            replayed.settle()
            if replayed.size == tree.size, replayed.root != tree.root {
                throw .damagedTiles(folder: log.path, size: tree.size)
            }
            let decoded = await DecodedLeaf.decoded(leaves, from: start, in: execution)
            try execution.apply(decoded, trust: trust)
            try await execution.writeRows(try execution.changedRows())
            execution.didWrite()
        }
    }
}
