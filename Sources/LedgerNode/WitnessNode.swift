internal import DurableFiles
internal import LedgerReplica
internal import Logging
internal import Octets
internal import Persistence
package import ServiceProtocols
internal import SharingContracts
package import TransparencyLog

/// A witness: keeps its own copy of a ledger, re-executes every rule, and cosigns only consistent extensions of what it
/// cosigned before.
///
/// The comparison with what it cosigned last and its replacement are one database transaction, durable before the
/// cosignature leaves (C2SP tlog-witness). What convicts the log is kept as evidence.
///
/// A tree that is larger by more than one step of leaves is taken in steps, each durable by itself, so that memory stays flat
/// however far behind the witness is, and nothing of it is done twice.
package actor WitnessNode: Witnessing {
    /// How far a leaf's time may be ahead of this witness's clock, and how far before the moment it cosigned last. A ledger
    /// that may stamp at will could let an expired consent live on, or a revocation come late.
    package static let maximumSkewMilliseconds: UInt64 = 60_000
    /// Leaves that are held in memory and judged together, in bytes, unless one alone is longer.
    package static let defaultStepBytes = 16 << 20
    /// How long after it was asked a witness still vouches for a checkpoint. What a log sequences meanwhile must not look
    /// backdated afterwards: well below ``maximumSkewMilliseconds``.
    static let maximumExaminationMilliseconds: UInt64 = 20_000

    /// Leaves after which the rows that they changed in the world state are written, and so as many as are executed again after a
    /// crash.
    package static let defaultSettlementLeaves: UInt64 = 2_048

    /// Leaves from one state note to the next, unless a deployment says otherwise: the same for all witnesses of a ledger and its mirrors.
    package static let defaultStateNoteLeaves: UInt64 = 16_384

    /// The longest leaf.
    static let maximumLeafBytes = 65_535

    let signer: NoteSigner
    let identity: WitnessIdentity
    let source: any EntrySource
    let clock: any Clock
    let store: Store
    let states: StateStore
    let stepBytes: Int
    let settlementLeaves: UInt64
    let evidenceFolder: EvidenceFolder
    let stateNoteLeaves: UInt64
    let stateNotePath: String
    let files = FileSystem()
    let logger: Logger
    /// What is on the disk, in memory; nil where it must be read again.
    var copy: WitnessCopy?
    /// How often it refused since the start, by `WitnessRefusal/kind`.
    package private(set) var refusals: [String: UInt64] = [:]
    /// What is kept, in memory; nil where it has not been read, and where there is none.
    var newestStateNote: [UInt8]?
    /// Makes the newest state note; nil where none is being made.
    var stateNoteTask: Task<Void, Never>?
    private var isExamining = false
    private var isClosed = false

    /// Opens or creates a witness's database and that of its world state, checks them against each other, and executes the leaves
    /// whose rows are not in the latter: a few thousand after a crash, all where it is missing, and none otherwise.
    ///
    /// - Parameters:
    ///   - signer: The witness's key, of the cosignature kind.
    ///   - log: The key of the log it watches; the origin is the key's name.
    ///   - source: Where it fetches leaves.
    ///   - evidenceFolder: Where it keeps what convicts the log, made when there is something; by default the database's
    ///     path and `.evidence`.
    ///   - stepBytes: As ``defaultStepBytes``.
    ///   - settlementLeaves: As ``defaultSettlementLeaves``.
    ///   - stateNoteLeaves: As ``defaultStateNoteLeaves``; above zero.
    ///   - check: How much of the copy is checked before it is used.
    /// - Throws: `LedgerError/inconsistent(_:)` for a copy that disagrees with what was cosigned or with the world state,
    ///   `LedgerError/storage(_:)` for one that cannot be read.
    package static func open(
        path: String, signer: NoteSigner, log: VerifierKey, source: any EntrySource, clock: any Clock,
        stepBytes: Int = WitnessNode.defaultStepBytes, evidenceFolder: String? = nil,
        settlementLeaves: UInt64 = WitnessNode.defaultSettlementLeaves,
        stateNoteLeaves: UInt64 = WitnessNode.defaultStateNoteLeaves, check: StartCheck = .newest
    ) async throws(LedgerError) -> WitnessNode {
        let identity = WitnessIdentity(log: log, witness: signer.verifierKey)
        guard identity.witness.algorithm == .cosignatureV1, log.algorithm == .ed25519 else {
            throw .inconsistent("a log's key and a witness's key are of different kinds")
        }
        let files = WitnessFiles(database: path)
        // SQLite's own check of a whole file takes the longer the larger the log.
        let checksWholeFile = check == .everything
        let store = try LedgerError.whileOpening {
            try Store(path: files.database, schema: .witness, checksWholeFile: checksWholeFile)
        }
        var states: StateStore?
        do throws(LedgerError) {
            let opened = try LedgerError.whileOpening {
                try StateStore(path: files.state, checksWholeFile: checksWholeFile, remembersKeys: true)
            }
            states = opened
            let node = WitnessNode(
                signer: signer, identity: identity, source: source, clock: clock, store: store, states: opened,
                stepBytes: stepBytes, settlementLeaves: settlementLeaves,
                evidenceFolder: EvidenceFolder(path: evidenceFolder ?? files.evidence),
                stateNoteLeaves: max(1, stateNoteLeaves), stateNotePath: files.stateNote)
            try await node.start(check)
            return node
        } catch {
            // So that the files are free when the caller hears of this.
            try? store.close()
            try? states?.close()
            throw error
        }
    }

    private init(
        signer: NoteSigner, identity: WitnessIdentity, source: any EntrySource, clock: any Clock, store: Store,
        states: StateStore, stepBytes: Int, settlementLeaves: UInt64, evidenceFolder: EvidenceFolder,
        stateNoteLeaves: UInt64, stateNotePath: String
    ) {
        self.signer = signer
        self.identity = identity
        self.source = source
        self.clock = clock
        self.store = store
        self.states = states
        self.stepBytes = stepBytes
        self.settlementLeaves = settlementLeaves
        self.evidenceFolder = evidenceFolder
        self.stateNoteLeaves = stateNoteLeaves
        self.stateNotePath = stateNotePath
        logger = Logger(label: "parasol.witness.\(identity.witness.name)")
    }

    private var loader: WitnessLoader {
        WitnessLoader(
            store: store, states: states, identity: identity, settlementLeaves: settlementLeaves, logger: logger)
    }

    private func start(_ check: StartCheck) async throws(LedgerError) { copy = try await loader.load(check) }

    /// The key that its cosignatures verify under.
    package nonisolated var verifierKey: VerifierKey { signer.verifierKey }

    /// Closes the databases; what is asked later is refused.
    package func close() async {
        let isIdle = !isExamining && !isClosed
        isClosed = true
        // It reads the database that is closed next.
        await stateNoteTask?.value
        // So that the next start has nothing to execute again. What is not written, it executes.
        if isIdle, var working = copy {
            copy = nil
            try? await working.settle(ifAtLeast: 1)
        }
        try? store.close()
        try? states.close()
    }

    /// What the log signed that convicts it, oldest first.
    ///
    /// - Throws: `LedgerError/storage(_:)`, also for a file that is no evidence any more.
    package func evidence() throws(LedgerError) -> [LedgerEvidence] {
        do { return try evidenceFolder.all() } catch { throw .storage("\(error)") }
    }

    package func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8]
    ) async throws(WitnessRefusal) -> [UInt8] {
        try await addCheckpoint(old: old, consistencyProof: consistencyProof, checkpoint: checkpoint, bringing: [])
    }

    package func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8], bringing leaves: [[UInt8]]
    ) async throws(WitnessRefusal) -> [UInt8] {
        do throws(WitnessRefusal) {
            return try await examine(checkpoint, old: old, consistencyProof: consistencyProof, leaves)
        } catch {
            refusals[error.kind, default: 0] += 1
            throw error
        }
    }

    private func examine(
        _ bytes: [UInt8], old: UInt64, consistencyProof: [[UInt8]], _ leaves: [[UInt8]]
    ) async throws(WitnessRefusal) -> [UInt8] {
        let note: SignedNote
        let path: [MerkleHash]
        do {
            guard consistencyProof.count <= 63 else { throw WitnessRefusal.malformed("more than 63 proof hashes") }
            path = try consistencyProof.map { try MerkleHash($0) }
            note = try SignedNote(encoded: bytes)
        } catch { throw error as? WitnessRefusal ?? .malformed("\(error)") }
        let offered = try checkpoint(in: note)
        guard old <= offered.size else { throw .malformed("old size \(old) above the checkpoint's \(offered.size)") }

        try beginExamining()
        defer { endExamining() }
        return try await extend(offered, note, path, old: old, from: try await currentHead(), bringing: leaves)
    }

    /// Whether the origin is known comes before whether its key signed.
    private func checkpoint(in note: SignedNote) throws(WitnessRefusal) -> Checkpoint {
        let claimed: Checkpoint
        do { claimed = try Checkpoint(text: note.text) } catch { throw .malformed("\(error)") }
        guard claimed.origin == identity.origin else { throw .unknownOrigin("\(claimed.origin)") }
        do { return try VerifiedCheckpoint(note, logs: [identity.log], witnesses: []).checkpoint } catch {
            throw .untrusted("\(error)")
        }
    }

    /// One at a time: what was cosigned last is compared and replaced with awaits in between.
    func beginExamining() throws(WitnessRefusal) {
        guard !isClosed else { throw .unavailable("the witness is closed") }
        guard !isExamining else { throw .unavailable("another checkpoint is being examined") }
        isExamining = true
    }

    func endExamining() { isExamining = false }

    /// Of the copy in memory, which is read anew where the last examination left it half-way.
    func currentHead() async throws(WitnessRefusal) -> WitnessHead {
        if let copy { return copy.head }
        do {
            let loaded = try await loader.load(.newest)
            copy = loaded
            return loaded.head
        } catch {
            throw .unavailable("the witness's own copy cannot be read: \(error)")
        }
    }
}
