import Octets
import Persistence
import Testing

@Suite struct AtRestSealingTests {
    private let column: SealedColumn
    private let secret = SecretOctets(copying: Array("a delegating-key share".utf8))

    init() throws {
        column = try SealedColumn(table: "item", column: "payload", rowKey: "id")
    }

    private func key(_ id: UInt32, _ byte: UInt8) throws -> MasterKey {
        try MasterKey(id: id, secret: SecretOctets(copying: [UInt8](repeating: byte, count: 32)))
    }

    private func sealing(_ id: UInt32, _ byte: UInt8) throws -> AtRestSealing {
        AtRestSealing(keyring: try MasterKeyring(current: try key(id, byte)))
    }

    @Test func whatIsSealedOpensAndLooksLikeNothing() throws {
        let sealing = try sealing(1, 0xaa)
        let sealed = try sealing.seal(secret, in: column, row: 5)
        #expect(try sealing.open(sealed, in: column, row: 5) == secret)
        #expect(sealed.count == secret.count + AtRestSealing.overheadBytes)
        #expect(try sealing.seal(secret, in: column, row: 5) != sealed)
        #expect(try AtRestSealing.keyID(of: sealed, in: column) == 1)
    }

    @Test func aValueOpensOnlyInItsPlaceAndUnderItsKey() throws {
        let sealing = try sealing(1, 0xaa)
        let sealed = try sealing.seal(secret, in: column, row: 5)
        let broken = PersistenceError.brokenSeal(column: "payload")
        #expect(throws: broken) { try sealing.open(sealed, in: column, row: 6) }
        #expect(throws: broken) { try sealing.open(sealed, in: column, row: "5") }
        #expect(throws: broken) { try sealing.open(sealed, in: column, row: .blob([5])) }
        let elsewhere = try SealedColumn(table: "other", column: "payload", rowKey: "id")
        #expect(throws: broken) { try sealing.open(sealed, in: elsewhere, row: 5) }
        let shifted = try SealedColumn(table: "itemp", column: "ayload", rowKey: "id")
        #expect(throws: PersistenceError.brokenSeal(column: "ayload")) { try sealing.open(sealed, in: shifted, row: 5) }
        #expect(throws: broken) { try self.sealing(1, 0xbb).open(sealed, in: column, row: 5) }
        #expect(throws: PersistenceError.unknownKey(id: 1)) {
            try self.sealing(2, 0xaa).open(sealed, in: column, row: 5)
        }
        #expect(throws: PersistenceError.wrongType(column: "id")) { try sealing.seal(secret, in: column, row: nil) }
    }

    @Test func noByteOfASealedValueCanBeChanged() throws {
        let sealing = try sealing(1, 0xaa)
        let sealed = try sealing.seal(secret, in: column, row: 5)
        for index in sealed.indices {
            var flipped = sealed
            flipped[index] ^= 0x10
            #expect(throws: PersistenceError.self) { try sealing.open(flipped, in: column, row: 5) }
        }
        for count in 0..<AtRestSealing.overheadBytes {
            #expect(throws: PersistenceError.malformedSeal(column: "payload")) {
                try sealing.open(Array(sealed[..<count]), in: column, row: 5)
            }
        }
        #expect(throws: PersistenceError.self) { try sealing.open(Array(sealed.dropLast()), in: column, row: 5) }
        #expect(throws: PersistenceError.self) { try sealing.open(sealed + [0], in: column, row: 5) }
    }

    @Test func rotationSealsEveryRowAnewAndTheOldKeyCanGo() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let old = try sealing(1, 0xaa)
        let column = column
        let secret = secret
        try await store.write { transaction in
            for row in Int64(1)...20 {
                let sealed = try old.seal(secret, in: column, row: .integer(row))
                try transaction.execute(
                    "INSERT INTO item (id, name, payload) VALUES (?, ?, ?)",
                    [.integer(row), .text("\(row)"), .blob(sealed)])
            }
            try transaction.execute("INSERT INTO item (id, name) VALUES (21, 'without a payload')")
        }
        let both = AtRestSealing(keyring: try old.keyring.rotated(to: try key(2, 0xbb)))
        #expect(try await store.write { try both.resealAll(column, in: $0) } == 20)
        #expect(try await store.write { try both.resealAll(column, in: $0) } == 0)
        let new = try sealing(2, 0xbb)
        let rows = try await store.read { try $0.rows("SELECT id, payload FROM item WHERE payload IS NOT NULL") }
        for row in rows {
            #expect(try new.open(try row.bytes("payload"), in: column, row: try row.value("id")) == secret)
        }
        #expect(rows.count == 20)
    }

    @Test func oneDamagedRowStopsARotationAsAWhole() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let old = try sealing(1, 0xaa)
        let column = column
        let good = try old.seal(secret, in: column, row: 1)
        try await store.write { transaction in
            try transaction.execute("INSERT INTO item (id, name, payload) VALUES (1, 'a', ?)", [.blob(good)])
            try transaction.execute("INSERT INTO item (id, name, payload) VALUES (2, 'b', ?)", [.blob(good)])
        }
        let both = AtRestSealing(keyring: try old.keyring.rotated(to: try key(2, 0xbb)))
        await #expect(throws: PersistenceError.brokenSeal(column: "payload")) {
            try await store.write { try both.resealAll(column, in: $0) }
        }
        let kept = try await store.read { try $0.requiredRow("SELECT payload FROM item WHERE id = 1").bytes("payload") }
        #expect(kept == good)
    }

    @Test func keyringsAndColumnsAreChecked() throws {
        #expect(throws: PersistenceError.badKeyring) { try MasterKey(id: 1, secret: SecretOctets(copying: [1])) }
        let first = try key(1, 1)
        #expect(throws: PersistenceError.badKeyring) {
            try MasterKeyring(current: first, previous: [try key(1, 2)])
        }
        for name in ["", "item; DROP TABLE item", "Item", "item\"", String(repeating: "a", count: 65)] {
            #expect(throws: PersistenceError.badIdentifier(name)) {
                try SealedColumn(table: name, column: "payload", rowKey: "id")
            }
        }
    }
}
