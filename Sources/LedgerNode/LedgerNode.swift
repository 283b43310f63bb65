package import DurableFiles
internal import LedgerReplica
internal import LogStorage
internal import Octets
internal import Persistence
package import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

/// The ledger of one log: validates, sequences, has cosigned, and answers.
///
/// A submission goes through three states. *Sequenced*: it is a leaf under a checkpoint with the log's signature, durable.
/// *Final*: a quorum of witnesses has cosigned that checkpoint or a later one, durable. *Answered*: the submitter has
/// the receipt. Nothing is answered that is not final, and nothing is forgotten that is sequenced.
package actor LedgerNode: Ledger {
    typealias Answer = Result<Receipt, LedgerError>

    /// A transaction that waits to be sequenced.
    struct Submission {
        let transaction: SignedTransaction
        let answer: CheckedContinuation<Answer, Never>
        /// Whose signatures it needed when it was looked up.
        var required: [RequiredSignature]?
        /// Once verified against these.
        var signatures: VerifiedSignatures?
    }

    let configuration: LedgerConfiguration
    let clock: any Clock
    let store: LedgerStore
    let sequencer: any LogSequencing
    let tiles: LogTiles
    let states: StateStore
    private let files: LedgerFiles
    private let fileSystem: FileSystem

    /// After every leaf that is sequenced or about to be; rows that have not changed lately are read from the store.
    var state: WorldState
    /// The leaves whose rows are in the store.
    var settledState: UInt64
    var frontier: TreeFrontier
    /// As committed.
    var head: SignedHead?
    /// The newest cosigned checkpoint, as published.
    var latest: VerifiedCheckpoint?
    /// The newest final checkpoint as it became final, and from which leaf on receipts lead to it.
    var newestFinal: (start: UInt64, note: FinalNote)?
    /// The committed leaves that are not in full bundles on the disk.
    var tail: LeafTail
    /// The leaves whose tiles are durable.
    var tiledSize: UInt64
    /// The latest time that the clock has shown and that witnesses did not contradict.
    var latestReading: Timestamp?
    /// The latest time at which a whole quorum had cosigned, by the witnesses' clocks.
    var quorumTime: Timestamp?
    /// Why this node does nothing any more.
    var halted: LedgerError?

    /// What is committed and not final.
    var backlog: Backlog
    /// Submissions that nobody has looked at.
    var intake: [Submission] = []
    var isVerifying = false
    /// Submissions whose signatures were verified, as far as their signers are known, in the order in which they will be leaves.
    var queue: [Submission] = []
    /// Submissions that wait anywhere to be sequenced, and the bytes of their transactions.
    private(set) var waiting = (count: 0, bytes: 0)
    var isSequencing = false
    /// The rows of the world state that are being written, until they are.
    var settlement: (size: UInt64, task: Task<Void, Never>)?
    /// The bytes of leaves that are applied and not committed.
    var uncommittedBytes = 0
    /// How often applied leaves were taken back.
    var undone: UInt64 = 0
    /// Transactions that moved the head since the start.
    package internal(set) var batchesCommitted: UInt64 = 0

    var lanes: [WitnessLane] = []
    /// Whether witnesses have confirmed, since the start, that they know of no larger tree.
    var isHeadConfirmed = false
    var isFinalizing = false
    /// The size of the head that witnesses were asked about last.
    var attemptedSize: UInt64 = 0
    /// By the index of the leaf whose receipt they want.
    var waiters: [UInt64: [CheckedContinuation<Answer, Never>]] = [:]
    /// Who is told of new final checkpoints.
    let followers = CheckpointBroadcast()
    /// Who wants witnesses to be asked, whatever there is.
    var roundWaiters: [CheckedContinuation<RoundOutcome, Never>] = []

    /// Opens or creates a ledger's database, the file and the folder beside it, checks all of it, and writes whatever was committed
    /// and not written to the folder yet.
    ///
    /// - Parameters:
    ///   - path: The database; what lies beside it, ``LedgerFiles`` says.
    ///   - check: How much of a ledger is checked before it runs.
    ///   - wrap: What moves the head; by default one SQLite transaction in the same database.
    /// - Throws: `LedgerError/inconsistent(_:)` for a database that disagrees with itself, with its tiles, with the
    ///   configuration or with the rules, `LedgerError/storage(_:)`.
    package static func open(
        path: String, configuration: LedgerConfiguration, clock: any Clock, check: StartCheck = .newest,
        fileSystem: FileSystem = FileSystem(),
        sequencer wrap: (any LogSequencing) -> any LogSequencing = { $0 }
    ) async throws(LedgerError) -> LedgerNode {
        let files = LedgerFiles(database: path)
        let store = LedgerStore(
            store: try LedgerError.whileOpening {
                try Store(path: path, schema: .ledger)
            })
        var states: StateStore?
        do throws(LedgerError) {
            let opened = try LedgerError.whileOpening {
                try StateStore(path: files.state, remembersKeys: true)
            }
            states = opened
            let loaded = try await LedgerLoader(
                store: store, states: opened, files: files, log: configuration.log, fileSystem: fileSystem,
                rememberedRows: configuration.rememberedStateRows
            ).load(check)
            let tiles = try await LogTiles.opened(files, loaded, fileSystem: fileSystem)
            return LedgerNode(
                configuration: configuration, clock: clock, store: store, states: opened, loaded: loaded, tiles: tiles,
                files: files, fileSystem: fileSystem, sequencer: wrap(SQLiteSequencer(store: store)))
        } catch {
            // Closed here and not by whoever lets go of it last, so that the files are free when the caller hears of this.
            try? store.store.close()
            try? states?.close()
            throw error
        }
    }

    private init(
        configuration: LedgerConfiguration, clock: any Clock, store: LedgerStore, states: StateStore,
        loaded: LoadedLedger, tiles: LogTiles, files: LedgerFiles, fileSystem: FileSystem, sequencer: any LogSequencing
    ) {
        self.configuration = configuration
        self.clock = clock
        self.store = store
        self.states = states
        self.sequencer = sequencer
        self.tiles = tiles
        self.files = files
        self.fileSystem = fileSystem
        state = loaded.state
        settledState = loaded.settledState
        frontier = loaded.frontier
        head = loaded.head
        latest = loaded.latest
        tail = loaded.tail
        tiledSize = loaded.frontier.size
        latestReading = loaded.state.lastSequencedAt
        quorumTime = loaded.latest.map { Timestamp(quorumTimeOf: $0, by: configuration.policy) }
        backlog = loaded.backlog
    }

    /// Checks everything stored anew.
    func loadAgain() async throws(LedgerError) -> LoadedLedger {
        try await LedgerLoader(
            store: store, states: states, files: files, log: configuration.log, fileSystem: fileSystem,
            rememberedRows: configuration.rememberedStateRows
        ).load(.newest)
    }

    /// Says whom to ask for cosignatures. Witnesses read leaves from this node, so they come after it.
    ///
    /// - Throws: `LedgerError/inconsistent(_:)` for a key that the policy does not name, or twice the same.
    package func connect(_ witnesses: [WitnessEndpoint]) throws(LedgerError) {
        let named = configuration.policy.witnesses.map(\.key)
        for endpoint in witnesses where !named.contains(endpoint.key) {
            throw .inconsistent("the witness policy does not name \(endpoint.key)")
        }
        guard Set(witnesses.map(\.key)).count == witnesses.count else {
            throw .inconsistent("a witness is connected twice")
        }
        lanes = witnesses.map { WitnessLane($0) }
    }

    /// Stops: what waits is answered with an error, witnesses are let go, the databases are closed.
    package func close() async {
        let isSound = halted == nil
        halt(.storage("the ledger is closed"))
        lanes = []
        // So that the next start has nothing to execute again. What is not written, it executes.
        await settlement?.task.value
        if isSound, !isSequencing {
            startSettlement()
            await settlement?.task.value
        }
        try? store.store.close()
        try? states.close()
    }

    /// The number of final leaves.
    package var finalSize: UInt64 { latest?.checkpoint.size ?? 0 }
    /// The number of committed leaves.
    package var committedSize: UInt64 { head?.size ?? 0 }

    /// Why it does nothing any more; nil while it runs.
    package var reasonForHalting: LedgerError? { halted }

    /// Reads the state after every sequenced leaf, final or not, without suspension within `body`.
    ///
    /// - Throws: `LedgerError/storage(_:)` where it cannot be read, and what `body` throws.
    package func read<Value: Sendable>(_ body: @Sendable (WorldState) throws -> Value) throws -> Value {
        try demandRunning()
        let value = try states.duringOneRead { try body(state) }
        do { try state.requireAvailable() } catch { throw LedgerError.storage("\(error)") }
        return value
    }

    // MARK: Ledger

    package nonisolated func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt {
        try await submit(try await Self.decoded(signedTransaction))
    }

    /// Decodes off the actor.
    @concurrent private static func decoded(_ bytes: [UInt8]) async throws(LedgerError) -> SignedTransaction {
        do { return try SignedTransaction(serialized: bytes) } catch { throw .refused(error) }
    }

    private func submit(_ transaction: SignedTransaction) async throws(LedgerError) -> Receipt {
        try demandRunning()
        guard hasPlace(for: transaction) else {
            // What is a leaf already needs no place.
            if let receipt = try await receipt(of: transaction.id) { return receipt }
            throw .busy(queued: waiting.count)
        }
        let answer = await withCheckedContinuation { continuation in
            intake.append(Submission(transaction: transaction, answer: continuation))
            waiting.count += 1
            waiting.bytes += transaction.serialized.count
            startVerifying()
        }
        return try answer.get()
    }

    private func hasPlace(for transaction: SignedTransaction) -> Bool {
        waiting.count < configuration.maximumQueued
            && waiting.bytes + transaction.serialized.count <= configuration.maximumQueuedBytes
    }

    /// A submission waits no longer for being sequenced.
    func noteTaken(_ submission: Submission) {
        waiting.count -= 1
        waiting.bytes -= submission.transaction.serialized.count
    }

    /// Answers a submission that does not become a leaf.
    func dismiss(_ submission: Submission, _ answer: Answer) {
        noteTaken(submission)
        submission.answer.resume(returning: answer)
    }

    package func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt? {
        try demandRunning()
        guard let index = state.index(of: transaction), index < committedSize else { return nil }
        var reason = "the witnesses have not been asked"
        if index >= finalSize, case .failed(let why) = await roundForReader() { reason = "\(why)" }
        guard let receipt = try await receipts(of: [index], from: tail)[index] else {
            throw .notFinal(index: index, reason: reason)
        }
        return receipt
    }

    package func checkpoint() async throws(LedgerError) -> [UInt8] {
        try demandRunning()
        var reason = "nothing is sequenced yet"
        if let head, head.size > finalSize || isStale, case .failed(let why) = await roundForReader() {
            reason = "\(why)"
        }
        // An old one is better than none: its time is in it, and its reader decides.
        guard let latest else { throw .notFinal(index: 0, reason: reason) }
        return latest.note.encoded
    }

    package func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]] {
        try demandRunning()
        guard old <= new, new <= tiledSize else { throw .outOfRange(start: old, end: new, size: tiledSize) }
        return try await tiles.consistencyPath(from: old, to: new).map { $0.bytes }
    }

    package func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        try demandRunning()
        guard start <= end, end <= committedSize else {
            throw .outOfRange(start: start, end: end, size: committedSize)
        }
        let end = min(end, start + LedgerStore.maximumEntriesPerRead)
        guard start < end else { return [] }
        guard let held = tail.leaves(from: start, to: end) else {
            return try await tiles.entries(
                from: start, to: min(end, tail.start), atMost: LedgerStore.maximumBytesPerRead)
        }
        var bytes = 0
        let fitting = held.prefix { leaf in
            bytes += leaf.count
            return bytes <= LedgerStore.maximumBytesPerRead
        }
        return Array(fitting.isEmpty ? held.prefix(1) : fitting)
    }

    // MARK: -

    func demandRunning() throws(LedgerError) {
        if let halted { throw halted }
    }

    /// Stops for good, and tells everybody who waits.
    func halt(_ error: LedgerError) {
        if halted == nil { halted = error }
        for submission in intake + queue { dismiss(submission, .failure(error)) }
        intake = []
        queue = []
        for answer in waiters.values.joined() { answer.resume(returning: .failure(error)) }
        waiters = [:]
        for waiter in roundWaiters { waiter.resume(returning: .failed(error)) }
        roundWaiters = []
        followers.end()
    }
}
