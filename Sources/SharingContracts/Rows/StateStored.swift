/// A part of the world state that knows what of it changed, and all its rows.
protocol StateStored {
    var tag: StateTag { get }
    /// The rows that changed since the last settlement, ascending.
    func changedRows() throws(ContractViolation) -> [StateRow]
    /// Every row, ascending.
    func forEachRow(_ body: (StateRow) throws -> Void) throws
    /// Takes the changes as settled.
    mutating func settle()
    /// Goes back to the last settlement.
    mutating func discardChanges()
}

/// The one row of a table that has no more: always held, so that reading it cannot fail.
struct StateCell<Value: StateRowValue>: Sendable {
    let tag: StateTag
    var value: Value?
    private var settled: Value?

    /// Reads the row; a failure is noted in `backing`.
    init(_ tag: StateTag, _ backing: StateBacking?) {
        self.tag = tag
        value = backing?.value(Value.self, at: StateKey(tag: tag, name: []))
        settled = value
    }
}

extension StateCell: Hashable {
    static func == (lhs: Self, rhs: Self) -> Bool { lhs.value == rhs.value }

    func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

extension StateCell: StateStored {
    private var rows: [StateRow] {
        get throws(ContractViolation) {
            guard let value else { return [] }
            return [try value.row(at: StateKey(tag: tag, name: []))]
        }
    }

    func changedRows() throws(ContractViolation) -> [StateRow] { value == settled ? [] : try rows }

    func forEachRow(_ body: (StateRow) throws -> Void) throws {
        for row in try rows { try body(row) }
    }

    mutating func settle() { settled = value }

    mutating func discardChanges() { value = settled }
}
