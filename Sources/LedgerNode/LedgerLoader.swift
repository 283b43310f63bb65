internal import DurableFiles
internal import LogStorage
internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// What a ledger node starts from, after everything stored has been checked against everything else.
struct LoadedLedger: Sendable {
    var state: WorldState
    var frontier = TreeFrontier()
    var head: SignedHead?
    /// The newest cosigned checkpoint.
    var latest: VerifiedCheckpoint?
    /// The leaves above the newest final checkpoint.
    var backlog = Backlog()
    /// The leaves behind the last full bundle on the disk.
    var tail = LeafTail()
    /// The tree of the full bundles on the disk.
    var settledEdge = TileEdge()
}

/// Re-executes a stored ledger from its bytes, and refuses it on any disagreement, saying which.
struct LedgerLoader: Sendable {
    let store: LedgerStore
    let files: LedgerFiles
    let configuration: LedgerConfiguration
    let folder: LogFolder

    init(store: LedgerStore, files: LedgerFiles, configuration: LedgerConfiguration, fileSystem: FileSystem) {
        self.store = store
        self.files = files
        self.configuration = configuration
        folder = LogFolder(files.tiles, files: fileSystem)
    }

    /// - Throws: ``LedgerError/inconsistent(_:)``, ``LedgerError/storage(_:)``.
    /// - Complexity: linear in the number of leaves; every signature is verified again.
    func load() async throws(LedgerError) -> LoadedLedger {
        try await store.write { try bindIdentity($0) }
        let stored = try await store.read { try StoredLedger($0, configuration) }
        let copies = try HeadCopies(files, folder, stored, configuration)
        var execution = Execution(
            loaded: LoadedLedger(state: WorldState(origin: configuration.origin.description)),
            sizes: Set(stored.finals.keys).union(copies.sizes))
        try executeBundles(below: stored.stagedStart, &execution)
        try checkRightEdge(stored, copies, execution)
        execution.loaded.settledEdge = execution.edge
        try executeStaged(stored.staged, &execution)
        try checkHead(stored, execution)
        try checkCheckpoints(stored, copies, execution)
        var loaded = execution.loaded
        let (state, size) = (loaded.state, loaded.frontier.size)
        try await store.read { try checkIndex($0, state, size: size) }
        loaded.head = stored.head
        loaded.latest = stored.latest
        loaded.tail = LeafTail(start: stored.stagedStart, stored.staged)
        let final = stored.latest?.checkpoint.size ?? 0
        if loaded.frontier.size > final {
            let leaves = loaded.tail.leaves(from: max(final, loaded.tail.start), to: loaded.tail.end) ?? []
            loaded.backlog.add(bytes: leaves.reduce(0) { $0 + $1.count }, upTo: loaded.frontier.size)
        }
        return loaded
    }

    /// A re-execution under way.
    private struct Execution {
        var loaded: LoadedLedger
        var edge = TileEdge()
        /// The sizes at which the root is wanted.
        let sizes: Set<UInt64>
        var roots: [UInt64: MerkleHash] = [0: MerkleTree.emptyRoot]
    }

    /// Writes the log's name into a new database, and compares it with that of an old one.
    private func bindIdentity(_ transaction: StoreTransaction) throws {
        let origin = configuration.origin.description
        let key = configuration.signer.verifierKey.vkey
        guard let row = try transaction.row("SELECT origin, log_key FROM log") else {
            try transaction.execute(
                "INSERT INTO log (id, origin, log_key) VALUES (1, ?, ?)", [.text(origin), .text(key)])
            return
        }
        guard try row.text("origin") == origin, try row.text("log_key") == key else {
            throw LedgerError.inconsistent("the database is that of the log \(try row.text("log_key")), not of \(key)")
        }
    }

    /// The leaves on the disk, against the tiles of every level.
    private func executeBundles(below end: UInt64, _ execution: inout Execution) throws(LedgerError) {
        while execution.edge.size < end {
            let start = execution.edge.size
            do {
                let leaves = try folder.entries(of: Tile(.entries, index: start >> 8))
                let hashes = try folder.hashes(of: Tile(.hashes(level: 0), index: start >> 8))
                for (leaf, hash) in zip(leaves, hashes) {
                    try demandHash(hash, of: leaf, index: execution.edge.size)
                    for nodes in try apply(leaf, &execution) where nodes.tile.level > 0 {
                        guard try folder.hashes(of: nodes.tile) == nodes.hashes else {
                            throw LedgerError.inconsistent(
                                "\(folder.file(of: nodes.tile)) has not the hashes of the tiles below it")
                        }
                    }
                }
            } catch let error as LedgerError {
                throw error
            } catch { throw .inconsistent("\(error)") }
        }
    }

    private func executeStaged(_ leaves: [[UInt8]], _ execution: inout Execution) throws(LedgerError) {
        for leaf in leaves { _ = try apply(leaf, &execution) }
    }

    private func demandHash(_ hash: MerkleHash, of leaf: [UInt8], index: UInt64) throws(LedgerError) {
        guard MerkleTree.leafHash(of: leaf) == hash else {
            throw .inconsistent("the stored hash of leaf \(index) is not that of the leaf")
        }
    }

    /// - Returns: the tiles that the leaf fills.
    private func apply(_ leaf: [UInt8], _ execution: inout Execution) throws(LedgerError) -> [TileNodes] {
        let index = execution.edge.size
        let filled: [TileNodes]
        do {
            let entry = try LedgerEntry(serialized: leaf)
            try configuration.checkFounding(entry.signedTransaction)
            try execution.loaded.state.apply(entry)
        } catch { throw .inconsistent("leaf \(index) breaks a rule: \(error)") }
        do { filled = try execution.edge.append(MerkleTree.leafHash(of: leaf)) } catch {
            throw .inconsistent("leaf \(index): \(error)")
        }
        execution.loaded.frontier = execution.edge.frontier
        if execution.sizes.contains(index + 1) { execution.roots[index + 1] = execution.edge.root }
        return filled
    }

    /// Staged leaves against the partial tile of the newest published tree, which says at which leaf they differ.
    private func checkRightEdge(
        _ stored: StoredLedger, _ copies: HeadCopies, _ execution: Execution
    ) throws(LedgerError) {
        guard let published = copies.published?.size,
            let tile = Tile.inTree(.hashes(level: 0), index: stored.stagedStart >> 8, size: published), !tile.isFull
        else { return }
        do throws(LogFolderError) {
            for (offset, (leaf, hash)) in zip(stored.staged, try folder.hashes(of: tile)).enumerated() {
                do { try demandHash(hash, of: leaf, index: stored.stagedStart + UInt64(offset)) } catch {
                    throw .damaged(tile, folder: folder.path, reason: error.reason)
                }
            }
        } catch { throw .inconsistent("\(error)") }
    }

    private func checkHead(_ stored: StoredLedger, _ execution: Execution) throws(LedgerError) {
        let size = execution.edge.size
        guard let head = stored.head else {
            guard size == 0 else { throw .inconsistent("there are \(size) leaves and no signed head") }
            return
        }
        guard head.size == size else {
            throw .inconsistent("the signed head says \(head.size) leaves, and \(size) are stored")
        }
        guard head.checkpoint.root == execution.edge.root else {
            throw .inconsistent("the stored leaves do not hash to the root of the signed head")
        }
    }

    private func checkCheckpoints(
        _ stored: StoredLedger, _ copies: HeadCopies, _ execution: Execution
    ) throws(LedgerError) {
        for (size, final) in stored.finals {
            guard execution.roots[size] == final.checkpoint.root else {
                throw .inconsistent("the final checkpoint of size \(size) has not the root of the first \(size) leaves")
            }
        }
        for (name, checkpoint) in copies.all where execution.roots[checkpoint.size] != checkpoint.root {
            throw .inconsistent("\(name) has not the root of the first \(checkpoint.size) leaves")
        }
    }

    /// The index of transactions, against the leaves.
    private func checkIndex(_ transaction: StoreTransaction, _ state: WorldState, size: UInt64) throws {
        var count: UInt64 = 0
        var misfiled: UInt64?
        try transaction.forEachRow("SELECT transaction_id, position FROM sequenced") { row throws(PersistenceError) in
            let position = try row.unsigned("position")
            let id = try? TransactionID(try row.bytes("transaction_id"))
            if id.flatMap({ state.index(of: $0) }) != position { misfiled = misfiled ?? position }
            count += 1
        }
        if let misfiled {
            throw LedgerError.inconsistent("leaf \(misfiled) is filed under another transaction's identifier")
        }
        guard count == size else {
            throw LedgerError.inconsistent("\(count) transactions are filed for \(size) leaves")
        }
    }
}

extension LedgerConfiguration {
    /// A founding must state the very policy by which this node decides what is final.
    func checkFounding(_ transaction: SignedTransaction) throws(ContractViolation) {
        guard case .ledgerFounded(let founding) = transaction.body else { return }
        guard founding.witnessPolicy.utf8.elementsEqual(policyText.utf8) else {
            throw ContractViolation(
                .malformedField, "LedgerFounded.witness_policy: not the policy that this ledger runs under")
        }
    }
}
