internal import Octets

/// A column that holds sealed values, and the key column by which a value is bound to its row.
package struct SealedColumn: Hashable, Sendable {
    package let table: String
    package let column: String
    /// The primary key, of one column.
    package let rowKey: String

    /// - Throws: ``PersistenceError/badIdentifier(_:)`` for names of other than lower-case letters, digits and "_".
    package init(table: String, column: String, rowKey: String) throws(PersistenceError) {
        for name in [table, column, rowKey] {
            let isName = name.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
            guard isName, !name.isEmpty, name.utf8.count <= 64 else { throw .badIdentifier(name) }
        }
        self.table = table
        self.column = column
        self.rowKey = rowKey
    }

    /// Table, column and row as bytes, each behind its length, so that no two places share an encoding.
    ///
    /// - Throws: ``PersistenceError/wrongType(column:)`` for a key that is longer than 65,535 bytes, real or NULL.
    func place(of row: SQLValue) throws(PersistenceError) -> [UInt8] {
        var writer = OctetWriter()
        do {
            try writer.writeBytes16(Array(table.utf8))
            try writer.writeBytes16(Array(column.utf8))
            switch row {
            case .integer(let value):
                writer.writeUInt8(1)
                writer.writeBigEndian(UInt64(bitPattern: value))
            case .text(let value):
                writer.writeUInt8(2)
                try writer.writeBytes16(Array(value.utf8))
            case .blob(let value):
                writer.writeUInt8(3)
                try writer.writeBytes16(value)
            case .null, .real: throw PersistenceError.wrongType(column: rowKey)
            }
        } catch {
            throw .wrongType(column: rowKey)
        }
        return writer.bytes
    }
}
