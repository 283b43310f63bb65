internal import Foundation
internal import GRDB

/// What a closure given to ``Store/read(_:)``, ``Store/write(_:)`` or ``GroupCommit/commit(_:)`` works with.
///
/// Valid only while that closure runs. SQL texts are prepared once for each connection and kept, so they must be
/// constants, with "?" for every value.
package struct StoreTransaction {
    let database: Database

    /// Runs one statement.
    ///
    /// - Returns: the number of rows it inserted, changed or deleted.
    /// - Throws: ``PersistenceError/sql(code:reason:)``, ``PersistenceError/constraint(code:reason:)``.
    @discardableResult
    package func execute(_ sql: String, _ arguments: [SQLValue] = []) throws(PersistenceError) -> Int {
        try rethrowing {
            let statement = try database.cachedStatement(sql: sql)
            let before = database.totalChangesCount
            try statement.execute(arguments: StoreTransaction.bound(arguments))
            return database.totalChangesCount - before
        }
    }

    /// Runs an insertion for many rows, several of them in each statement: a third of the time that a statement a row takes.
    ///
    /// - Parameters:
    ///   - head: The statement up to its `VALUES`.
    ///   - rows: The values of each row, equally many.
    ///   - tail: What follows the values, such as an `ON CONFLICT` clause.
    /// - Throws: as ``execute(_:_:)``.
    package func insert(
        _ head: String, _ rows: some Collection<[SQLValue]>, _ tail: String = ""
    ) throws(PersistenceError) {
        guard let columns = rows.first?.count else { return }
        let place = "(" + Array(repeating: "?", count: columns).joined(separator: ", ") + ")"
        var rest = rows[...]
        while !rest.isEmpty {
            // Of two lengths only, so that few statements are prepared and kept.
            let count = rest.count >= Self.rowsOfAnInsertion ? Self.rowsOfAnInsertion : 1
            let places = Array(repeating: place, count: count).joined(separator: ", ")
            try execute("\(head) VALUES \(places) \(tail)", rest.prefix(count).flatMap(\.self))
            rest = rest.dropFirst(count)
        }
    }

    private static let rowsOfAnInsertion = 32

    /// The blob in the only column of a query's first row; nil where there is no row. Cheaper than ``row(_:_:)``.
    ///
    /// - Throws: what a query throws, ``PersistenceError/wrongType(column:)`` for anything but a blob.
    package func blob(_ sql: String, _ arguments: [SQLValue] = []) throws(PersistenceError) -> [UInt8]? {
        try rethrowing {
            let statement = try database.cachedStatement(sql: sql)
            let cursor = try DatabaseValue.fetchCursor(statement, arguments: StoreTransaction.bound(arguments))
            guard let value = try cursor.next() else { return nil }
            guard case .blob(let data) = value.storage else {
                throw PersistenceError.wrongType(column: statement.columnNames.first ?? sql)
            }
            return [UInt8](data)
        }
    }

    /// All rows of a query, in memory: bound the query, or use ``forEachRow(_:_:_:)``.
    package func rows(_ sql: String, _ arguments: [SQLValue] = []) throws(PersistenceError) -> [SQLRow] {
        var rows: [SQLRow] = []
        try forEachRow(sql, arguments) { rows.append($0) }
        return rows
    }

    /// The first row of a query, or nil.
    package func row(_ sql: String, _ arguments: [SQLValue] = []) throws(PersistenceError) -> SQLRow? {
        try rethrowing {
            let statement = try database.cachedStatement(sql: sql)
            let cursor = try Row.fetchCursor(statement, arguments: StoreTransaction.bound(arguments))
            let columns = statement.columnNames
            return try cursor.next().map { SQLRow(columns: columns, values: $0.databaseValues.map(SQLValue.init)) }
        }
    }

    /// The first row of a query that must have one.
    ///
    /// - Throws: ``PersistenceError/noRow``, and what a query throws.
    package func requiredRow(_ sql: String, _ arguments: [SQLValue] = []) throws(PersistenceError) -> SQLRow {
        guard let row = try row(sql, arguments) else { throw .noRow }
        return row
    }

    /// Gives each row to `body` as it is read; memory stays flat.
    ///
    /// - Throws: what a query throws, or `body`'s error, which must be a ``PersistenceError``.
    package func forEachRow(
        _ sql: String, _ arguments: [SQLValue] = [], _ body: (SQLRow) throws(PersistenceError) -> Void
    ) throws(PersistenceError) {
        try rethrowing {
            let statement = try database.cachedStatement(sql: sql)
            let cursor = try Row.fetchCursor(statement, arguments: StoreTransaction.bound(arguments))
            let columns = statement.columnNames
            while let row = try cursor.next() {
                try body(SQLRow(columns: columns, values: row.databaseValues.map(SQLValue.init)))
            }
        }
    }

    /// Runs `body` so that its failure undoes only what it did.
    package func savepoint<Result>(_ body: (StoreTransaction) throws -> Result) throws -> Result {
        var result: Result?
        try database.inSavepoint {
            result = try body(self)
            return .commit
        }
        guard let result else { throw PersistenceError.failed(reason: "savepoint without a result") }
        return result
    }

    /// Whether an error has made SQLite roll the whole transaction back.
    var isOpen: Bool { database.isInsideTransaction }

    private static func bound(_ arguments: [SQLValue]) -> StatementArguments {
        StatementArguments(arguments.map { $0.databaseValue as (any DatabaseValueConvertible)? })
    }

    private func rethrowing<Result>(_ body: () throws -> Result) throws(PersistenceError) -> Result {
        do { return try body() } catch { throw PersistenceError(error) }
    }
}

extension PersistenceError {
    /// SQLite's errors in our terms; our own stay as they are.
    init(_ error: any Error) {
        switch error {
        case let error as PersistenceError: self = error
        case let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT:
            self = .constraint(code: error.extendedResultCode.rawValue, reason: error.message ?? "")
        case let error as DatabaseError:
            self = .sql(code: error.extendedResultCode.rawValue, reason: error.message ?? "")
        default: self = .failed(reason: String(describing: type(of: error)))
        }
    }
}
