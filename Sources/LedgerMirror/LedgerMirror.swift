internal import DurableFiles
package import LedgerReplica
internal import LogStorage
package import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

/// A full copy of a ledger that believes nothing but signatures, hashes and rules, and that serves reads as the ledger itself does.
///
/// It keeps tiles and bundles in C2SP layout, the newest final checkpoint whose tree they hold, and the world state's rows. It
/// follows in steps: the leaves of each are proved to be of a final tree, executed rule by rule, and made durable before
/// the next. The checkpoint is published last: what it does not cover may be on the disk, and is not served.
///
/// Blocks on the disk, on a thread of its own.
package actor LedgerMirror {
    private let executor = BlockingExecutor(label: "parasol.ledger.mirror")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    let files: MirrorFiles
    let trust: TrustAnchor
    let source: any Ledger
    let options: MirrorOptions
    /// Nil for a mirror that looks at its source only when it is told to.
    let clock: (any Clock)?
    /// When the source was asked last for what is new, by ``clock``.
    var askedLast: Timestamp?
    /// Who is told of new published checkpoints.
    let followers = CheckpointBroadcast()

    /// The newest final checkpoint whose tree is in the tiles.
    var published: FinalCheckpoint?
    var pending: PendingTree?
    var snapshot: SnapshotHead?
    /// What it makes for others.
    var snapshots: KeptSnapshots
    /// Writes the newest of them; nil where none is being written.
    var writing: Task<Void, Never>?
    /// The final checkpoint of which the next is to be.
    var milestone: FinalCheckpoint?
    /// The largest final checkpoint that the source has shown, reached or not.
    var seen: Checkpoint?
    /// What is in the tiles and proved.
    var tree: TileGrowth
    var execution: StateExecution
    var writer: LogFolderWriter
    /// Whether what an interrupted write left beside the next tiles has been removed.
    var hasTidied = false
    /// Why nothing is done any more.
    var halted: MirrorError?
    /// Done when nothing that changes the mirror runs or waits any more.
    private var latestTurn: Task<Void, Never>?

    private init(
        _ loaded: LoadedMirror, files: MirrorFiles, trust: TrustAnchor, source: any Ledger, options: MirrorOptions,
        clock: (any Clock)?
    ) {
        self.files = files
        self.trust = trust
        self.source = source
        self.options = options
        self.clock = clock
        published = loaded.published
        pending = loaded.pending
        snapshot = loaded.snapshot
        snapshots = loaded.snapshots
        tree = loaded.tree
        execution = loaded.execution
        writer = loaded.writer
    }

    /// Opens a mirror, or begins a new one.
    ///
    /// Completes what was interrupted. Leaves whose rows are missing, up to all of them, are executed from the mirror's own
    /// bundles: so a lost or damaged state is rebuilt by removing its database.
    ///
    /// - Parameters:
    ///   - files: A folder whose parent is there. Nobody else may have it open.
    ///   - source: The ledger, or another mirror of it.
    ///   - clock: Has whoever asks for the newest checkpoint see what the source has, as far as it can be had soon
    ///     (``MirrorOptions/askAgainMilliseconds``); nil to look at the source in ``catchUp()`` only.
    /// - Throws: ``MirrorError`` on any disagreement.
    package static func open(
        _ files: MirrorFiles, trust: TrustAnchor, source: any Ledger, options: MirrorOptions = MirrorOptions(),
        clock: (any Clock)? = nil
    ) async throws(MirrorError) -> LedgerMirror {
        let loaded = try await MirrorLoader(files: files, trust: trust, options: options).load()
        return LedgerMirror(loaded, files: files, trust: trust, source: source, options: options, clock: clock)
    }

    /// Whether a mirror's folder has nothing that ``restore(_:into:trust:acceptingUnvouched:)`` would refuse to write beside.
    ///
    /// - Throws: ``MirrorError/file(_:)``.
    package static func isNew(_ files: MirrorFiles) throws(MirrorError) -> Bool {
        do {
            for taken in files.ofAState where try files.fileSystem.exists(taken) { return false }
            return true
        } catch { throw .file(error) }
    }

    /// Lets others open the folder. What was reached is durable already.
    package func close() async {
        _ = halt(.halted("closed"))
        // It reads the database that is closed next.
        await writing?.value
        followers.end()
        execution.close()
    }

    /// Follows the source to its newest final checkpoint.
    ///
    /// - Returns: The checkpoint reached, which is published now.
    /// - Throws: ``MirrorError``. Where the source failed or was caught, what was reached stays, and the next call goes on from
    ///   there. Where the mirror's own files failed, every later call throws ``MirrorError/halted(_:)``.
    /// - Complexity: linear in the number of new leaves; memory for one step (``MirrorOptions``).
    @discardableResult
    package func catchUp() async throws(MirrorError) -> FinalCheckpoint {
        askedLast = clock?.now()
        return try await inTurn { try await self.advance() }
    }

    /// Runs what changes the mirror, one at a time.
    func inTurn<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws(MirrorError) -> Value {
        let turn = Task { [previous = latestTurn] in
            await previous?.value
            return try await body()
        }
        latestTurn = Task { _ = await turn.result }
        do { return try await turn.value } catch let error as MirrorError {
            throw error
        } catch { throw .halted("\(error)") }
    }

    /// Remembers that the mirror's own files failed.
    func halt(_ error: MirrorError) -> MirrorError {
        if halted == nil { halted = error }
        return error
    }

    /// Demands that every row that was asked for could be read: what was made of the state is not to be believed else.
    func demandStateWasRead() throws(MirrorError) {
        do { try execution.state.requireAvailable() } catch { throw halt(.state(path: execution.path, "\(error)")) }
    }

    func demandRunning() throws(MirrorError) {
        if let halted { throw .halted("\(halted)") }
    }

    // MARK: The state

    /// How far the state can be believed.
    package enum Standing: Hashable, Sendable {
        /// Every leaf was executed here.
        case executed
        /// The first leaves were executed by a quorum, which vouches for the result; not here yet.
        case vouched(snapshotSize: UInt64)
        /// Nobody vouches for what the first leaves made: the state is held back until ``LedgerMirror/verifyHistory()``.
        case heldBack(snapshotSize: UInt64)
    }

    /// Why it cannot answer now; nil where it can.
    package var reasonForNotServing: String? {
        if let halted { return "\(halted)" }
        guard published != nil else { return "no final checkpoint has been reached yet" }
        guard case .heldBack(let size) = standing else { return nil }
        return "\(MirrorError.heldBack(snapshotSize: size))"
    }

    package var standing: Standing {
        guard let snapshot else { return .executed }
        return snapshot.stateNote == nil
            ? .heldBack(snapshotSize: snapshot.size) : .vouched(snapshotSize: snapshot.size)
    }

    /// How many leaves were not executed here, but come from a snapshot; nil where all were.
    package var unexecutedSize: UInt64? { snapshot?.size }

    func demandNotHeldBack() throws(MirrorError) {
        if case .heldBack(let size) = standing { throw .heldBack(snapshotSize: size) }
    }

    /// Reads the state and the final checkpoint that it is of, without suspension within `body`.
    ///
    /// - Throws: ``MirrorError/heldBack(snapshotSize:)``, ``MirrorError/catchingUp(stateSize:)`` between two final trees,
    ///   ``MirrorError/state(path:_:)``, and what `body` throws.
    package func read<Value: Sendable>(
        _ body: @Sendable (WorldState, FinalCheckpoint) throws -> Value
    ) throws -> Value {
        try demandRunning()
        try demandNotHeldBack()
        let size = execution.size
        guard
            let final = [published, snapshot?.checkpoint].compactMap({ $0 }).first(where: { $0.checkpoint.size == size }
            )
        else { throw MirrorError.catchingUp(stateSize: size) }
        let value = try body(execution.state, final)
        try demandStateWasRead()
        return value
    }
}
