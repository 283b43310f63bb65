/// Between a state and its store.
extension WorldState {
    /// The state that a store holds: empty where the store has no rows.
    ///
    /// - Parameter memory: New, and this state's and its copies' alone.
    /// - Throws: ``ContractViolation/Code/stateUnavailable`` where its fixed rows cannot be read,
    ///   ``ContractViolation/Code/wrongOrigin`` where it is another ledger's,
    ///   ``ContractViolation/Code/unknownContractVersion`` where its rules are none of `known`.
    /// - Complexity: constant; no other row is read before it is asked for.
    package init(
        origin: String, backing: any StateReading, memory: any StateMemory, knowing known: KnownContracts = .all
    ) throws(ContractViolation) {
        self.init(origin: origin, over: StateBacking(backing, memory), knowing: known)
        try requireAvailable()
        let isEmpty = founding == nil
        guard isEmpty == (progress.value == nil), isEmpty == (contractsInForce == nil) else {
            throw ContractViolation(
                .stateUnavailable, "the store has some of its rows progress, founding and contracts, and not all")
        }
        if let founding, !founding.origin.utf8.elementsEqual(origin.utf8) {
            throw ContractViolation(.wrongOrigin, "the store is of \(founding.origin), this ledger is \(origin)")
        }
        for version in contractsInForce?.all ?? [] { try known.require(version) }
    }

    /// That every read so far succeeded, so that what was answered as absent is.
    ///
    /// - Throws: ``ContractViolation/Code/stateUnavailable`` with the first row that could not be read.
    package func requireAvailable() throws(ContractViolation) {
        if let failure = backing?.failure { throw failure }
    }

    func whileAvailable<Answer>(
        _ body: () throws(ContractViolation) -> Answer
    ) throws(ContractViolation) -> Answer {
        try requireAvailable()
        let answer: Answer
        do { answer = try body() } catch {
            // A row that could not be read may look like a broken rule.
            try requireAvailable()
            throw error
        }
        try requireAvailable()
        return answer
    }

    private var parts: [any StateStored] {
        (enrollment.parts + records.parts + consents.parts + activation.parts + [transactions, progress])
            .sorted { $0.tag.rawValue < $1.tag.rawValue }
    }

    /// The rows that changed since the last ``settle()``, ascending by key. Rows are never removed.
    ///
    /// - Throws: ``ContractViolation/Code/stateUnavailable``.
    /// - Complexity: O(k log k) in the number of changed rows; encoding happens here and nowhere before.
    package var changes: [StateRow] {
        get throws(ContractViolation) {
            try requireAvailable()
            var rows: [StateRow] = []
            for part in parts { rows += try part.changedRows() }
            return rows
        }
    }

    /// Takes ``changes`` as settled: to be called once they are in the store, all of them or none, and before this state or
    /// a copy of it is read again. Without a store they stay in memory.
    package mutating func settle() {
        beginSettling()
        finishSettling()
    }

    /// Sets ``changes`` apart as those that are about to be written to the store, so that leaves can be applied meanwhile:
    /// what the store has of them by now is read from here. The store must not be behind these changes while any copy of this
    /// state is read, and no others may be written.
    ///
    /// - Complexity: constant.
    package mutating func beginSettling() { take(.begin) }

    /// What was set apart is in the store.
    package mutating func finishSettling() { take(.finish) }

    /// The rows that were set apart and not yet reported as written, ascending by key.
    ///
    /// - Throws: ``ContractViolation/Code/stateUnavailable``.
    /// - Complexity: O(k log k) in their number.
    package var settlingRows: [StateRow] {
        get throws(ContractViolation) {
            try requireAvailable()
            var rows: [StateRow] = []
            for part in parts { rows += try part.settlingRows() }
            return rows
        }
    }

    /// Goes back to what is in the store, or to how the state began.
    package mutating func discardChanges() { take(.discard) }

    private mutating func take(_ step: SettlementStep) {
        enrollment.take(step)
        records.take(step)
        consents.take(step)
        transactions.take(step)
        progress.take(step)
        activation.take(step)
    }

    /// Every row, settled or not, ascending by key: a snapshot.
    ///
    /// The state root is the RFC 6962 root over their ``StateRow/leaf``. Equal states have equal rows, in a store or not.
    ///
    /// - Throws: ``ContractViolation/Code/stateUnavailable``, and what `body` throws.
    /// - Complexity: O(n log n) in the number of rows in memory; with a store one scan of it, holding the changes only.
    package func forEachRow(_ body: (StateRow) throws -> Void) throws {
        try requireAvailable()
        for part in parts { try part.forEachRow(body) }
    }
}
