/// What a store, a transaction or a sealed value refuses, and why.
package enum PersistenceError: Error, Hashable, Sendable {
    // Opening
    /// The file cannot be created, locked or opened.
    case cannotOpen(path: String, reason: String)
    /// Another process, or another store of this one, has the file open.
    case inUse(path: String)
    /// The connection does not run with the setting that durability rests on.
    case notDurable(setting: String, value: String)
    /// The file belongs to another application, or to another role.
    case foreignDatabase(path: String, applicationID: Int64)
    /// The file was written by a newer version of this program.
    case newerVersion(path: String, version: Int64, supported: Int64)
    /// The migration applied at this position, counted from 1, is not the one that this program knows.
    case migrationMismatch(position: Int, applied: String, known: String)
    /// A migration did not run; the database is as it was before it.
    case migrationFailed(name: String, reason: String)
    /// SQLite's own check of the file found damage.
    case corrupt(path: String, reason: String)

    // Running
    /// SQLite refused a statement. `code` is its extended result code.
    case sql(code: Int32, reason: String)
    /// A row with this key exists, or a referenced one does not, or a check failed.
    case constraint(code: Int32, reason: String)
    /// An earlier write failed in a way that leaves open what reached the disk. The store must be opened anew.
    case failed(reason: String)
    /// The store has been closed.
    case closed
    /// As many writes are waiting as may. Try again later.
    case overloaded(waiting: Int)

    // Values
    /// The row has no such column.
    case noColumn(String)
    /// The column holds a value of another type, length or range than asked for.
    case wrongType(column: String)
    /// A query that must give a row gave none.
    case noRow
    /// An unsigned integer above 2^63 - 1, which SQLite cannot store.
    case integerOutOfRange

    // Sealing
    /// A master key is not 32 bytes, or two of a ring share an ID.
    case badKeyring
    /// No key of the ring has this ID.
    case unknownKey(id: UInt32)
    /// Too short, or of an unknown version.
    case malformedSeal(column: String)
    /// Damaged, or sealed for another row, column or key.
    case brokenSeal(column: String)
    /// A table or column name is not lower-case letters, digits and underscores.
    case badIdentifier(String)
}

extension PersistenceError {
    /// Whether the file itself is damaged, by SQLite's word, rather than out of reach.
    package var isDamage: Bool {
        switch self {
        case .corrupt: true
        // The primary codes SQLITE_CORRUPT and SQLITE_NOTADB.
        case .sql(let code, _): [11, 26].contains(code & 0xff)
        default: false
        }
    }
}

extension PersistenceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "cannot open \(path): \(reason)"
        case .inUse(let path): "\(path) is in use by another process or store"
        case .notDurable(let setting, let value): "refusing to run: PRAGMA \(setting) is \(value)"
        case .foreignDatabase(let path, let id): "\(path) belongs to another application (application_id \(id))"
        case .newerVersion(let path, let version, let supported):
            "\(path) has schema version \(version); this program knows \(supported) at most"
        case .migrationMismatch(let position, let applied, let known):
            "migration \(position) of the database is \(applied), of this program \(known)"
        case .migrationFailed(let name, let reason): "migration \(name) failed: \(reason)"
        case .corrupt(let path, let reason): "\(path) is damaged: \(reason)"
        case .sql(let code, let reason): "SQLite error \(code): \(reason)"
        case .constraint(let code, let reason): "constraint violated (SQLite \(code)): \(reason)"
        case .failed(let reason): "the store failed earlier and must be opened anew: \(reason)"
        case .closed: "the store is closed"
        case .overloaded(let waiting): "\(waiting) writes are waiting already"
        case .noColumn(let column): "no column \(column)"
        case .wrongType(let column): "column \(column) holds another type, length or range"
        case .noRow: "no such row"
        case .integerOutOfRange: "an integer above 2^63 - 1"
        case .badKeyring: "a master key is not 32 bytes, or two share an ID"
        case .unknownKey(let id): "sealed under the unknown master key \(id)"
        case .malformedSeal(let column): "column \(column) holds no sealed value"
        case .brokenSeal(let column): "the sealed value in \(column) is damaged or of another row or key"
        case .badIdentifier(let name): "not a table or column name: \(name)"
        }
    }
}
