/// One step of a schema, applied once, in order, in a transaction of its own.
///
/// A migration that has been released is never edited: its name is recorded in the database, and a database whose
/// record differs from the program's list is refused.
package struct Migration: Sendable {
    package let name: String
    let sql: String

    /// - Parameter sql: constant statements, separated by semicolons.
    package init(_ name: String, sql: String) {
        self.name = name
        self.sql = sql
    }
}
