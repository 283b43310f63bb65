import LedgerNode
import LedgerReplica
import Persistence

/// Every row of a ledger's databases, by file and table.
struct StoredRows: Equatable, Sendable {
    private let tables: [String: [SQLRow]]

    init(_ files: LedgerFiles) async throws {
        var tables: [String: [SQLRow]] = [:]
        for (path, schema) in [
            (files.database, Schema.ledger), (files.state, StateStore.schema), (files.trails, Schema.trails),
        ] {
            let store = try Store(path: path, schema: schema)
            defer { try? store.close() }
            let found = try await store.read { store in
                try store.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map { row in
                    let name = try row.text("name")
                    return (name, try store.rows("SELECT * FROM \"\(name)\" ORDER BY 1, 2"))
                }
            }
            for (name, rows) in found { tables["\(schema.applicationID)/\(name)"] = rows }
        }
        self.tables = tables
    }
}
