/// A store that a state and its copies read, with what they remember of it.
///
/// Contracts ask for rows where a failure has no place to go. So a failed read answers *absent*, is noted, and the
/// state throws the note instead of every answer that it had a part in.
final class StateBacking: Sendable {
    private let rows: any StateReading
    let memory: any StateMemory

    init(_ rows: any StateReading, _ memory: any StateMemory) {
        self.rows = rows
        self.memory = memory
    }

    /// The first failure; nil while all went well.
    var failure: ContractViolation? { memory.failure }

    func note(_ key: StateKey, _ reason: any Error) {
        note("row \(key): \(reason)")
    }

    func note(_ reason: String) {
        memory.note(ContractViolation(.stateUnavailable, reason))
    }

    /// One value; nil where there is none, and where reading fails.
    func value<Value: StateRowValue>(_ type: Value.Type, at key: StateKey) -> Value? {
        guard failure == nil else { return nil }
        let row = memory.row(at: key) {
            do {
                guard let bytes = try rows.value(of: key) else { return nil }
                return try Value(row: StateRow(key: key, value: bytes))
            } catch {
                note(key, error)
                return nil
            }
        }
        return row as? Value
    }

    /// Every row of a table, which must ascend.
    ///
    /// - Throws: ``ContractViolation/Code/stateUnavailable`` where reading fails, and what `body` throws.
    func forEachRow(in table: StateTag, _ body: (StateRow) throws -> Void) throws {
        if let failure { throw failure }
        var last: StateKey?
        var thrown: (any Error)?
        do {
            try rows.forEachRow(in: table) { row in
                if row.key.tag != table || last.map({ $0 >= row.key }) == true { throw StateRowError.wrongKey }
                last = row.key
                do { try body(row) } catch {
                    thrown = error
                    throw error
                }
            }
        } catch {
            if let thrown { throw thrown }
            note("table \(table), after row \(last.map { "\($0)" } ?? "none"): \(error)")
        }
        if let failure { throw failure }
    }
}
