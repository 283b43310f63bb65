internal import LedgerReplica
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

    /// Demands that a ledger states a policy under which this witness counts.
    func checkPolicy(_ text: String) throws(WitnessObjection) {
        guard let policy = try? TrustPolicy(text: Array(text.utf8)), policy.logs.map(\.key) == [log],
            policy.hasQuorum, policy.witnesses.contains(where: { $0.key == witness })
        else { throw .foreignPolicy }
    }
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
    let frontier: TreeFrontier
    /// Nil where nothing was cosigned.
    let cosigned: CosignedTree?
    /// The signed tree that the leaves beyond those are of; nil where there are none.
    let held: HeldTree?
}

/// What a witness knows of its log: the meaning and the right edge of the tree whose leaves it holds.
struct WitnessCopy: Sendable {
    let identity: WitnessIdentity
    private var tree: ExecutedTree
    private var cosigned: CosignedTree?
    private var held: HeldTree?

    init(identity: WitnessIdentity, tree: ExecutedTree) {
        self.identity = identity
        self.tree = tree
    }

    var state: WorldState { tree.state }
    var execution: StateExecution { tree.execution }
    var frontier: TreeFrontier { tree.edge }
    var size: UInt64 { tree.size }
    var head: WitnessHead { WitnessHead(frontier: tree.edge, cosigned: cosigned, held: held) }

    /// Leaves that follow those that are held, read, and their signatures verified on all cores.
    func decoded(_ leaves: [[UInt8]]) async -> [DecodedLeaf] {
        await DecodedLeaf.decoded(leaves, from: size, in: tree.execution)
    }

    /// Applies leaves in order up to the first that cannot be applied, which changes nothing.
    ///
    /// - Throws: ``StateError/ruleBroken(index:_:)`` for a leaf that convicts whoever signed it into a tree,
    ///   ``WitnessObjection``, `TransparencyLogError` for a tree that is full; any other ``StateError`` is the database's
    ///   failure, says nothing of the leaf, and this must be read anew.
    mutating func apply(_ leaves: [DecodedLeaf], checking times: ClosedRange<Timestamp>?) throws {
        let identity = identity
        try tree.changeDuringOneRead { tree in
            for leaf in leaves {
                let entry: LedgerEntry
                do throws(ContractViolation) { entry = try leaf.decoded } catch {
                    throw StateError.ruleBroken(index: leaf.index, error)
                }
                if let times, !times.contains(entry.sequencedAt) {
                    throw WitnessObjection.implausibleTime(entry.sequencedAt, times)
                }
                if case .ledgerFounded(let founding) = entry.transaction.body {
                    try identity.checkPolicy(founding.witnessPolicy)
                }
                try tree.append(leaf)
            }
        }
    }

    /// Writes the rows of the leaves that are held, where there are at least so many whose rows are not written. The leaves must
    /// be durable.
    ///
    /// - Throws: ``StateError``, after which this must be read anew.
    mutating func settle(ifAtLeast leaves: UInt64) async throws(StateError) {
        try await tree.settle(ifAtLeast: leaves)
    }

    /// Remembers what was cosigned, once it is durable.
    mutating func didCosign(_ tree: CosignedTree) {
        cosigned = tree
        held = nil
    }

    /// Remembers which tree the leaves are of that are not cosigned yet, once they are durable.
    mutating func didHold(_ tree: HeldTree?) { held = tree }

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
            """
            INSERT INTO held (id, size, root, cosigned_size, tree, beyond, cosigned_edge) VALUES (1, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET size = excluded.size, root = excluded.root,
                cosigned_size = excluded.cosigned_size, tree = excluded.tree, beyond = excluded.beyond,
                cosigned_edge = coalesce(excluded.cosigned_edge, cosigned_edge)
            """,
            [
                try .unsigned(frontier.size), .blob(frontier.root),
                try size.map { try SQLValue.unsigned($0) } ?? .null,
                .optionalBlob(held?.note.encoded), .optionalBlob(held?.encodedBeyond),
                .optionalBlob(new.map { _ in frontier.encodedHashes }),
            ])
    }
}
