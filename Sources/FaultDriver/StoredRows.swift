import LedgerNode
import LedgerReplica
import Persistence

/// Every row of a ledger's databases, by file and table. Columns count by their order: SQLite takes `LEAF` for `leaf`.
struct StoredRows: Sendable {
    /// Of which all follows from the leaves.
    private static let derived = ["state_row", "tree", "indexed", "trail", "granted"]

    private let tables: [String: [[SQLValue]]]

    init(_ files: LedgerFiles) async throws {
        var tables: [String: [[SQLValue]]] = [:]
        for (path, schema) in [
            (files.database, Schema.ledger), (files.state, StateStore.schema), (files.trails, Schema.trails),
        ] {
            let store = try Store(path: path, schema: schema)
            defer { try? store.close() }
            let found = try await store.read { store in
                // As SQLite has parsed them: of what sqlite_schema says it heeds less than is there.
                try store.rows(
                    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' ORDER BY name"
                ).map { row in
                    let name = try row.text("name")
                    // Of migrations only the names count, in their order.
                    let (columns, order) =
                        name.lowercased() == "applied_migration" ? ("name", "position") : ("*", "1, 2")
                    return (name, try store.rows("SELECT \(columns) FROM \"\(name)\" ORDER BY \(order)").map(\.values))
                }
            }
            for (name, rows) in found { tables["\(schema.applicationID) \(name.lowercased())"] = rows }
        }
        self.tables = tables
    }

    /// Whether a ledger reads the same here: the same rows, or none of those that it makes anew where there are none.
    func readsAs(_ before: StoredRows) -> Bool {
        guard tables.keys == before.tables.keys else { return false }
        return tables.allSatisfy { name, rows in
            rows == before.tables[name] || (rows.isEmpty && Self.derived.contains { name.hasSuffix(" " + $0) })
        }
    }
}
