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
}

/// Re-executes a stored ledger from its bytes, and refuses it on any disagreement, saying which.
struct LedgerLoader: Sendable {
    let store: LedgerStore
    let configuration: LedgerConfiguration

    /// - Throws: ``LedgerError/inconsistent(_:)``, ``LedgerError/storage(_:)``.
    /// - Complexity: linear in the number of leaves; every signature is verified again.
    func load() async throws(LedgerError) -> LoadedLedger {
        try await store.write { try bindIdentity($0) }
        return try await store.read { transaction in
            var loaded = LoadedLedger(state: WorldState(origin: configuration.origin.description))
            let finals = try finalCheckpoints(transaction)
            var roots: [UInt64: MerkleHash] = [:]
            try reexecute(transaction, into: &loaded) { size, root in
                if finals[size] != nil { roots[size] = root }
            }
            try checkNodeCount(transaction, size: loaded.frontier.size)
            loaded.head = try head(transaction, frontier: loaded.frontier)
            for (size, final) in finals {
                guard roots[size] == final.checkpoint.root else {
                    throw LedgerError.inconsistent(
                        "the final checkpoint of size \(size) has not the root of the first \(size) leaves")
                }
            }
            loaded.latest = try latest(transaction, finals: finals)
            loaded.backlog = try backlog(
                transaction, above: loaded.latest?.checkpoint.size ?? 0, to: loaded.frontier.size)
            return loaded
        }
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

    private func reexecute(
        _ transaction: StoreTransaction, into loaded: inout LoadedLedger, atSize note: (UInt64, MerkleHash) -> Void
    ) throws {
        var next: UInt64 = 0
        while true {
            let rows = try transaction.rows(
                "SELECT position, transaction_id, leaf FROM entry WHERE position >= ? ORDER BY position LIMIT 256",
                [try .unsigned(next)])
            if rows.isEmpty { return }
            for row in rows {
                guard try row.unsigned("position") == next else {
                    throw LedgerError.inconsistent("leaf \(next) is missing")
                }
                try apply(row, index: next, transaction, into: &loaded)
                next += 1
                note(next, loaded.frontier.root)
            }
        }
    }

    private func apply(
        _ row: SQLRow, index: UInt64, _ transaction: StoreTransaction, into loaded: inout LoadedLedger
    ) throws {
        let leaf = try row.bytes("leaf")
        for node in try loaded.frontier.append(MerkleTree.leafHash(of: leaf)) {
            guard try transaction.hash(of: node.subtree) == node.hash else {
                throw LedgerError.inconsistent("the stored hash of \(node.subtree) is not that of leaf \(index)")
            }
        }
        do {
            let entry = try LedgerEntry(serialized: leaf)
            guard try row.bytes("transaction_id") == entry.transaction.id.bytes else {
                throw LedgerError.inconsistent("leaf \(index) is filed under another transaction's identifier")
            }
            try configuration.checkFounding(entry.signedTransaction)
            try loaded.state.apply(entry)
        } catch let violation as ContractViolation {
            throw LedgerError.inconsistent("leaf \(index) breaks a rule: \(violation)")
        }
    }

    private func checkNodeCount(_ transaction: StoreTransaction, size: UInt64) throws {
        var expected: UInt64 = 0
        var width = size
        while width > 0 {
            expected += width
            width /= 2
        }
        let stored = try transaction.requiredRow("SELECT count(*) AS n FROM node").unsigned("n")
        guard stored == expected else {
            throw LedgerError.inconsistent("\(stored) subtree hashes are stored for \(size) leaves, not \(expected)")
        }
    }

    private func head(_ transaction: StoreTransaction, frontier: TreeFrontier) throws -> SignedHead? {
        guard let row = try transaction.row("SELECT note FROM head") else {
            guard frontier.size == 0 else {
                throw LedgerError.inconsistent("there are \(frontier.size) leaves and no signed head")
            }
            return nil
        }
        let note = try parsed("the signed head") { try SignedNote(encoded: try row.bytes("note")) }
        let verified = try parsed("the signed head") {
            try VerifiedCheckpoint(note, logs: [configuration.signer.verifierKey], witnesses: [])
        }
        let checkpoint = verified.checkpoint
        guard checkpoint.origin == configuration.origin else {
            throw LedgerError.inconsistent("the signed head is of \(checkpoint.origin)")
        }
        guard checkpoint.size == frontier.size else {
            throw LedgerError.inconsistent(
                "the signed head says \(checkpoint.size) leaves, and \(frontier.size) are stored")
        }
        guard checkpoint.root == frontier.root else {
            throw LedgerError.inconsistent("the stored leaves do not hash to the root of the signed head")
        }
        return SignedHead(checkpoint: checkpoint, note: note)
    }

    private func finalCheckpoints(_ transaction: StoreTransaction) throws -> [UInt64: VerifiedCheckpoint] {
        var finals: [UInt64: VerifiedCheckpoint] = [:]
        for row in try transaction.rows("SELECT size, note FROM final_checkpoint") {
            let size = try row.unsigned("size")
            let final = try verifiedFinal(try row.bytes("note"), "the final checkpoint of size \(size)")
            guard final.checkpoint.size == size else {
                throw LedgerError.inconsistent(
                    "the final checkpoint filed under size \(size) says \(final.checkpoint.size)")
            }
            finals[size] = final
        }
        return finals
    }

    private func latest(
        _ transaction: StoreTransaction, finals: [UInt64: VerifiedCheckpoint]
    ) throws -> VerifiedCheckpoint? {
        guard let row = try transaction.row("SELECT note FROM latest_checkpoint") else {
            guard finals.isEmpty else { throw LedgerError.inconsistent("the newest cosigned checkpoint is missing") }
            return nil
        }
        let latest = try verifiedFinal(try row.bytes("note"), "the newest cosigned checkpoint")
        guard let size = finals.keys.max(), let final = finals[size], final.checkpoint == latest.checkpoint else {
            throw LedgerError.inconsistent("the newest cosigned checkpoint is not the last final one")
        }
        return latest
    }

    private func backlog(_ transaction: StoreTransaction, above final: UInt64, to size: UInt64) throws -> Backlog {
        let bytes = try transaction.requiredRow(
            "SELECT coalesce(sum(length(leaf)), 0) AS n FROM entry WHERE position >= ?", [try .unsigned(final)]
        ).integer("n")
        var backlog = Backlog()
        if size > final { backlog.add(bytes: Int(bytes), upTo: size) }
        return backlog
    }

    private func verifiedFinal(_ note: [UInt8], _ what: String) throws -> VerifiedCheckpoint {
        try parsed(what) {
            try configuration.policy.verify(SignedNote(encoded: note), origin: configuration.origin)
        }
    }

    private func parsed<Value>(_ what: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as TransparencyLogError {
            throw LedgerError.inconsistent("\(what) does not count: \(error)")
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
