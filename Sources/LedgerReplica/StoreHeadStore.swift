package import Persistence

/// The newest checkpoint seen, in a role's own database.
package struct StoreHeadStore: ReplicaHeadStore {
    private let store: Store
    private let writes: GroupCommit?

    /// - Parameters:
    ///   - store: One whose schema has ``migration``.
    ///   - writes: What a head goes along with, so that it is durable before anything that is committed by them later; nil to have each
    ///     durable by itself.
    package init(store: Store, goingAlongWith writes: GroupCommit? = nil) {
        self.store = store
        self.writes = writes
    }

    package static let migration = Migration(
        "ledger head",
        sql: "CREATE TABLE ledger_head (id INTEGER PRIMARY KEY CHECK (id = 1), note BLOB NOT NULL) STRICT")

    package func loadHead() async throws -> [UInt8]? {
        try await store.read { try $0.row("SELECT note FROM ledger_head WHERE id = 1")?.bytes("note") }
    }

    package func saveHead(_ note: [UInt8]) async throws {
        let save: @Sendable (StoreTransaction) throws -> Void = {
            _ = try $0.execute("INSERT OR REPLACE INTO ledger_head (id, note) VALUES (1, ?)", [.blob(note)])
        }
        guard let writes else { return try await store.write(save) }
        writes.accompany("ledger head", save)
    }
}
