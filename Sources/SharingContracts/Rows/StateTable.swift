/// A table of the world state: a dictionary that may have a store behind it.
///
/// Holds what changed since the last settlement, and beneath it what is being settled. What was settled before is in the store
/// where there is one, and here where there is none; then equal contents are equal, settled or not. A copy is independent until
/// the store is written.
struct StateTable<Key: StateRowKey, Value: StateRowValue>: Sendable {
    let tag: StateTag
    private(set) var changed: [Key: Value] = [:]
    /// On its way to the store, which may have it or not.
    private var settling: [Key: Value] = [:]
    /// Empty where there is a store.
    private var settled: [Key: Value] = [:]
    let backing: StateBacking?

    init(_ tag: StateTag, _ backing: StateBacking?) {
        self.tag = tag
        self.backing = backing
    }

    /// The value; nil where there is none, and where the store fails, which ``StateBacking`` notes.
    subscript(key: Key) -> Value? {
        if let value = changed[key] ?? settling[key] { return value }
        guard let backing else { return settled[key] }
        return backing.value(Value.self, at: stateKey(key))
    }

    func contains(_ key: Key) -> Bool { self[key] != nil }

    mutating func set(_ value: Value, for key: Key) { changed[key] = value }

    /// Changes a value where it is; nothing where there is none.
    mutating func update(_ key: Key, _ change: (inout Value) -> Void) {
        if changed[key] == nil {
            guard let value = self[key] else { return }
            changed[key] = value
        }
        guard let index = changed.index(forKey: key) else { return }
        change(&changed.values[index])
    }

    func stateKey(_ key: Key) -> StateKey { StateKey(tag: tag, name: key.rowName) }

    /// What may not be in the store.
    private var unsettled: [Key: Value] { Self.merged(settling, changed) }

    /// Everything that is held here.
    private var held: [Key: Value] { Self.merged(settled, unsettled) }

    private static func merged(_ below: [Key: Value], _ above: [Key: Value]) -> [Key: Value] {
        if below.isEmpty { return above }
        return above.isEmpty ? below : below.merging(above) { $1 }
    }

    /// Every value, in no order. With a store, none where it fails, which ``StateBacking`` notes.
    ///
    /// - Complexity: O(n), one scan of the table.
    var values: [Value] {
        guard let backing else { return Array(held.values) }
        let held = held
        let names = Set(held.keys.map(\.rowName))
        var values = Array(held.values)
        do {
            try backing.forEachRow(in: tag) { row in
                if names.contains(row.key.name) { return }
                do { values.append(try Value(row: row)) } catch {
                    backing.note(row.key, error)
                    throw error
                }
            }
        } catch { return [] }
        return values
    }
}

extension StateTable where Value == Taken {
    mutating func insert(_ key: Key) { set(Taken(), for: key) }
}

extension StateTable: Hashable {
    static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.backing === rhs.backing && lhs.held == rhs.held
    }

    func hash(into hasher: inout Hasher) { hasher.combine(held) }
}

extension StateTable: StateStored {
    func changedRows() throws(ContractViolation) -> [StateRow] { try Self.rows(unsettled, stateKey) }

    func settlingRows() throws(ContractViolation) -> [StateRow] { try Self.rows(settling, stateKey) }

    private static func rows(
        _ entries: [Key: Value], _ stateKey: (Key) -> StateKey
    ) throws(ContractViolation) -> [StateRow] {
        var rows: [StateRow] = []
        rows.reserveCapacity(entries.count)
        for (key, value) in entries { rows.append(try value.row(at: stateKey(key))) }
        return rows.sorted { $0.key < $1.key }
    }

    func forEachRow(_ body: (StateRow) throws -> Void) throws {
        let rows = try Self.rows(held, stateKey)
        guard let backing else {
            for row in rows { try body(row) }
            return
        }
        var next = 0
        try backing.forEachRow(in: tag) { row in
            while next < rows.count, rows[next].key < row.key {
                try body(rows[next])
                next += 1
            }
            if next < rows.count, rows[next].key == row.key { return }
            try body(row)
        }
        for row in rows[next...] { try body(row) }
    }

    mutating func take(_ step: SettlementStep) {
        switch step {
        case .begin:
            settling = Self.merged(settling, changed)
            changed = [:]
        case .finish:
            if let backing {
                backing.memory.settle(
                    Dictionary(uniqueKeysWithValues: settling.map { (stateKey($0), $1 as any Sendable) }))
            } else {
                settled = Self.merged(settled, settling)
            }
            settling = [:]
        case .discard:
            changed = [:]
            settling = [:]
        }
    }
}
