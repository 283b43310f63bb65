internal import LedgerReplica
internal import Persistence
internal import SharingContracts
internal import TransparencyLog

/// A mirror's use of its world state, in its own terms.
extension StateExecution {
    /// Opens or creates the database.
    ///
    /// - Throws: ``MirrorError/state(path:_:)``, ``MirrorError/foreignPolicy``.
    init(path: String, trust: TrustAnchor) throws(MirrorError) {
        let states: StateStore
        do { states = try StateStore(path: path, remembersKeys: true) } catch { throw .state(path: path, "\(error)") }
        do {
            try self.init(over: states, origin: trust.originName)
            try Self.demandFounding(state, trust)
        } catch {
            try? states.close()
            throw MirrorError(state: error, path: path)
        }
    }

    /// Executes leaves in order, from the first of them that is not executed yet.
    ///
    /// - Throws: ``MirrorError/ruleBroken(index:_:)``, ``MirrorError/foreignPolicy``: ``discard()`` then.
    ///   ``MirrorError/state(path:_:)``, after which the database must be opened anew.
    mutating func apply(_ leaves: [DecodedLeaf], trust: TrustAnchor) throws(MirrorError) {
        do {
            try changeDuringOneRead { execution in
                for leaf in leaves {
                    try execution.apply(leaf)
                    if leaf.index == 0 { try Self.demandFounding(execution.state, trust) }
                }
            }
        } catch { throw MirrorError(state: error, path: path) }
    }

    /// To the byte: strings are equal when they merely look the same.
    private static func demandFounding(_ state: WorldState, _ trust: TrustAnchor) throws(MirrorError) {
        guard let founding = state.founding else { return }
        guard founding.witnessPolicy.utf8.elementsEqual(trust.policyText.utf8) else { throw .foreignPolicy }
    }

    /// The rows that leaves have changed since the last ``didWrite()``.
    func changedRows() throws(MirrorError) -> [StateRow] {
        do { return try changes() } catch { throw MirrorError(state: error, path: path) }
    }

    /// Makes rows durable, all or none.
    func writeRows(_ rows: [StateRow]) async throws(MirrorError) {
        do { try await write(rows) } catch { throw MirrorError(state: error, path: path) }
    }

    /// The state root.
    ///
    /// - Complexity: linear in the number of rows.
    func stateRoot() throws(MirrorError) -> MerkleHash {
        do { return try root() } catch { throw MirrorError(state: error, path: path) }
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
        guard let states, let others = other.states else { return }
        do {
            try states.duringOneRead {
                for table in StateTag.allCases {
                    try states.forEachRow(in: table) { row in
                        guard try others.value(of: row.key) == row.value else {
                            throw MirrorError.damagedState(path: path, row: "\(row.key)")
                        }
                    }
                }
            }
        } catch { throw MirrorError(state: error, path: self.path) }
    }

    func close() { try? states?.close() }
}

extension MirrorError {
    /// What a failure of the state at `path` means to a mirror.
    init(state error: any Error, path: String) {
        switch error {
        case let error as MirrorError: self = error
        case StateError.unavailable(let path, let reason), StateError.damaged(let path, let reason):
            self = .state(path: path, reason)
        case StateError.ruleBroken(let index, let violation): self = .ruleBroken(index: index, violation)
        default: self = .state(path: path, "\(error)")
        }
    }
}
