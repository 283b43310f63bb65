import Octets
import Persistence
import ServiceProtocols
import SharingContracts

/// The vault's SQLite file: which record lies at which address. A row is a promise that the file is whole and durable.
struct VaultIndex: Sendable {
    /// "PSVT": a database that is another role's is refused.
    private static let schema = Schema(
        applicationID: 0x5053_5654,
        migrations: [
            Migration(
                "records",
                sql: """
                    CREATE TABLE record (
                        record_id BLOB PRIMARY KEY CHECK (length(record_id) = 16),
                        address BLOB NOT NULL UNIQUE CHECK (length(address) = 32),
                        byte_count INTEGER NOT NULL CHECK (byte_count > 0),
                        stored_at_microseconds INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID
                    """)
        ])

    private let store: Store

    init(path: String) throws(PersistenceError) {
        store = try Store(path: path, schema: Self.schema)
    }

    /// Gives up the database; it can be opened again when this returns.
    func close() {
        // The log that a failed close leaves behind is read at the next start.
        try? store.close()
    }

    func find(_ record: RecordID) async throws(PersistenceError) -> StoredRecord? {
        let row = try await first(
            "SELECT address, byte_count FROM record WHERE record_id = ?", .blob(record.octets))
        guard let row else { return nil }
        return StoredRecord(address: try row.fixed("address"), size: try row.unsigned("byte_count"))
    }

    /// What is stored at an address.
    func claim(at address: ContentAddress) async throws(PersistenceError) -> UploadClaim? {
        let row = try await first("SELECT record_id, byte_count FROM record WHERE address = ?", .blob(address))
        guard let row else { return nil }
        return UploadClaim(
            address: address, record: RecordID(try row.fixed("record_id")), size: try row.unsigned("byte_count"))
    }

    /// Durable when it returns.
    ///
    /// - Throws: ``PersistenceError/constraint(code:reason:)`` where the record or the address is there already.
    func insert(_ claim: UploadClaim, at time: Timestamp) async throws(PersistenceError) {
        let values: [SQLValue] = [
            .blob(claim.record.octets), .blob(claim.address), try .unsigned(claim.size),
            try .unsigned(time.microseconds),
        ]
        do {
            try await store.write { transaction in
                _ = try transaction.execute(
                    "INSERT INTO record (record_id, address, byte_count, stored_at_microseconds) VALUES (?, ?, ?, ?)",
                    values)
            }
        } catch { throw Self.translated(error) }
    }

    /// All rows in the order of their addresses.
    func claims() async throws(PersistenceError) -> [UploadClaim] {
        do {
            return try await store.read { transaction in
                var claims: [UploadClaim] = []
                try transaction.forEachRow(
                    "SELECT record_id, address, byte_count FROM record ORDER BY address"
                ) { row throws(PersistenceError) in
                    claims.append(
                        UploadClaim(
                            address: try row.fixed("address"), record: RecordID(try row.fixed("record_id")),
                            size: try row.unsigned("byte_count")))
                }
                return claims
            }
        } catch { throw Self.translated(error) }
    }

    private func first(_ sql: String, _ argument: SQLValue) async throws(PersistenceError) -> SQLRow? {
        do {
            return try await store.read { try $0.row(sql, [argument]) }
        } catch { throw Self.translated(error) }
    }

    private static func translated(_ error: any Error) -> PersistenceError {
        (error as? PersistenceError) ?? .failed(reason: "\(error)")
    }
}
