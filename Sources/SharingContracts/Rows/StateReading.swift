/// Where the rows of a settled world state are: a store behind the contracts, which do no input or output themselves.
///
/// Answers are those of one moment while a state reads through it: whoever writes a state's
/// ``WorldState/changes`` into the store calls ``WorldState/settle()`` before that state is read again.
package protocol StateReading: AnyObject, Sendable {
    /// The value of one row; nil where there is no such row.
    ///
    /// - Throws: whatever kept the row from being read. It is never taken for an absent row.
    func value(of key: StateKey) throws -> [UInt8]?

    /// Every row of a table, ascending by key, without holding them all.
    ///
    /// - Throws: whatever kept a row from being read, and what `body` throws.
    func forEachRow(in table: StateTag, _ body: (StateRow) throws -> Void) throws
}
