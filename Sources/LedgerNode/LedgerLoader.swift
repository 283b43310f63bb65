internal import DurableFiles
internal import LedgerReplica
internal import LogStorage
internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// How much of what is stored is checked before a ledger node runs.
package enum StartCheck: Sendable {
    /// The commit point, the newest tiles, both copies of the head, and every leaf since the world state was written last.
    /// Seconds, however large the log.
    case newest
    /// Every leaf, tile, checkpoint and row: everything is executed anew. Linear in the size of the log.
    case everything
}

/// What a ledger node starts from, after what is stored has been checked against everything else.
struct LoadedLedger: Sendable {
    var state: WorldState
    /// The leaves whose rows are in the state's store.
    var settledState: UInt64
    var frontier: TreeFrontier
    var head: SignedHead?
    /// The newest cosigned checkpoint.
    var latest: VerifiedCheckpoint?
    /// The leaves above the newest final checkpoint.
    var backlog = Backlog()
    /// The leaves behind the last full bundle on the disk.
    var tail: LeafTail
    /// The tree of the full bundles on the disk.
    var settledEdge: TileEdge
}

/// Checks a stored ledger, executes the leaves that its world state does not have yet, and refuses it on any disagreement,
/// saying which.
struct LedgerLoader: Sendable {
    let store: LedgerStore
    let states: StateStore
    let files: LedgerFiles
    let log: LogIdentity
    let fileSystem: FileSystem
    let rememberedRows: Int

    private var folder: LogFolder { LogFolder(files.tiles, files: fileSystem) }

    /// - Throws: ``LedgerError/inconsistent(_:)``, ``LedgerError/storage(_:)``.
    func load(_ check: StartCheck) async throws(LedgerError) -> LoadedLedger {
        try await store.write { try bindIdentity($0) }
        let stored = try await store.read { try StoredLedger($0, log) }
        let copies = try HeadCopies(files, folder, stored, log)
        let size = stored.stagedStart + UInt64(stored.staged.count)
        let settledEdge = try edge(at: stored.stagedStart)
        var edge = settledEdge
        try append(stored, copies, to: &edge)
        try checkHead(stored, edge)
        try checkCopies(copies, stored, settledEdge)
        var state = try storedState(upTo: size)
        let settledState = state.entryCount
        if check == .everything {
            try StoredLogCheck(folder: folder, log: log, states: states)
                .check(stored, against: state)
        }
        try executeMissing(stored, &state)
        let leaves = stored.staged.map(\.leaf)
        var loaded = LoadedLedger(
            state: state, settledState: settledState, frontier: edge.frontier, head: stored.head,
            latest: stored.latest, tail: LeafTail(start: stored.stagedStart, leaves), settledEdge: settledEdge)
        let final = stored.latest?.checkpoint.size ?? 0
        if size > final {
            let open = loaded.tail.leaves(from: max(final, stored.stagedStart), to: size) ?? []
            loaded.backlog.add(bytes: open.reduce(0) { $0 + $1.count }, upTo: size)
        }
        return loaded
    }

    /// Writes the log's name into a new database, and compares it with that of an old one.
    private func bindIdentity(_ transaction: StoreTransaction) throws {
        let origin = log.origin.description
        let key = log.key.vkey
        guard let row = try transaction.row("SELECT origin, log_key FROM log") else {
            try transaction.execute(
                "INSERT INTO log (id, origin, log_key) VALUES (1, ?, ?)", [.text(origin), .text(key)])
            return
        }
        guard try row.text("origin") == origin, try row.text("log_key") == key else {
            throw LedgerError.inconsistent("the database is that of the log \(try row.text("log_key")), not of \(key)")
        }
    }

    /// The world state of the first leaves, at most `size`.
    private func storedState(upTo size: UInt64) throws(LedgerError) -> WorldState {
        let state: WorldState
        do { state = try states.state(origin: log.origin.description, remembering: rememberedRows) } catch {
            throw LedgerError(error)
        }
        guard state.entryCount <= size else {
            throw .inconsistent(
                "\(files.state) is of \(state.entryCount) leaves, and the database has \(size): it is an older copy")
        }
        return state
    }

    private func edge(at size: UInt64) throws(LedgerError) -> TileEdge {
        do { return try TileEdge(size: size) { try folder.hashes(of: $0) } } catch { throw .inconsistent("\(error)") }
    }

    /// The staged leaves, each under its own identifier and, as far as tiles are published, with the hash that it has there.
    private func append(
        _ stored: StoredLedger, _ copies: HeadCopies, to edge: inout TileEdge
    ) throws(LedgerError) {
        let known = try publishedHashes(stored, copies)
        for (offset, staged) in stored.staged.enumerated() {
            let index = stored.stagedStart + UInt64(offset)
            let hash = MerkleTree.leafHash(of: staged.leaf)
            guard offset >= known.count || known[offset] == hash else {
                throw .inconsistent("the stored hash of leaf \(index) is not that of the leaf")
            }
            do {
                let entry = try LedgerEntry(serialized: staged.leaf)
                guard entry.transaction.id.bytes == staged.transaction else {
                    throw LedgerError.inconsistent("leaf \(index) is filed under another transaction's identifier")
                }
                try edge.append(hash)
            } catch let error as LedgerError {
                throw error
            } catch { throw .inconsistent("leaf \(index) breaks a rule: \(error)") }
        }
    }

    /// The hashes of staged leaves in the partial tile of the published tree: they say at which leaf something differs.
    private func publishedHashes(_ stored: StoredLedger, _ copies: HeadCopies) throws(LedgerError) -> [MerkleHash] {
        guard let size = copies.published?.size,
            let tile = Tile.inTree(.hashes(level: 0), index: stored.stagedStart >> 8, size: size), !tile.isFull
        else { return [] }
        do { return try folder.hashes(of: tile) } catch { throw .inconsistent("\(error)") }
    }

    private func checkHead(_ stored: StoredLedger, _ edge: TileEdge) throws(LedgerError) {
        guard let head = stored.head else {
            guard edge.size == 0 else { throw .inconsistent("there are \(edge.size) leaves and no signed head") }
            return
        }
        guard head.size == edge.size else {
            throw .inconsistent("the signed head says \(head.size) leaves, and \(edge.size) are stored")
        }
        guard head.checkpoint.root == edge.root else {
            throw .inconsistent("the stored leaves do not hash to the root of the signed head")
        }
    }

    /// The second head, the published and the newest final checkpoint: each the root of the first leaves.
    private func checkCopies(
        _ copies: HeadCopies, _ stored: StoredLedger, _ edge: TileEdge
    ) throws(LedgerError) {
        var checkpoints = copies.all
        if let latest = stored.latest { checkpoints.append(("the newest final checkpoint", latest.checkpoint)) }
        let staged = StagedTree(folder: folder, start: edge, leaves: stored.staged.map(\.leaf))
        for (name, checkpoint) in checkpoints {
            let root: MerkleHash
            do { root = try staged.root(ofFirst: checkpoint.size) } catch { throw .inconsistent("\(error)") }
            guard root == checkpoint.root else {
                throw .inconsistent("\(name) has not the root of the first \(checkpoint.size) leaves")
            }
        }
    }

    /// Executes the leaves that the stored state does not have.
    private func executeMissing(_ stored: StoredLedger, _ state: inout WorldState) throws(LedgerError) {
        do {
            try states.duringOneRead {
                while state.entryCount < stored.stagedStart {
                    let index = state.entryCount
                    let bundle = try folder.entries(of: Tile(.entries, index: index >> 8))
                    for leaf in bundle[Int(index & 0xff)...] { try execute(leaf, &state) }
                }
                for staged in stored.staged.dropFirst(Int(state.entryCount - stored.stagedStart)) {
                    try execute(staged.leaf, &state)
                }
            }
        } catch let error as LedgerError {
            throw error
        } catch let error as PersistenceError {
            throw LedgerError(states.explained(error))
        } catch { throw .inconsistent("\(error)") }
    }

    private func execute(_ leaf: [UInt8], _ state: inout WorldState) throws(LedgerError) {
        let index = state.entryCount
        do {
            let entry = try LedgerEntry(serialized: leaf)
            try log.checkFounding(entry.signedTransaction)
            try state.apply(entry)
        } catch {
            // A row that cannot be read says nothing of the leaf.
            guard error.code != .stateUnavailable else { throw LedgerError(states.explained(error)) }
            throw .inconsistent("leaf \(index) breaks a rule: \(error)")
        }
    }
}

/// The tree of the tiles on the disk and of the staged leaves behind them.
private struct StagedTree {
    let folder: LogFolder
    /// Of the tiles.
    let start: TileEdge
    let leaves: [[UInt8]]

    /// The root of the first `size` leaves.
    func root(ofFirst size: UInt64) throws -> MerkleHash {
        if size <= start.size {
            var lookup = folder.lookup(size: size)
            return try lookup.root(ofFirst: size)
        }
        var edge = start
        for leaf in leaves.prefix(Int(clamping: size - start.size)) { try edge.append(MerkleTree.leafHash(of: leaf)) }
        guard edge.size == size else { throw TransparencyLogError.shrunk(oldSize: size, newSize: edge.size) }
        return edge.root
    }
}

extension LogIdentity {
    /// A founding must state the very policy by which this node decides what is final.
    func checkFounding(_ transaction: SignedTransaction) throws(ContractViolation) {
        guard case .ledgerFounded(let founding) = transaction.body else { return }
        guard founding.witnessPolicy.utf8.elementsEqual(policyText.utf8) else {
            throw ContractViolation(
                .malformedField, "LedgerFounded.witness_policy: not the policy that this ledger runs under")
        }
    }
}
