internal import LedgerReplica
internal import Logging
internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// Checks what a witness has stored, executes the leaves that its world state does not have yet, and refuses it on any
/// disagreement, saying which.
///
/// The state says of which tree it is. Hashed on from there, the leaves behind it must lead to the root of all that were verified
/// and pass through the one that was cosigned: only then can that tree be their beginning, and no leaf before it is read.
struct WitnessLoader: Sendable {
    let store: Store
    let states: StateStore
    let identity: WitnessIdentity
    /// Leaves after which their rows are written.
    let settlementLeaves: UInt64
    let logger: Logger

    /// Leaves that are read and executed at once.
    private static let batchLeaves: UInt64 = 256

    /// - Throws: ``LedgerError/inconsistent(_:)``, ``LedgerError/storage(_:)``.
    /// - Complexity: linear in the number of leaves that the state lacks, and hashing those that were verified and not cosigned;
    ///   linear in all of them for ``StartCheck/everything`` and where the state is missing.
    func load(_ check: StartCheck) async throws(LedgerError) -> WitnessCopy {
        do { return try await checkedCopy(check) } catch let error as LedgerError {
            throw error
        } catch let error as StateError {
            throw LedgerError(error)
        } catch PersistenceError.corrupt(let path, let reason) {
            throw .inconsistent("\(path) is damaged: \(reason)")
        } catch { throw .storage("\(error)") }
    }

    private func checkedCopy(_ check: StartCheck) async throws -> WitnessCopy {
        try await store.write { [identity] in try Self.bind(identity, in: $0) }
        let stored = try await store.read { [identity] in try StoredWitness($0, identity) }
        let (tree, removed) = try await ExecutedTree.open(over: states, origin: "\(identity.origin)")
        guard tree.size <= stored.size else {
            throw LedgerError.inconsistent(
                "\(states.path) is of \(tree.size) leaves, and \(store.path) has \(stored.size): it is an older copy")
        }
        let edge = try await checkedEdge(of: stored, beginningWith: tree.edge, check)
        if check == .everything { try await checkRows(of: tree, stored) }
        if removed > 0 || (tree.size == 0 && stored.size > 0) {
            logger.notice(
                "the world state is missing or of an older version: all leaves are executed again",
                metadata: ["leaves": "\(stored.size)", "removed": "\(removed)"])
        }
        var copy = WitnessCopy(identity: identity, tree: tree)
        try await execute(upTo: stored.size, on: &copy)
        if let cosigned = stored.cosigned { copy.didCosign(cosigned) }
        copy.didHold(try stored.heldTree(beyond: edge, of: identity.log))
        return copy
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

    // MARK: The tree

    /// The right edge of the stored leaves, once every root that is known of them has been found.
    private func checkedEdge(
        of stored: StoredWitness, beginningWith state: TreeFrontier, _ check: StartCheck
    ) async throws -> TreeFrontier {
        var roots = KnownRoots(stored, state)
        var start = state
        // What was cosigned last must be passed through.
        if let cosigned = stored.cosigned, cosigned.checkpoint.size < state.size {
            start = stored.cosignedEdge ?? TreeFrontier()
        }
        if check == .everything { start = TreeFrontier() }
        let edge = try await roots.followed(from: start, to: stored.size) { try await leaves(from: $0, to: $1) }
        if roots.differing.isEmpty { return edge }
        // From the first leaf on it is seen which of them is another's.
        roots.differing = []
        _ = try await roots.followed(from: TreeFrontier(), to: stored.size) { try await leaves(from: $0, to: $1) }
        if roots.differing.contains(.verified) {
            throw LedgerError.inconsistent("the \(stored.size) stored leaves are not those that were verified")
        }
        if roots.differing.contains(.cosigned) {
            throw LedgerError.inconsistent(
                "the \(stored.size) stored leaves do not begin with the \(stored.cosigned?.checkpoint.size ?? 0) that "
                    + "were cosigned")
        }
        throw LedgerError.inconsistent(
            "\(states.path) is of another tree of \(state.size) leaves than the first that are stored: remove it to have "
                + "it made anew")
    }

    /// What is known of the stored leaves, and how far that was found to be so.
    private struct KnownRoots {
        enum Name: Sendable {
            case verified
            case cosigned
            case state
        }

        private var expected: [(name: Name, size: UInt64, root: MerkleHash)]
        var differing: Set<Name> = []

        init(_ stored: StoredWitness, _ state: TreeFrontier) {
            expected = [(.state, state.size, state.root), (.verified, stored.size, stored.root)]
            if let cosigned = stored.cosigned?.checkpoint { expected.append((.cosigned, cosigned.size, cosigned.root)) }
        }

        /// The right edge at `end`, from an earlier one on.
        mutating func followed(
            from start: TreeFrontier, to end: UInt64, reading leaves: (UInt64, UInt64) async throws -> [[UInt8]]
        ) async throws -> TreeFrontier {
            var edge = start
            compare(edge)
            while edge.size < end {
                for leaf in try await leaves(edge.size, end) {
                    try edge.append(MerkleTree.leafHash(of: leaf))
                    compare(edge)
                }
            }
            return edge
        }

        private mutating func compare(_ edge: TreeFrontier) {
            for known in expected where known.size == edge.size && known.root != edge.root {
                differing.insert(known.name)
            }
        }
    }

    /// The stored leaves from `start` on, at most up to `end` and as many as are read at once.
    private func leaves(from start: UInt64, to end: UInt64) async throws -> [[UInt8]] {
        let count = min(end - start, Self.batchLeaves)
        return try await store.read { transaction in
            let rows = try transaction.rows(
                "SELECT position, leaf FROM entry WHERE position >= ? ORDER BY position LIMIT ?",
                [try .unsigned(start), try .unsigned(count)])
            var leaves: [[UInt8]] = []
            for row in rows {
                guard try row.unsigned("position") == start + UInt64(leaves.count) else { break }
                leaves.append(try row.bytes("leaf"))
            }
            guard leaves.count == count else {
                throw LedgerError.inconsistent("leaf \(start + UInt64(leaves.count)) is missing")
            }
            return leaves
        }
    }

    // MARK: The state

    /// Executes the leaves that a copy does not have yet, and writes their rows from time to time.
    private func execute(upTo end: UInt64, on copy: inout WitnessCopy) async throws {
        while copy.size < end {
            let leaves = try await leaves(from: copy.size, to: end)
            try copy.apply(await copy.decoded(leaves), checking: nil)
            try await copy.settle(ifAtLeast: settlementLeaves)
        }
    }

    /// Executes every leaf anew, and compares what they make with the rows that are stored.
    private func checkRows(of tree: ExecutedTree, _ stored: StoredWitness) async throws {
        var copy = WitnessCopy(identity: identity, tree: ExecutedTree(inMemoryOf: "\(identity.origin)"))
        try await execute(upTo: tree.size, on: &copy)
        guard try tree.execution.root() == copy.state.root() else {
            throw LedgerError.inconsistent(
                "\(states.path) is not what the first \(tree.size) leaves make: remove it to have it made anew")
        }
        try await execute(upTo: stored.size, on: &copy)
    }
}
