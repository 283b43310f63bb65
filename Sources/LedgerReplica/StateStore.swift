package import Persistence
internal import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

/// The world state of a ledger in a database of its own: each row under its key.
///
/// Not the truth, but what the log's first leaves make of nothing: how many leaves, one of the rows says. Whoever follows a log
/// writes the rows that a few thousand leaves changed in one transaction, and after a crash executes the leaves since then again.
package final class StateStore: StateReading {
    /// - Schema: one table, ordered by key, so that a scan gives the rows in the order of the state root.
    package static let schema = Schema(
        applicationID: 0x5053_5431,  // "PST1"
        migrations: [
            Migration(
                "1 rows",
                sql: """
                    CREATE TABLE state_row (
                        key BLOB PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 34),
                        value BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        ])

    private let store: Store

    /// Opens or creates the database.
    ///
    /// - Throws: the opening errors of `PersistenceError`.
    package init(path: String) throws(PersistenceError) {
        store = try Store(path: path, schema: Self.schema)
    }

    /// The state that the rows make, over them.
    ///
    /// - Parameter rows: How many rows are remembered, about: a KiB each, as they are parsed.
    /// - Throws: `ContractViolation`, of code `stateUnavailable` or `wrongOrigin`.
    package func state(origin: String, remembering rows: Int = 8_192) throws(ContractViolation) -> WorldState {
        try WorldState(origin: origin, backing: self, memory: SharedStateMemory(rows: rows))
    }

    /// Makes rows durable, all or none.
    package func write(_ rows: [StateRow]) async throws {
        try await store.write { transaction in
            for row in rows {
                try transaction.execute(
                    "INSERT INTO state_row (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    [.blob(row.key.bytes), .blob(row.value)])
            }
        }
    }

    /// Runs `body` so that the rows it reads are those of one moment, and single ones cost no transaction. Blocks.
    package func duringOneRead<Result>(_ body: () throws -> Result) throws -> Result {
        try store.readBlocking { _ in try body() }
    }

    package func close() throws(PersistenceError) { try store.close() }

    package func value(of key: StateKey) throws -> [UInt8]? {
        try store.readBlocking { transaction in
            try transaction.row("SELECT value FROM state_row WHERE key = ?", [.blob(key.bytes)])?.bytes("value")
        }
    }

    package func forEachRow(in table: StateTag, _ body: (StateRow) throws -> Void) throws {
        var failure: (any Error)?
        try store.readBlocking { transaction in
            try transaction.forEachRow(
                "SELECT key, value FROM state_row WHERE key >= ? AND key < ? ORDER BY key",
                [.blob([table.rawValue]), .blob([table.rawValue + 1])]
            ) { row throws(PersistenceError) in
                guard failure == nil else { return }
                let (bytes, value) = (try row.bytes("key"), try row.bytes("value"))
                do {
                    guard let key = StateKey(bytes: bytes) else { throw StateRowError.wrongKey }
                    try body(StateRow(key: key, value: value))
                } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }
}
