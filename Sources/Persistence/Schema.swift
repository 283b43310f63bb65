internal import GRDB

/// Who owns a database file, and how it is laid out.
///
/// A process that opens the wrong role's file, or one of a later version, must stop before it writes.
package struct Schema: Sendable {
    /// SQLite's `application_id`: which role's file this is. Not 0.
    package let applicationID: Int32
    /// In order; a later version only appends.
    package let migrations: [Migration]

    package init(applicationID: Int32, migrations: [Migration]) {
        self.applicationID = applicationID
        self.migrations = migrations
    }

    /// Refuses a database that is another's or newer, before anything is written to it.
    ///
    /// - Returns: the number of migrations that are applied already.
    func check(_ database: Database, path: String) throws -> Int {
        let identifier = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int64.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let tables = try Int64.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        if identifier == 0, version == 0, tables == 0 { return 0 }
        guard identifier == Int64(applicationID) else {
            throw PersistenceError.foreignDatabase(path: path, applicationID: identifier)
        }
        guard let applied = Int(exactly: version), applied >= 0, applied <= migrations.count else {
            throw PersistenceError.newerVersion(path: path, version: version, supported: Int64(migrations.count))
        }
        let names = try String.fetchAll(database, sql: "SELECT name FROM applied_migration ORDER BY position")
        guard names.count == applied else {
            throw PersistenceError.migrationMismatch(
                position: names.count, applied: names.last ?? "none", known: "version \(applied)")
        }
        for (index, pair) in zip(names, migrations).enumerated() where pair.0 != pair.1.name {
            throw PersistenceError.migrationMismatch(position: index + 1, applied: pair.0, known: pair.1.name)
        }
        return applied
    }

    /// Applies what is missing, each migration in one transaction together with its record.
    func migrate(_ database: Database, path: String) throws {
        let applied = try check(database, path: path)
        for (index, migration) in migrations.enumerated().dropFirst(applied) {
            do {
                try database.inTransaction(.immediate) {
                    if index == 0 {
                        try database.execute(
                            sql: """
                                PRAGMA application_id = \(applicationID);
                                CREATE TABLE applied_migration (position INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
                                """)
                    }
                    try database.execute(sql: migration.sql)
                    try database.execute(
                        sql: "INSERT INTO applied_migration VALUES (?, ?)", arguments: [index + 1, migration.name])
                    try database.execute(sql: "PRAGMA user_version = \(index + 1)")
                    return .commit
                }
            } catch {
                throw PersistenceError.migrationFailed(
                    name: migration.name, reason: PersistenceError(error).description)
            }
        }
    }
}
