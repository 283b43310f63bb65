import Dispatch
import Foundation
import Octets
import Persistence
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct StoreTests {
    @Test func aStoreRunsWithFullFsyncInWALModeAndForeignKeys() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let settings = try await store.write { transaction in
            try ["synchronous", "journal_mode", "foreign_keys", "secure_delete"].map {
                try transaction.requiredRow("SELECT * FROM pragma_\($0)").value($0)
            }
        }
        #expect(settings == [.integer(2), .text("wal"), .integer(1), .integer(1)])
        await #expect(throws: PersistenceError.self) {
            try await store.write { try $0.execute("INSERT INTO part (item) VALUES (99)") }
        }
    }

    @Test func databaseFilesAreForTheirOwnerOnly() async throws {
        let folder = try Folder()
        let name = "a.sqlite"
        #expect(FileManager.default.createFile(atPath: folder.path(name), contents: nil))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.path(name))
        let store = try Store(path: folder.path(name), schema: .test)
        try await store.write { try $0.execute("INSERT INTO item (name) VALUES ('a')") }
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.url.path) {
            #expect(try folder.mode(file) == 0o600, "\(file)")
        }
        try store.close()
    }

    @Test func whatIsWrittenIsThereAfterReopening() async throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        var store: Store? = try Store(path: path, schema: .test)
        try await store?.write {
            try $0.execute("INSERT INTO item (name, payload) VALUES (?, ?)", ["a", .blob([0, 1, 255])])
        }
        try store?.close()
        store = nil
        let again = try Store(path: path, schema: .test)
        let row = try await again.read { try $0.requiredRow("SELECT * FROM item") }
        #expect(try row.bytes("payload") == [0, 1, 255])
        #expect(try row.text("name") == "a")
        #expect(try row.integer("id") == 1)
        #expect(try row.fixed("payload", as: FixedOctets<3>.self) == FixedOctets([0, 1, 255]))
    }

    /// Reads twice within one blocking read, with a write that is durable in between.
    private func readsAroundAWrite(isOneStatement: Bool) async throws -> [Int] {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let insert = "INSERT INTO item (name) VALUES (?)"
        try await store.write { try $0.execute(insert, ["before"]) }
        let isWritten = DispatchSemaphore(value: 0)
        let (begun, signal) = AsyncStream.makeStream(of: Never.self)
        async let counts: [Int] = withCheckedThrowingContinuation { continuation in
            // On a thread of its own, since it waits.
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        try store.readBlocking(isOneStatement: isOneStatement) { _ in
                            func count() throws -> Int {
                                try store.readBlocking { try $0.rows("SELECT id FROM item").count }
                            }
                            let first = try count()
                            signal.finish()
                            isWritten.wait()
                            return [first, try count()]
                        }
                    })
            }
        }
        for await _ in begun {}
        try await store.write { try $0.execute(insert, ["meanwhile"]) }
        isWritten.signal()
        let found = try await counts
        try store.close()
        return found
    }

    @Test func aBlockingReadIsOfOneMomentHoweverLongItTakes() async throws {
        #expect(try await readsAroundAWrite(isOneStatement: false) == [1, 1])
    }

    @Test func whatSaysThatItIsOneStatementIsTakenAtItsWord() async throws {
        #expect(try await readsAroundAWrite(isOneStatement: true) == [1, 2])
    }

    @Test func aBlockingReadThatFailsLeavesNoTransactionBehind() async throws {
        struct Failure: Error {}
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        for _ in 0..<16 {
            #expect(throws: Failure.self) {
                try store.readBlocking { transaction in
                    _ = try transaction.rows("SELECT id FROM item")
                    throw Failure()
                }
            }
        }
        try await store.write { try $0.execute("INSERT INTO item (name) VALUES ('a')") }
        #expect(try store.readBlocking { try $0.rows("SELECT id FROM item").count } == 1)
        try store.close()
    }

    @Test func aFailingClosureChangesNothingAndItsErrorComesThrough() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        await #expect(throws: Refusal(number: 7)) {
            try await store.write { transaction in
                try transaction.execute("INSERT INTO item (name) VALUES ('a')")
                throw Refusal(number: 7)
            }
        }
        let count = try await store.read { try $0.requiredRow("SELECT count(*) AS n FROM item").integer("n") }
        #expect(count == 0)
    }

    @Test func uniqueViolationsAndSyntaxErrorsAreToldApart() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let caught = await #expect(throws: PersistenceError.self) {
            try await store.write { transaction in
                try transaction.execute("INSERT INTO item (name) VALUES ('a')")
                try transaction.execute("INSERT INTO item (name) VALUES ('a')")
            }
        }
        guard case .constraint(2067, _) = caught else { throw Refusal(number: 0) }
        let other = await #expect(throws: PersistenceError.self) {
            try await store.write { try $0.execute("INSERT INTO nowhere VALUES (1)") }
        }
        guard case .sql(1, _) = other else { throw Refusal(number: 1) }
    }

    @Test(arguments: [0, 1, 31, 32, 33, 100])
    func rowsThatAreInsertedTogetherAreThoseInsertedOneByOne(count: Int) async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let rows: [[SQLValue]] = (0..<count).map { [.text("item \($0)"), .blob([UInt8($0)])] }
        let renewed = rows.map { [$0[0], .blob([255])] }
        let (inserted, updated) = try await store.write { transaction in
            let all = {
                try transaction.rows("SELECT name, payload FROM item ORDER BY id").map {
                    [try $0.value("name"), try $0.value("payload")]
                }
            }
            try transaction.insert("INSERT INTO item (name, payload)", rows)
            let inserted = try all()
            try transaction.insert(
                "INSERT INTO item (name, payload)", renewed[(count / 2)...],
                "ON CONFLICT (name) DO UPDATE SET payload = excluded.payload")
            return (inserted, try all())
        }
        #expect(inserted == rows)
        #expect(updated == Array(rows[..<(count / 2)] + renewed[(count / 2)...]))
    }

    @Test func oneOfManyRowsThatViolatesAConstraintIsNotInsertedWithTheOthers() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let rows: [[SQLValue]] = (0..<40).map { [.text("item \($0 % 39)")] }
        do {
            try await store.write { try $0.insert("INSERT INTO item (name)", rows) }
            Issue.record("a name was inserted twice")
        } catch PersistenceError.constraint {}
        #expect(try await store.read { try $0.rows("SELECT * FROM item").isEmpty })
    }

    @Test func aLoneBlobIsReadOrSaysThatItIsNone() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        try await store.write {
            try $0.execute("INSERT INTO item (name, payload) VALUES (?, ?)", ["a", .blob([7, 0])])
        }
        let (found, none) = try await store.read {
            let one = "SELECT payload FROM item WHERE name = ?"
            return (try $0.blob(one, ["a"]), try $0.blob(one, ["b"]))
        }
        #expect(found == [7, 0])
        #expect(none == nil)
        await #expect(throws: PersistenceError.wrongType(column: "name")) {
            try await store.read { _ = try $0.blob("SELECT name FROM item") }
        }
    }

    @Test func readsCannotWrite() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        await #expect(throws: PersistenceError.self) {
            try await store.read { try $0.execute("INSERT INTO item (name) VALUES ('a')") }
        }
    }

    @Test func columnsMustHoldWhatIsAskedFor() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let row = try await store.read {
            try $0.requiredRow("SELECT 1 AS one, -1 AS minus, 'x' AS x, x'0102' AS b, NULL AS absent, 1.5 AS real")
        }
        #expect(throws: PersistenceError.noColumn("two")) { try row.integer("two") }
        #expect(throws: PersistenceError.wrongType(column: "x")) { try row.integer("x") }
        #expect(throws: PersistenceError.wrongType(column: "minus")) { try row.unsigned("minus") }
        #expect(throws: PersistenceError.wrongType(column: "one")) { try row.text("one") }
        #expect(throws: PersistenceError.wrongType(column: "absent")) { try row.bytes("absent") }
        #expect(throws: PersistenceError.wrongType(column: "b")) { try row.fixed("b", as: FixedOctets<3>.self) }
        #expect(try row.optionalBytes("absent") == nil)
        #expect(try row.optionalInteger("one") == 1)
        #expect(try row.value("real") == .real(1.5))
        #expect(try row.isNull("absent"))
        #expect(throws: PersistenceError.integerOutOfRange) { try SQLValue.unsigned(1 << 63) }
        await #expect(throws: PersistenceError.noRow) {
            try await store.read { try $0.requiredRow("SELECT * FROM item") }
        }
    }

    @Test func oneStoreAtATimeHasAFile() throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        var first: Store? = try Store(path: path, schema: .test)
        #expect(first != nil)
        #expect(throws: PersistenceError.inUse(path: path)) { try Store(path: path, schema: .test) }
        first = nil
        #expect(throws: Never.self) { try Store(path: path, schema: .test) }
    }

    /// However it was let go of: SQLite itself must never find the file locked.
    @Test func aStoreThatIsLetGoOfIsClosedBeforeTheFileIsOpenedAgain() async throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        for round in Int64(0)..<40 {
            var store: Store? = try Store(path: path, schema: .test)
            let count = try await store?.read {
                try $0.requiredRow("SELECT count(*) AS n FROM item").integer("n")
            }
            #expect(count == round)
            if round.isMultiple(of: 2) { _ = try await store?.read { _ in 1 } }
            try await store?.write { try $0.execute("INSERT INTO item (name) VALUES (?)", [.text("\(round)")]) }
            if round.isMultiple(of: 3) { _ = try await store?.read { _ in 1 } }
            store = nil
        }
    }

    @Test func aStoreThatDidNotOpenLeavesTheFileFree() throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        let broken = Schema(
            applicationID: Schema.test.applicationID,
            migrations: [Schema.first, Migration("bad", sql: "CREATE TABLE item (x)")])
        for _ in 0..<20 {
            let caught = #expect(throws: PersistenceError.self) { try Store(path: path, schema: broken) }
            guard case .migrationFailed = caught else { throw Refusal(number: 4) }
        }
        try Store(path: path, schema: .test).close()
    }

    @Test func noReadOutlivesClosing() async throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        for _ in 0..<30 {
            let store = try Store(path: path, schema: .test)
            let reads = (0..<8).map { _ in
                Task { try await store.read { try $0.requiredRow("SELECT count(*) AS n FROM item").integer("n") } }
            }
            await Task.yield()
            try store.close()
            // Each was answered or told; and the file is free at once.
            for read in reads {
                do { #expect(try await read.value == 0) } catch { #expect(error as? PersistenceError == .closed) }
            }
        }
    }

    /// As a child process has one between fork and exec.
    @Test func aCopyOfTheLocksDescriptorDoesNotKeepTheFileLocked() throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        let store = try Store(path: path, schema: .test)
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        let lock = descriptors.first {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0))?
                .hasSuffix(folder.url.lastPathComponent + "/a.sqlite.lock") == true
        }
        let copy = dup(try #require(lock.flatMap { Int32($0) }))
        defer { _ = close(copy) }
        #expect(throws: PersistenceError.inUse(path: path)) { try Store(path: path, schema: .test) }
        try store.close()
        #expect(throws: Never.self) { try Store(path: path, schema: .test).close() }
    }

    @Test func aClosedStoreSaysSo() async throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        let store = try Store(path: path, schema: .test)
        try store.close()
        await #expect(throws: PersistenceError.closed) { try await store.read { _ in 1 } }
        await #expect(throws: PersistenceError.closed) { try await store.write { _ in 1 } }
        #expect(throws: Never.self) { try Store(path: path, schema: .test) }
    }

    @Test func aClosedStoreLeavesOneWholeFile() async throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        let store = try Store(path: path, schema: .test)
        try await store.write { try $0.execute("INSERT INTO item (name) VALUES ('a name to be found')") }
        _ = try await store.read { try $0.rows("SELECT * FROM item") }
        try store.close()
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(bytes.contains(Array("a name to be found".utf8)))
    }

    @Test func aDamagedFileIsRefused() async throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        let store = try Store(path: path, schema: .test)
        try await store.write { transaction in
            for index in Int64(0)..<500 {
                try transaction.execute(
                    "INSERT INTO item (name, payload) VALUES (?, zeroblob(200))", [.text("name \(index)")])
            }
        }
        try store.close()
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        for page in 8..<12 { for offset in 0..<64 { bytes[page * 4096 + offset] = 0xaa } }
        let copy = folder.path("b.sqlite")
        try Data(bytes).write(to: URL(fileURLWithPath: copy))
        let caught = #expect(throws: PersistenceError.self) { try Store(path: copy, schema: .test) }
        guard case .corrupt(copy, _) = caught else { throw Refusal(number: 2) }
        let noDatabase = folder.path("c.sqlite")
        try Data("not a database, but long enough to look at: \(bytes)".utf8).write(
            to: URL(fileURLWithPath: noDatabase))
        #expect(throws: PersistenceError.self) { try Store(path: noDatabase, schema: .test) }
    }

    @Test func aFolderThatIsNotThereIsNamed() throws {
        let folder = try Folder()
        let path = folder.path("missing/a.sqlite")
        let caught = #expect(throws: PersistenceError.self) { try Store(path: path, schema: .test) }
        guard case .cannotOpen(path, _) = caught else { throw Refusal(number: 3) }
    }

    @Test func aCheckpointWaitsForTheReadersThatRun() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        try await store.write { try $0.execute("INSERT INTO item (name) VALUES ('a')") }
        let (begun, announce) = AsyncStream.makeStream(of: Void.self)
        let gate = DispatchSemaphore(value: 0)
        let reader = Task {
            try await store.read { transaction in
                let before = try transaction.requiredRow("SELECT count(*) AS n FROM item").integer("n")
                announce.finish()
                gate.wait()
                return before
            }
        }
        for await _ in begun {}
        // A writer's change that the reader must not see keeps the log in use.
        try await store.write { try $0.execute("INSERT INTO item (name) VALUES ('b')") }
        let checkpoint = Task { try await store.checkpoint() }
        for _ in 0..<100 { await Task.yield() }
        gate.signal()
        #expect(try await reader.value == 1)
        try await checkpoint.value
        let log = try FileManager.default.attributesOfItem(atPath: folder.path("a.sqlite-wal"))[.size] as? Int
        #expect(log == 0)
    }

    @Test func deletedContentIsGoneFromTheFilesAfterACheckpoint() async throws {
        let folder = try Folder()
        let path = folder.path("a.sqlite")
        let store = try Store(path: path, schema: .test)
        let secret = Array("a secret that must not stay".utf8)
        try await store.write {
            try $0.execute("INSERT INTO item (name, payload) VALUES ('a', ?)", [.blob(secret)])
        }
        try await store.checkpoint()
        try await store.write { try $0.execute("DELETE FROM item") }
        try await store.checkpoint()
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.url.path) {
            let bytes = [UInt8](try Data(contentsOf: folder.url.appendingPathComponent(file)))
            #expect(!bytes.contains(secret), "\(file)")
        }
    }
}

extension [UInt8] {
    fileprivate func contains(_ other: [UInt8]) -> Bool {
        guard count >= other.count else { return false }
        return (0...(count - other.count)).contains { self[$0..<$0 + other.count].elementsEqual(other) }
    }
}
