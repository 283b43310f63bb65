/// A part of the world state that knows what of it changed, and all its rows.
protocol StateStored {
    var tag: StateTag { get }
    /// The rows that changed since the last settlement, ascending.
    func changedRows() throws(ContractViolation) -> [StateRow]
    /// Every row, ascending.
    func forEachRow(_ body: (StateRow) throws -> Void) throws
    /// The rows of the settlement that is under way, ascending.
    func settlingRows() throws(ContractViolation) -> [StateRow]
    mutating func take(_ step: SettlementStep)
}

/// What happens to the changes of a state.
enum SettlementStep {
    /// They are about to be written to the store, while others come on top of them.
    case begin
    /// They are in the store.
    case finish
    /// Those that are not in the store are forgotten.
    case discard
}

/// The one row of a table that has no more: always held, so that reading it cannot fail.
struct StateCell<Value: StateRowValue>: Sendable {
    let tag: StateTag
    var value: Value?
    private var settled: Value?
    private var settling: Value?

    /// Reads the row; a failure is noted in `backing`.
    init(_ tag: StateTag, _ backing: StateBacking?) {
        self.tag = tag
        value = backing?.value(Value.self, at: StateKey(tag: tag, name: []))
        settled = value
        settling = value
    }
}

extension StateCell: Hashable {
    static func == (lhs: Self, rhs: Self) -> Bool { lhs.value == rhs.value }

    func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

extension StateCell: StateStored {
    private func rows(_ value: Value?) throws(ContractViolation) -> [StateRow] {
        guard let value else { return [] }
        return [try value.row(at: StateKey(tag: tag, name: []))]
    }

    func changedRows() throws(ContractViolation) -> [StateRow] { value == settled ? [] : try rows(value) }

    func settlingRows() throws(ContractViolation) -> [StateRow] { settling == settled ? [] : try rows(settling) }

    func forEachRow(_ body: (StateRow) throws -> Void) throws {
        for row in try rows(value) { try body(row) }
    }

    mutating func take(_ step: SettlementStep) {
        switch step {
        case .begin: settling = value
        case .finish: settled = settling
        case .discard:
            value = settled
            settling = settled
        }
    }
}
