package import Persistence

/// The newest checkpoint seen, in a role's own database.
package struct StoreHeadStore: ReplicaHeadStore {
    private let store: Store

    /// - Parameter store: One whose schema has ``migration``.
    package init(store: Store) { self.store = store }

    package static let migration = Migration(
        "ledger head",
        sql: "CREATE TABLE ledger_head (id INTEGER PRIMARY KEY CHECK (id = 1), note BLOB NOT NULL) STRICT")

    package func loadHead() async throws -> [UInt8]? {
        try await store.read { try $0.row("SELECT note FROM ledger_head WHERE id = 1")?.bytes("note") }
    }

    package func saveHead(_ note: [UInt8]) async throws {
        try await store.write {
            _ = try $0.execute("INSERT OR REPLACE INTO ledger_head (id, note) VALUES (1, ?)", [.blob(note)])
        }
    }
}
