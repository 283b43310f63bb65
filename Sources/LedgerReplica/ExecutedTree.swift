package import SharingContracts
package import TransparencyLog

/// The first leaves of a log, as whoever follows it without keeping tiles needs them: what they mean, and the right edge of their
/// tree.
///
/// Over a database both are written together, so that at the next start the state says by itself of which tree it is; whether that
/// is the tree it should be, whoever opens it finds out from what it trusts.
package struct ExecutedTree: Sendable {
    /// Leaves after which their rows are written, and so as many as are executed again after a crash.
    package static let defaultSettlementLeaves: UInt64 = 2_048

    package private(set) var execution: StateExecution
    package private(set) var edge: TreeFrontier
    /// Of the leaves whose rows are in the database.
    package private(set) var settledEdge: TreeFrontier

    /// Begins in memory, before the first leaf.
    package init(inMemoryOf origin: String) {
        execution = StateExecution(inMemoryOf: origin)
        edge = TreeFrontier()
        settledEdge = edge
    }

    /// Begins with the leaves whose rows are in a database.
    ///
    /// - Throws: ``StateError/damaged(path:reason:)``, also where the rows and the tree are of different leaves;
    ///   ``StateError/unavailable(path:reason:)``.
    private init(over states: StateStore, origin: String) throws(StateError) {
        execution = try StateExecution(over: states, origin: origin)
        edge = try states.edge() ?? TreeFrontier()
        settledEdge = edge
        guard edge.size == execution.size else {
            throw .damaged(
                path: states.path, reason: "its rows are of \(execution.size) leaves, and its tree is of \(edge.size)")
        }
    }

    /// Begins with the leaves whose rows are in a database. Rows that do not say of which tree they are, as older versions wrote
    /// them, are removed: they can be made anew.
    ///
    /// - Returns: The tree, and how many leaves' rows were removed.
    /// - Throws: ``StateError/damaged(path:reason:)``, also where the rows and the tree are of different leaves;
    ///   ``StateError/unavailable(path:reason:)``.
    package static func open(
        over states: StateStore, origin: String
    ) async throws(StateError) -> (tree: ExecutedTree, removedLeaves: UInt64) {
        let found = try states.state(origin: origin).entryCount
        guard found > 0, try states.edge() == nil else { return (try ExecutedTree(over: states, origin: origin), 0) }
        do { try await states.removeAll() } catch { throw .unavailable(path: states.path, reason: "\(error)") }
        return (try ExecutedTree(over: states, origin: origin), found)
    }

    package var size: UInt64 { edge.size }
    package var state: WorldState { execution.state }

    /// Executes the next leaf, or changes nothing.
    ///
    /// - Parameter check: What else must hold of the state and of the tree with this leaf; where it throws, ``discard()``.
    /// - Throws: ``StateError``, `TransparencyLogError` for a tree that is full, and what `check` throws.
    package mutating func append(
        _ leaf: DecodedLeaf, then check: (WorldState, TreeFrontier) throws -> Void = { _, _ in }
    ) throws {
        var extended = edge
        try extended.append(MerkleTree.leafHash(of: leaf.bytes))
        try execution.apply(leaf)
        edge = extended
        try check(execution.state, edge)
    }

    /// Runs `body` so that the rows it reads are those of one moment, and single ones cost no transaction. Blocks.
    package mutating func changeDuringOneRead<Result>(
        _ body: (inout ExecutedTree) throws -> Result
    ) throws -> Result {
        guard let states = execution.states else { return try body(&self) }
        return try states.duringOneRead { try body(&self) }
    }

    /// How many leaves' rows are not in the database; 0 for a state in memory.
    package var unsettledLeaves: UInt64 { execution.states == nil ? 0 : size - settledEdge.size }

    /// Writes the rows of all leaves, and of which tree they are, in one transaction. Nothing where the state is in memory.
    ///
    /// Only leaves that are known to be the log's may be settled. No other copy of this may be read meanwhile.
    ///
    /// - Parameter leaves: Nothing is written where fewer leaves' rows are not in the database.
    /// - Throws: ``StateError``, after which this must be opened anew.
    package mutating func settle(ifAtLeast leaves: UInt64 = 1) async throws(StateError) {
        guard unsettledLeaves >= max(1, leaves) else { return }
        try await execution.write(try execution.changes(), edge: edge)
        execution.didWrite()
        settledEdge = edge
    }

    /// Goes back to the leaves whose rows are in the database, or to the empty tree.
    package mutating func discard() {
        execution.discard()
        edge = settledEdge
    }
}
