import Foundation
import Persistence
import Testing

import class GRDB.DatabaseQueue

@Suite struct SchemaTests {
    @Test func anOlderDatabaseGetsWhatItLacks() async throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        let old = Schema(applicationID: Schema.test.applicationID, migrations: [Schema.first])
        var store: Store? = try Store(path: path, schema: old)
        try await store?.write { try $0.execute("INSERT INTO item (name) VALUES ('kept')") }
        try store?.close()
        store = nil
        let new = try Store(path: path, schema: .test)
        try await new.write { try $0.execute("INSERT INTO part (item) SELECT id FROM item WHERE name = 'kept'") }
        let count = try await new.read { try $0.requiredRow("SELECT count(*) AS n FROM part").integer("n") }
        #expect(count == 1)
    }

    @Test func aNewerDatabaseIsRefusedAndLeftAsItWas() async throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        try Store(path: path, schema: .test).close()
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let old = Schema(applicationID: Schema.test.applicationID, migrations: [Schema.first])
        #expect(throws: PersistenceError.newerVersion(path: path, version: 2, supported: 1)) {
            try Store(path: path, schema: old)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test func anotherRolesDatabaseIsRefused() throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        try Store(path: path, schema: .test).close()
        let other = Schema(applicationID: 77, migrations: Schema.test.migrations)
        #expect(throws: PersistenceError.foreignDatabase(path: path, applicationID: Int64(Schema.test.applicationID))) {
            try Store(path: path, schema: other)
        }
    }

    @Test func anybodysDatabaseIsRefused() throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "CREATE TABLE x (y)") }
        try queue.close()
        #expect(throws: PersistenceError.foreignDatabase(path: path, applicationID: 0)) {
            try Store(path: path, schema: .test)
        }
    }

    @Test func anEditedMigrationIsRefused() throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        try Store(path: path, schema: .test).close()
        let edited = Schema(
            applicationID: Schema.test.applicationID,
            migrations: [Schema.first, Migration("2 pieces", sql: "CREATE TABLE piece (id) STRICT")])
        #expect(throws: PersistenceError.migrationMismatch(position: 2, applied: "2 parts", known: "2 pieces")) {
            try Store(path: path, schema: edited)
        }
    }

    @Test func aFailingMigrationLeavesTheVersionBefore() async throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        let broken = Schema(
            applicationID: Schema.test.applicationID,
            migrations: [
                Schema.first, Migration("2 broken", sql: "CREATE TABLE fine (id INT) STRICT; CREATE nonsense"),
            ])
        let caught = #expect(throws: PersistenceError.self) { try Store(path: path, schema: broken) }
        guard case .migrationFailed("2 broken", _) = caught else { throw Refusal(number: 0) }
        let store = try Store(path: path, schema: .test)
        let tables = try await store.read { transaction in
            try transaction.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").map {
                try $0.text("name")
            }
        }
        #expect(tables == ["applied_migration", "item", "part"])
    }
}
