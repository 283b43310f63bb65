package import SharingContracts
package import TransparencyLog

/// A world state, over a database or in memory, and the leaves that have been executed on it.
///
/// Over a database, what is applied stays in memory until its rows are written: ``changes()``, ``write(_:edge:)``, ``didWrite()``.
package struct StateExecution: Sendable {
    /// Nil for a state in memory.
    package let states: StateStore?
    package private(set) var state: WorldState
    /// How many leaves' rows are in the database.
    package private(set) var settledSize: UInt64

    /// Begins in memory, before the first leaf.
    package init(inMemoryOf origin: String) {
        states = nil
        state = WorldState(origin: origin)
        settledSize = 0
    }

    /// Begins with the leaves whose rows are in a database.
    ///
    /// - Throws: ``StateError/unavailable(path:reason:)``, ``StateError/damaged(path:reason:)``.
    package init(over states: StateStore, origin: String) throws(StateError) {
        self.states = states
        state = try states.state(origin: origin)
        settledSize = state.entryCount
    }

    /// Where the state lies, for people.
    package var path: String { states?.path ?? "the state in memory" }

    /// How many leaves have been executed.
    package var size: UInt64 { state.entryCount }

    /// Executes the next leaf, or changes nothing.
    ///
    /// - Throws: ``StateError``. After another than ``StateError/ruleBroken(index:_:)`` the state must be opened anew.
    package mutating func apply(_ leaf: DecodedLeaf) throws(StateError) {
        do throws(ContractViolation) { try leaf.apply(to: &state) } catch {
            guard error.code == .stateUnavailable, let states else { throw .ruleBroken(index: leaf.index, error) }
            throw states.explained(error)
        }
    }

    /// Runs `body` so that the rows it reads are those of one moment, and single ones cost no transaction. Blocks.
    package func duringOneRead<Result>(_ body: () throws -> Result) throws -> Result {
        guard let states else { return try body() }
        return try states.duringOneRead(body)
    }

    /// As ``duringOneRead(_:)``, for what executes leaves.
    package mutating func changeDuringOneRead<Result>(
        _ body: (inout StateExecution) throws -> Result
    ) throws -> Result {
        guard let states else { return try body(&self) }
        return try states.duringOneRead { try body(&self) }
    }

    /// Runs `body` on the state as it is now, beside whatever changes it afterwards. Returns once it minds no change any more.
    ///
    /// - Parameter body: Reads whole tables only: single rows are remembered for all who read the state, and would be old ones.
    /// - Returns: The task, whose value is `body`'s.
    package func beginReading<Result: Sendable>(
        _ body: @escaping @Sendable (WorldState) throws -> Result
    ) async -> Task<Result, any Error> {
        let (begun, signal) = AsyncStream.makeStream(of: Never.self)
        let task = Task { @concurrent in
            defer { signal.finish() }
            guard let states else { return try body(state) }
            return try states.duringOneRead {
                // What is read first fixes the moment.
                _ = try states.edge()
                signal.finish()
                return try body(state)
            }
        }
        for await _ in begun {}
        return task
    }

    /// Demands that what was read so far was there to be read.
    ///
    /// - Throws: as ``init(over:origin:)``.
    package func requireAvailable() throws(StateError) {
        do { try state.requireAvailable() } catch { throw explained(error) }
    }

    /// The rows that leaves have changed since the last ``didWrite()``.
    ///
    /// - Throws: as ``init(over:origin:)``.
    package func changes() throws(StateError) -> [StateRow] {
        do { return try state.changes } catch { throw explained(error) }
    }

    /// Makes rows durable, all or none. Nothing where the state is in memory.
    ///
    /// - Parameter edge: Of the tree whose leaves made them, where nothing else says which.
    /// - Throws: ``StateError/unavailable(path:reason:)``.
    package func write(_ rows: [StateRow], edge: TreeFrontier? = nil) async throws(StateError) {
        guard let states, !rows.isEmpty else { return }
        do { try await states.write(rows, edge: edge) } catch {
            throw .unavailable(path: states.path, reason: "\(error)")
        }
    }

    /// Takes the rows of all leaves as written.
    package mutating func didWrite() {
        state.settle()
        settledSize = state.entryCount
    }

    /// Forgets the leaves whose rows are not written.
    package mutating func discard() { state.discardChanges() }

    /// The state root.
    ///
    /// - Throws: as ``init(over:origin:)``.
    /// - Complexity: linear in the number of rows.
    package func root() throws(StateError) -> MerkleHash {
        do { return try duringOneRead { try state.root() } } catch { throw explained(error) }
    }

    private func explained(_ error: any Error) -> StateError {
        states?.explained(error) ?? .damaged(path: path, reason: "\(error)")
    }
}
