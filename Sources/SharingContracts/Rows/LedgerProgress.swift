/// How far a state has come: there is none before the first leaf.
struct LedgerProgress: StateRowValue {
    /// How many leaves have been applied.
    let entryCount: UInt64
    let lastSequencedAt: Timestamp

    init(entryCount: UInt64, lastSequencedAt: Timestamp) {
        self.entryCount = entryCount
        self.lastSequencedAt = lastSequencedAt
    }

    init(from reader: inout RowReader) throws(StateRowError) {
        entryCount = try reader.integer()
        lastSequencedAt = Timestamp(microseconds: try reader.integer())
        // The last leaf's index is one less, and the next leaf must have one.
        guard entryCount > 0, entryCount < .max else { throw .badField("\(entryCount) leaves") }
    }

    func write(to writer: inout RowWriter) throws(ContractViolation) {
        writer.write(entryCount)
        writer.write(lastSequencedAt.microseconds)
    }
}
