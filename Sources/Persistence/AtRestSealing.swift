internal import Crypto
internal import Foundation
package import Octets

/// Seals secrets before they reach a database, under the ring's current key.
///
/// ```
/// sealed = 0x01 ‖ key ID (4, big-endian) ‖ nonce (12) ‖ ciphertext ‖ tag (16)
/// place  = "parasol/at-rest/v1" ‖ table ‖ column ‖ row key, each behind its length ‖ key ID (4)
/// key    = HKDF-SHA256(master key, info = place)      AES-256-GCM, additional data = place
/// ```
///
/// A key of its own for each row keeps random nonces far from repeating. A value moved to another row or column, or
/// claimed for another key, does not open. That an older value of the same row was put back is not detected here.
package struct AtRestSealing: Sendable {
    private static let version: UInt8 = 1
    private static let headerBytes = 5
    /// What sealing adds to a value.
    package static let overheadBytes = headerBytes + 12 + 16

    /// The keys it works with.
    package let keyring: MasterKeyring

    package init(keyring: MasterKeyring) {
        self.keyring = keyring
    }

    /// Seals `secret` for one row of `column`.
    ///
    /// - Throws: ``PersistenceError/wrongType(column:)`` for a row key that cannot be one.
    package func seal(
        _ secret: SecretOctets, in column: SealedColumn, row: SQLValue
    ) throws(PersistenceError) -> [UInt8] {
        let master = keyring.current
        let place = try AtRestSealing.place(column, row: row, keyID: master.id)
        let key = AtRestSealing.key(master, place: place)
        let box = unsafe secret.withUnsafeBytes {
            unsafe try? AES.GCM.seal($0, using: key, authenticating: place)
        }
        guard let combined = box?.combined else { throw .brokenSeal(column: column.column) }
        var sealed = OctetWriter(reservingCapacity: AtRestSealing.overheadBytes + secret.count)
        sealed.writeUInt8(AtRestSealing.version)
        sealed.writeBigEndian(master.id)
        sealed.write(combined)
        return sealed.bytes
    }

    /// Opens what was sealed for this row, under whichever key of the ring.
    ///
    /// - Throws: ``PersistenceError/malformedSeal(column:)``, ``PersistenceError/unknownKey(id:)``,
    ///   ``PersistenceError/brokenSeal(column:)``.
    package func open(
        _ sealed: [UInt8], in column: SealedColumn, row: SQLValue
    ) throws(PersistenceError) -> SecretOctets {
        let master = try keyring.key(try AtRestSealing.keyID(of: sealed, in: column))
        let place = try AtRestSealing.place(column, row: row, keyID: master.id)
        guard let box = try? AES.GCM.SealedBox(combined: sealed[AtRestSealing.headerBytes...]),
            var opened = try? AES.GCM.open(box, using: AtRestSealing.key(master, place: place), authenticating: place)
        else { throw .brokenSeal(column: column.column) }
        let secret = SecretOctets(copying: opened)
        unsafe opened.withUnsafeMutableBytes { unsafe wipe($0) }
        return secret
    }

    /// Which master key sealed a value.
    ///
    /// - Throws: ``PersistenceError/malformedSeal(column:)``.
    package static func keyID(of sealed: [UInt8], in column: SealedColumn) throws(PersistenceError) -> UInt32 {
        guard sealed.count >= overheadBytes, sealed[0] == version else { throw .malformedSeal(column: column.column) }
        return sealed[1..<headerBytes].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Seals every value of `column` anew that is not under the current key. All or, where one does not open, none.
    ///
    /// - Returns: the number of values sealed anew.
    /// - Throws: what ``open(_:in:row:)`` and SQLite throw.
    @discardableResult
    package func resealAll(_ column: SealedColumn, in transaction: StoreTransaction) throws -> Int {
        try transaction.savepoint { transaction in
            var resealed: [(row: SQLValue, value: [UInt8])] = []
            try transaction.forEachRow(
                """
                SELECT \(column.rowKey) AS row_key, \(column.column) AS sealed FROM \(column.table)
                WHERE \(column.column) IS NOT NULL
                """
            ) { row throws(PersistenceError) in
                let sealed = try row.bytes("sealed")
                guard try AtRestSealing.keyID(of: sealed, in: column) != keyring.current.id else { return }
                let key = try row.value("row_key")
                resealed.append((key, try seal(try open(sealed, in: column, row: key), in: column, row: key)))
            }
            for (row, value) in resealed {
                try transaction.execute(
                    "UPDATE \(column.table) SET \(column.column) = ? WHERE \(column.rowKey) = ?", [.blob(value), row])
            }
            return resealed.count
        }
    }

    private static func place(
        _ column: SealedColumn, row: SQLValue, keyID: UInt32
    ) throws(PersistenceError) -> [UInt8] {
        var place = OctetWriter()
        place.write("parasol/at-rest/v1".utf8)
        place.write(try column.place(of: row))
        place.writeBigEndian(keyID)
        return place.bytes
    }

    private static func key(_ master: MasterKey, place: [UInt8]) -> SymmetricKey {
        unsafe master.secret.withUnsafeBytes {
            unsafe HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: $0), info: place, outputByteCount: 32)
        }
    }
}
