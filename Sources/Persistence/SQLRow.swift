package import Octets

/// One row of a result, copied out of SQLite.
///
/// Each reader demands the type it names: a database is no more trusted than a message, and SQLite columns hold
/// whatever was put into them.
package struct SQLRow: Hashable, Sendable {
    let columns: [String]
    /// In the columns' order.
    package let values: [SQLValue]

    /// - Throws: ``PersistenceError/noColumn(_:)``.
    package func value(_ column: String) throws(PersistenceError) -> SQLValue {
        guard let index = columns.firstIndex(of: column) else { throw .noColumn(column) }
        return values[index]
    }

    package func isNull(_ column: String) throws(PersistenceError) -> Bool { try value(column) == .null }

    /// - Throws: ``PersistenceError/noColumn(_:)``, ``PersistenceError/wrongType(column:)``; so do all below.
    package func integer(_ column: String) throws(PersistenceError) -> Int64 {
        guard case .integer(let value) = try value(column) else { throw .wrongType(column: column) }
        return value
    }

    /// A non-negative integer.
    package func unsigned(_ column: String) throws(PersistenceError) -> UInt64 {
        guard let value = UInt64(exactly: try integer(column)) else { throw .wrongType(column: column) }
        return value
    }

    package func text(_ column: String) throws(PersistenceError) -> String {
        guard case .text(let value) = try value(column) else { throw .wrongType(column: column) }
        return value
    }

    package func bytes(_ column: String) throws(PersistenceError) -> [UInt8] {
        guard case .blob(let value) = try value(column) else { throw .wrongType(column: column) }
        return value
    }

    /// A blob, or nil for NULL.
    package func optionalBytes(_ column: String) throws(PersistenceError) -> [UInt8]? {
        try isNull(column) ? nil : try bytes(column)
    }

    /// An integer, or nil for NULL.
    package func optionalInteger(_ column: String) throws(PersistenceError) -> Int64? {
        try isNull(column) ? nil : try integer(column)
    }

    /// A blob of just the type's length.
    package func fixed<let count: Int>(
        _ column: String, as type: FixedOctets<count>.Type = FixedOctets<count>.self
    ) throws(PersistenceError) -> FixedOctets<count> {
        guard let value = try? FixedOctets<count>(try bytes(column)) else { throw .wrongType(column: column) }
        return value
    }
}
