package import Persistence
internal import ServiceProtocols
package import SharingContracts
internal import Synchronization
package import TransparencyLog

/// The world state of a ledger in a database of its own: each row under its key.
///
/// Not the truth, but what the log's first leaves make of nothing: how many leaves, one of the rows says. Whoever follows a log
/// writes the rows that a few thousand leaves changed in one transaction, and after a crash executes the leaves since then again.
package final class StateStore: StateReading {
    /// - Schema: one table, ordered by key, so that a scan gives the rows in the order of the state root; and, where whoever
    ///   writes has no tiles to find it in, the right edge of the tree whose leaves made the rows.
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
                    """),
            Migration(
                "2 tree",
                sql: """
                    CREATE TABLE tree (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        size INTEGER NOT NULL CHECK (size > 0),
                        edge BLOB NOT NULL CHECK (length(edge) % 32 = 0)
                    ) STRICT;
                    """),
        ])

    private let store: Store
    /// Why a row could not be read, since a state was last opened: the state itself only knows that it could not.
    private let readFailure = Mutex<PersistenceError?>(nil)
    /// Nil where every key is asked for in the database.
    private let known: KnownKeys?
    private let readingKeys: Task<Void, Never>?

    /// Opens or creates the database.
    ///
    /// - Parameters:
    ///   - checksWholeFile: As `Store`'s: linear in the size of the file.
    ///   - remembersKeys: Whether to read all keys once, beside whatever else is done, and to keep ten to twenty bits of each in memory: for
    ///     nodes, which ask ever after whether identifiers are new.
    /// - Throws: the opening errors of `PersistenceError`.
    package init(
        path: String, checksWholeFile: Bool = true, remembersKeys: Bool = false
    ) throws(PersistenceError) {
        let store = try Store(path: path, schema: Self.schema, checksWholeFile: checksWholeFile)
        self.store = store
        let known = remembersKeys ? KnownKeys() : nil
        self.known = known
        readingKeys = known.map { known in Task(priority: .background) { await known.readAll(of: store) } }
    }

    /// Returns when all keys have been read, or cannot be.
    func keysAreRead() async { await readingKeys?.value }

    /// Where the world state of a role lies whose database is `database`: `proxy.sqlite` has `proxy-state.sqlite` beside it.
    package static func path(beside database: String) -> String { stem(of: database) + "-state.sqlite" }

    /// What the names of the files beside a database begin with: its own without `.sqlite`.
    package static func stem(of database: String) -> String {
        let ending = ".sqlite"
        return database.hasSuffix(ending) ? String(database.dropLast(ending.count)) : database
    }

    /// Where the database lies.
    package var path: String { store.path }

    /// The state that the rows make, over them.
    ///
    /// - Parameter rows: How many rows are remembered, about: a KiB each, as they are parsed.
    /// - Throws: ``StateError/unavailable(path:reason:)``, ``StateError/damaged(path:reason:)``, also for the state of another
    ///   ledger.
    package func state(origin: String, remembering rows: Int = 8_192) throws(StateError) -> WorldState {
        readFailure.withLock { $0 = nil }
        do { return try WorldState(origin: origin, backing: self, memory: SharedStateMemory(rows: rows)) } catch {
            throw explained(error)
        }
    }

    /// The right edge of the tree whose leaves made the rows; nil where whoever wrote them did not say.
    ///
    /// - Throws: as ``state(origin:)``.
    package func edge() throws(StateError) -> TreeFrontier? {
        do {
            return try reading { transaction in
                try transaction.row("SELECT size, edge FROM tree WHERE id = 1").map { row in
                    try TreeFrontier(size: row.unsigned("size"), encodedHashes: row.bytes("edge"))
                }
            }
        } catch { throw explained(error) }
    }

    /// What a failure to read a state over this store means.
    package func explained(_ error: any Error) -> StateError {
        guard let failure = error as? PersistenceError ?? readFailure.withLock({ $0 }), !failure.isDamage else {
            return .damaged(path: path, reason: "\(error)")
        }
        return .unavailable(path: path, reason: "\(failure)")
    }

    /// Makes rows durable, all or none.
    ///
    /// - Parameter edge: Of the tree whose leaves made them, written in the same transaction.
    package func write(_ rows: [StateRow], edge: TreeFrontier? = nil) async throws {
        known?.insert(rows.lazy.map(\.key.bytes))
        try await store.write { transaction in
            try transaction.insert(
                "INSERT INTO state_row (key, value)",
                rows.lazy.map { [.blob($0.key.bytes), .blob($0.value)] },
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value")
            if let edge {
                try transaction.execute(
                    "INSERT OR REPLACE INTO tree (id, size, edge) VALUES (1, ?, ?)",
                    [try .unsigned(edge.size), .blob(edge.encodedHashes)])
            }
        }
    }

    /// Goes back to the state before the first leaf. Whoever has a state over this store opens it anew.
    package func removeAll() async throws {
        try await store.write { transaction in
            try transaction.execute("DELETE FROM state_row")
            try transaction.execute("DELETE FROM tree")
        }
    }

    /// Runs `body` so that the rows it reads are those of one moment, and single ones cost no transaction. Blocks.
    package func duringOneRead<Result>(_ body: () throws -> Result) throws -> Result {
        try store.readBlocking { _ in try body() }
    }

    /// Has everything that is written in the database's own file, and nothing beside it. Waits for the reads that run.
    package func checkpoint() async throws { try await store.checkpoint() }

    package func close() throws(PersistenceError) {
        readingKeys?.cancel()
        try store.close()
    }

    package func value(of key: StateKey) throws -> [UInt8]? {
        let bytes = key.bytes
        if let known, known.isMissing(bytes) { return nil }
        return try reading { transaction in
            try transaction.blob("SELECT value FROM state_row WHERE key = ?", [.blob(bytes)])
        }
    }

    package func forEachRow(in table: StateTag, _ body: (StateRow) throws -> Void) throws {
        var failure: (any Error)?
        try reading { transaction in
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

    /// Reads by one statement, and remembers what the database itself failed with.
    private func reading<Result>(_ body: (StoreTransaction) throws -> Result) throws -> Result {
        do { return try store.readBlocking(isOneStatement: true, body) } catch {
            if let failure = error as? PersistenceError { readFailure.withLock { $0 = $0 ?? failure } }
            throw error
        }
    }
}
