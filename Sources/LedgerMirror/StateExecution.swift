internal import LedgerReplica
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// A world state over its database, and the leaves that have been executed on it.
///
/// What is applied stays in memory until its rows are written: ``changes()``, ``StateStore/write(_:)``, ``didWrite()``.
struct StateExecution: Sendable {
    let states: StateStore
    let path: String
    private(set) var state: WorldState

    /// Opens or creates the database.
    ///
    /// - Throws: ``MirrorError/state(path:_:)``, ``MirrorError/foreignPolicy``.
    init(path: String, trust: TrustAnchor) throws(MirrorError) {
        self.path = path
        do { states = try StateStore(path: path) } catch { throw .state(path: path, "\(error)") }
        do {
            state = try states.state(origin: trust.originName)
            try Self.demandFounding(state, trust)
        } catch {
            try? states.close()
            if let error = error as? MirrorError { throw error }
            throw .state(path: path, "\(error)")
        }
    }

    /// How many leaves have been executed.
    var size: UInt64 { state.entryCount }

    /// Executes leaves in order, from the first of them that is not executed yet.
    ///
    /// - Throws: ``MirrorError/ruleBroken(index:_:)``, ``MirrorError/foreignPolicy``: ``discard()`` then.
    ///   ``MirrorError/state(path:_:)``, after which the database must be opened anew.
    mutating func apply(_ leaves: [DecodedLeaf], trust: TrustAnchor) throws(MirrorError) {
        do {
            try states.duringOneRead {
                for leaf in leaves {
                    do throws(ContractViolation) { try leaf.apply(to: &state) } catch {
                        if error.code == .stateUnavailable { throw error }
                        throw MirrorError.ruleBroken(index: leaf.index, error)
                    }
                    if leaf.index == 0 { try Self.demandFounding(state, trust) }
                }
            }
        } catch let error as MirrorError {
            throw error
        } catch { throw .state(path: path, "\(error)") }
    }

    /// To the byte: strings are equal when they merely look the same.
    private static func demandFounding(_ state: WorldState, _ trust: TrustAnchor) throws(MirrorError) {
        guard let founding = state.founding else { return }
        guard founding.witnessPolicy.utf8.elementsEqual(trust.policyText.utf8) else { throw .foreignPolicy }
    }

    /// The rows that leaves have changed since the last ``didWrite()``.
    func changes() throws(MirrorError) -> [StateRow] {
        do { return try state.changes } catch { throw .state(path: path, "\(error)") }
    }

    /// Makes rows durable, all or none.
    func write(_ rows: [StateRow]) async throws(MirrorError) {
        guard !rows.isEmpty else { return }
        do { try await states.write(rows) } catch { throw .state(path: path, "\(error)") }
    }

    mutating func didWrite() { state.settle() }

    /// Forgets the leaves whose rows are not written.
    mutating func discard() { state.discardChanges() }

    /// The state root.
    ///
    /// - Complexity: linear in the number of rows.
    func root() throws(MirrorError) -> MerkleHash {
        do { return try states.duringOneRead { try state.root() } } catch { throw .state(path: path, "\(error)") }
    }

    /// Compares the rows with those that the same leaves made elsewhere.
    ///
    /// - Throws: ``MirrorError/damagedState(path:row:)`` with the first row that differs.
    /// - Complexity: linear in the number of rows, two look-ups each; none is kept.
    func demandEqual(to other: StateExecution) throws(MirrorError) {
        try demandContained(in: other, blaming: path)
        try other.demandContained(in: self, blaming: path)
    }

    private func demandContained(in other: StateExecution, blaming path: String) throws(MirrorError) {
        do {
            try states.duringOneRead {
                for table in StateTag.allCases {
                    try states.forEachRow(in: table) { row in
                        guard try other.states.value(of: row.key) == row.value else {
                            throw MirrorError.damagedState(path: path, row: "\(row.key)")
                        }
                    }
                }
            }
        } catch let error as MirrorError {
            throw error
        } catch { throw .state(path: self.path, "\(error)") }
    }

    func close() { try? states.close() }
}
