internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// Whom a witness watches, and as whom.
struct WitnessIdentity: Hashable, Sendable {
    let log: VerifierKey
    let witness: VerifierKey

    var origin: LogOrigin { LogOrigin(log.name) }
}

/// The part of a witness's copy that is small: the right edge of the tree, and what was cosigned of it.
struct WitnessHead: Sendable {
    fileprivate(set) var frontier = TreeFrontier()
    /// What it cosigned last, with its own line; nil where it has cosigned nothing.
    fileprivate(set) var cosigned: SignedNote?
    /// When, in seconds since 1970; 0 where it has cosigned nothing.
    fileprivate(set) var cosignedAt: UInt64 = 0
}

/// What a witness knows of its log: the meaning and the right edge of the tree that it cosigned last.
struct WitnessCopy: Sendable {
    let identity: WitnessIdentity
    private(set) var state: WorldState
    private(set) var head = WitnessHead()

    var frontier: TreeFrontier { head.frontier }

    private init(identity: WitnessIdentity) {
        self.identity = identity
        state = WorldState(origin: "\(identity.origin)")
    }

    /// Applies one leaf, or throws and changes nothing.
    ///
    /// - Throws: ``ContractViolation``, or ``TransparencyLogError`` for a tree that is full.
    mutating func apply(_ leaf: [UInt8], checking times: ClosedRange<Timestamp>?) throws {
        let entry = try LedgerEntry(serialized: leaf)
        if let times, !times.contains(entry.sequencedAt) {
            throw ContractViolation(
                .timeNotIncreasing,
                "sequenced at \(entry.sequencedAt), not between \(times.lowerBound) "
                    + "and \(times.upperBound)")
        }
        if case .ledgerFounded(let founding) = entry.transaction.body { try checkPolicy(founding.witnessPolicy) }
        var extended = frontier
        try extended.append(MerkleTree.leafHash(of: leaf))
        try state.apply(entry)
        head.frontier = extended
    }

    /// A ledger must say whose cosignatures it counts, and count this witness's: otherwise it cosigns for nobody.
    private func checkPolicy(_ text: String) throws(ContractViolation) {
        guard let policy = try? TrustPolicy(text: Array(text.utf8)), policy.logs.map(\.key) == [identity.log],
            policy.witnesses.contains(where: { $0.key == identity.witness })
        else {
            throw ContractViolation(
                .malformedField, "LedgerFounded.witness_policy: not a policy of this log that names this witness")
        }
    }

    /// Remembers what was cosigned, once it is durable.
    mutating func didCosign(_ note: SignedNote, at seconds: UInt64) {
        head.cosigned = note
        head.cosignedAt = seconds
    }

    /// Re-executes the stored leaves, and compares the result with what was cosigned last.
    ///
    /// - Throws: ``LedgerError/inconsistent(_:)``, or what the store throws.
    static func load(_ store: Store, identity: WitnessIdentity) async throws -> WitnessCopy {
        try await store.write { try bind(identity, in: $0) }
        return try await store.read { transaction in
            var copy = WitnessCopy(identity: identity)
            try transaction.forEachRow("SELECT position, leaf FROM entry ORDER BY position") {
                row throws(PersistenceError) in
                let index = copy.frontier.size
                guard try row.unsigned("position") == index else {
                    throw .failed(reason: "leaf \(index) is missing")
                }
                let leaf = try row.bytes("leaf")
                do { try copy.apply(leaf, checking: nil) } catch {
                    throw .failed(reason: "the stored leaf \(index) breaks a rule: \(error)")
                }
            }
            guard let row = try transaction.row("SELECT note FROM cosigned WHERE id = 1") else {
                guard copy.frontier.size == 0 else {
                    throw LedgerError.inconsistent("\(copy.frontier.size) leaves are stored, and nothing was cosigned")
                }
                return copy
            }
            try copy.adopt(try row.bytes("note"))
            return copy
        }
    }

    /// Takes the stored note for what was cosigned last, if it is the log's, this witness's, and of these leaves.
    private mutating func adopt(_ bytes: [UInt8]) throws {
        let note: SignedNote
        let verified: VerifiedCheckpoint
        do {
            note = try SignedNote(encoded: bytes)
            verified = try VerifiedCheckpoint(note, logs: [identity.log], witnesses: [identity.witness])
        } catch {
            throw LedgerError.inconsistent("what was cosigned last does not verify: \(error)")
        }
        guard let own = verified.cosignatures.first else {
            throw LedgerError.inconsistent("what was cosigned last has no cosignature by \(identity.witness.name)")
        }
        guard verified.checkpoint.size == frontier.size, verified.checkpoint.root == frontier.root else {
            throw LedgerError.inconsistent(
                "the \(frontier.size) stored leaves are not the \(verified.checkpoint.size) that were cosigned")
        }
        didCosign(note, at: own.time)
    }

    /// Writes the names into a new database, and compares them with those of an old one.
    private static func bind(_ identity: WitnessIdentity, in transaction: StoreTransaction) throws {
        guard let row = try transaction.row("SELECT log_key, witness_key FROM witness") else {
            try transaction.execute(
                "INSERT INTO witness (id, origin, log_key, witness_key) VALUES (1, ?, ?, ?)",
                [.text("\(identity.origin)"), .text(identity.log.vkey), .text(identity.witness.vkey)])
            return
        }
        guard try row.text("log_key") == identity.log.vkey, try row.text("witness_key") == identity.witness.vkey else {
            throw LedgerError.inconsistent(
                "the database is that of \(try row.text("witness_key")) watching \(try row.text("log_key"))")
        }
    }

    /// Adds leaves and moves what was cosigned last from `old` to `new`: compared and written in one transaction.
    static func save(
        _ transaction: StoreTransaction, leaves: [[UInt8]], from start: UInt64, replacing old: [UInt8]?,
        with new: [UInt8]
    ) throws {
        guard try transaction.row("SELECT note FROM cosigned WHERE id = 1")?.bytes("note") == old else {
            throw LedgerError.inconsistent("something else was cosigned meanwhile")
        }
        for (offset, leaf) in leaves.enumerated() {
            try transaction.execute(
                "INSERT INTO entry (position, leaf) VALUES (?, ?)",
                [try .unsigned(start + UInt64(offset)), .blob(leaf)])
        }
        try transaction.execute(
            "INSERT INTO cosigned (id, note) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET note = excluded.note",
            [.blob(new)])
    }
}
