internal import LedgerReplica

/// Where a ledger node keeps what: a database, a small file beside it, and a folder that any static file server can publish.
package struct LedgerFiles: Hashable, Sendable {
    /// The SQLite database: staged leaves, the signed head, what is final.
    package let database: String
    /// The newest signed head once more, so that a database restored from a backup is noticed without a witness.
    package let head: String
    /// The log in the layout of C2SP tlog-tiles.
    package let tiles: String

    /// The world state that the log's leaves make, in a database of its own: all of it can be made from the leaves anew.
    package let state: String

    /// Which leaves concern whom: can be made from the leaves anew as well.
    package let trails: String

    /// - Parameter database: `ledger.sqlite` puts `ledger.head`, `ledger-tiles` and `ledger-state.sqlite` beside it.
    package init(database: String) {
        let base = StateStore.stem(of: database)
        self.database = database
        head = base + ".head"
        tiles = base + "-tiles"
        state = StateStore.path(beside: database)
        trails = base + "-trails.sqlite"
    }
}
