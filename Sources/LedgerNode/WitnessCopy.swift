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

/// What a witness cosigned last.
struct CosignedTree: Hashable, Sendable {
    /// With the log's signature and its own.
    let note: SignedNote
    let checkpoint: Checkpoint
    /// When, in seconds since 1970.
    let time: UInt64
}

/// Why a witness does not cosign a leaf that breaks no rule which others could check.
enum WitnessObjection: Error, Hashable, Sendable {
    case implausibleTime(Timestamp, ClosedRange<Timestamp>)
    /// A ledger must say whose cosignatures it counts, and count this witness's: otherwise it cosigns for nobody.
    case foreignPolicy
}

extension WitnessObjection: CustomStringConvertible {
    var description: String {
        switch self {
        case .implausibleTime(let time, let range):
            "sequenced at \(time), not between \(range.lowerBound) and \(range.upperBound)"
        case .foreignPolicy:
            "LedgerFounded.witness_policy: not a policy of this log that demands a quorum and names this witness"
        }
    }
}

/// The part of a witness's copy that is small: the right edge of the tree, and what was cosigned of it.
struct WitnessHead: Sendable {
    /// Of all leaves that are held: those cosigned, and those verified since on the way to a larger tree.
    fileprivate(set) var frontier = TreeFrontier()
    /// Nil where nothing was cosigned.
    fileprivate(set) var cosigned: CosignedTree?
    /// The signed tree that the leaves beyond those are of; nil where there are none.
    fileprivate(set) var held: HeldTree?

    var cosignedSize: UInt64 { cosigned?.checkpoint.size ?? 0 }
    var cosignedRoot: MerkleHash { cosigned?.checkpoint.root ?? MerkleTree.emptyRoot }
}

/// What a witness knows of its log: the meaning and the right edge of the tree whose leaves it holds.
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
    /// - Throws: ``ContractViolation`` for a leaf that convicts whoever signed it into a tree, ``WitnessObjection``,
    ///   ``TransparencyLogError`` for a tree that is full.
    mutating func apply(_ leaf: [UInt8], checking times: ClosedRange<Timestamp>?) throws {
        let entry = try LedgerEntry(serialized: leaf)
        if let times, !times.contains(entry.sequencedAt) {
            throw WitnessObjection.implausibleTime(entry.sequencedAt, times)
        }
        if case .ledgerFounded(let founding) = entry.transaction.body { try checkPolicy(founding.witnessPolicy) }
        var extended = frontier
        try extended.append(MerkleTree.leafHash(of: leaf))
        try state.apply(entry)
        head.frontier = extended
    }

    private func checkPolicy(_ text: String) throws(WitnessObjection) {
        guard let policy = try? TrustPolicy(text: Array(text.utf8)), policy.logs.map(\.key) == [identity.log],
            policy.hasQuorum, policy.witnesses.contains(where: { $0.key == identity.witness })
        else { throw .foreignPolicy }
    }

    /// Remembers what was cosigned, once it is durable.
    mutating func didCosign(_ tree: CosignedTree) {
        head.cosigned = tree
        head.held = nil
    }

    /// Remembers which tree the leaves are of that are not cosigned yet, once they are durable.
    mutating func didHold(_ tree: HeldTree?) { head.held = tree }

    /// Re-executes the stored leaves, and compares the result with what was cosigned last and what is held.
    ///
    /// - Throws: ``LedgerError/inconsistent(_:)``, or what the store throws.
    static func load(_ store: Store, identity: WitnessIdentity) async throws -> WitnessCopy {
        try await store.write { try bind(identity, in: $0) }
        return try await store.read { transaction in
            var copy = WitnessCopy(identity: identity)
            let cosigned = try transaction.row("SELECT note FROM cosigned WHERE id = 1").map {
                try cosignedTree(try $0.bytes("note"), identity)
            }
            var rootAtCosigned = MerkleTree.emptyRoot
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
                if copy.frontier.size == cosigned?.checkpoint.size { rootAtCosigned = copy.frontier.root }
            }
            if let cosigned {
                guard cosigned.checkpoint.size <= copy.frontier.size, cosigned.checkpoint.root == rootAtCosigned else {
                    throw LedgerError.inconsistent(
                        "the \(copy.frontier.size) stored leaves are not the \(cosigned.checkpoint.size) "
                            + "that were cosigned")
                }
                copy.didCosign(cosigned)
            }
            try copy.checkHeld(transaction)
            return copy
        }
    }

    /// Demands that the leaves, and what was cosigned of them, are those that were stored last.
    private mutating func checkHeld(_ transaction: StoreTransaction) throws {
        guard let row = try transaction.row("SELECT * FROM held WHERE id = 1") else {
            guard frontier.size == 0, head.cosigned == nil else {
                throw LedgerError.inconsistent("\(frontier.size) leaves are stored, and none should be")
            }
            return
        }
        guard try row.unsigned("size") == frontier.size, try row.fixed("root") == frontier.root else {
            throw LedgerError.inconsistent("the \(frontier.size) stored leaves are not those that were verified")
        }
        let cosigned = try row.isNull("cosigned_size") ? nil : try row.unsigned("cosigned_size")
        guard cosigned == head.cosigned?.checkpoint.size else {
            throw LedgerError.inconsistent("what was cosigned last is not what is stored as cosigned")
        }
        guard let note = try row.optionalBytes("tree") else { return }
        do {
            head.held = try HeldTree(note: note, beyond: row.bytes("beyond"), edge: frontier, log: identity.log)
        } catch {
            throw LedgerError.inconsistent("the signed tree of the stored leaves does not fit them: \(error)")
        }
    }

    /// The stored note as what was cosigned last, if it is the log's and this witness's.
    private static func cosignedTree(_ bytes: [UInt8], _ identity: WitnessIdentity) throws -> CosignedTree {
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
        return CosignedTree(note: note, checkpoint: verified.checkpoint, time: own.time)
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

    /// Adds leaves, the last ones that this copy has, and moves what was cosigned last on to `new` where that is given.
    /// Compared with what was cosigned before and written in one transaction.
    static func save(
        _ transaction: StoreTransaction, leaves: [[UInt8]], reaching frontier: TreeFrontier,
        by decision: CosigningDecision, cosigning new: CosignedTree?, holding held: HeldTree?
    ) throws {
        try decision.demandUnchanged(transaction.row("SELECT note FROM cosigned WHERE id = 1")?.bytes("note"))
        let start = frontier.size - UInt64(leaves.count)
        for (offset, leaf) in leaves.enumerated() {
            try transaction.execute(
                "INSERT INTO entry (position, leaf) VALUES (?, ?)",
                [try .unsigned(start + UInt64(offset)), .blob(leaf)])
        }
        if let new {
            try transaction.execute(
                "INSERT INTO cosigned (id, note) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET note = excluded.note",
                [.blob(new.note.encoded)])
        }
        let size = (new ?? decision.last)?.checkpoint.size
        try transaction.execute(
            "INSERT OR REPLACE INTO held (id, size, root, cosigned_size, tree, beyond) VALUES (1, ?, ?, ?, ?, ?)",
            [
                try .unsigned(frontier.size), .blob(frontier.root),
                try size.map { try SQLValue.unsigned($0) } ?? .null,
                .optionalBlob(held?.note.encoded), .optionalBlob(held?.encodedBeyond),
            ])
    }
}
