import Dispatch
import Persistence
import Synchronization
import Testing

@Suite struct GroupCommitTests {
    @Test func aLoneWriteIsATransactionOfItsOwn() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let group = GroupCommit(store: store)
        for index in 1...5 {
            try await group.commit { try $0.execute("INSERT INTO item (name) VALUES (?)", [.text("\(index)")]) }
        }
        #expect(group.transactions == 5)
    }

    /// Holds the writer while others queue behind it, so that the number of transactions is certain.
    @Test func aCrowdIsCommittedTogether() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let group = GroupCommit(store: store, maximumBatch: 64)
        let gate = DispatchSemaphore(value: 0)
        async let first: Void = group.commit { _ in gate.wait() }
        while group.transactions == 0 { await Task.yield() }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for index in 0..<200 {
                tasks.addTask {
                    _ = try await group.commit {
                        try $0.execute("INSERT INTO item (name) VALUES (?)", [.text("\(index)")])
                    }
                }
            }
            while group.waiting < 200 { await Task.yield() }
            gate.signal()
            try await tasks.waitForAll()
        }
        try await first
        // One for the holder, then 64 + 64 + 64 + 8.
        #expect(group.transactions == 5)
        let count = try await store.read { try $0.requiredRow("SELECT count(*) AS n FROM item").integer("n") }
        #expect(count == 200)
    }

    @Test func aClosuresFailureUndoesOnlyItsOwnWork() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let group = GroupCommit(store: store)
        let gate = DispatchSemaphore(value: 0)
        async let first: Void = group.commit { _ in gate.wait() }
        while group.transactions == 0 { await Task.yield() }
        let failures = await withTaskGroup(of: Int?.self) { tasks in
            for index in 0..<30 {
                tasks.addTask {
                    do {
                        try await group.commit { transaction in
                            try transaction.execute("INSERT INTO item (name) VALUES (?)", [.text("\(index)")])
                            if index % 3 == 0 { throw Refusal(number: index) }
                        }
                        return nil
                    } catch let error as Refusal {
                        return error.number
                    } catch {
                        return -1
                    }
                }
            }
            while group.waiting < 30 { await Task.yield() }
            gate.signal()
            return await tasks.reduce(into: Set<Int>()) { if let failed = $1 { $0.insert(failed) } }
        }
        try await first
        #expect(failures == Set((0..<30).filter { $0 % 3 == 0 }))
        #expect(group.transactions == 2)
        let names = try await store.read { transaction in
            Set(try transaction.rows("SELECT name FROM item").map { try $0.text("name") })
        }
        #expect(names == Set((0..<30).filter { $0 % 3 != 0 }.map { "\($0)" }))
    }

    private static func names(_ store: Store) async throws -> [String] {
        try await store.read { try $0.rows("SELECT name FROM item ORDER BY rowid").map { try $0.text("name") } }
    }

    private static func insertion(_ name: String) -> @Sendable (StoreTransaction) throws -> Void {
        { try $0.execute("INSERT INTO item (name) VALUES (?)", [.text(name)]) }
    }

    @Test func whatNobodyWaitsForGoesAlongBeforeWhatIsWaitedFor() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let group = GroupCommit(store: store)
        group.accompany("a", Self.insertion("first"))
        group.accompany("b", Self.insertion("second"))
        group.accompany("a", Self.insertion("first, again"))
        #expect(try await Self.names(store) == [])
        try await group.commit(Self.insertion("third"))
        #expect(try await Self.names(store) == ["first, again", "second", "third"])
        #expect(group.transactions == 1)
        try await group.commit(Self.insertion("fourth"))
        #expect(try await Self.names(store).count == 4)
    }

    @Test func settlingMakesDurableWhatIsToGoAlong() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let group = GroupCommit(store: store)
        try await group.settle()
        #expect(group.transactions == 0)
        group.accompany("a", Self.insertion("alone"))
        try await group.settle()
        #expect(try await Self.names(store) == ["alone"])
        #expect(group.transactions == 1)
    }

    @Test func whatGoesAlongWithATransactionThatFailsGoesAlongWithTheNext() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let group = GroupCommit(store: store)
        let failures = Mutex(1)
        group.accompany("a") { transaction in
            try Self.insertion("along")(transaction)
            try failures.withLock {
                guard $0 == 0 else {
                    $0 -= 1
                    throw Refusal(number: 1)
                }
            }
        }
        group.accompany("b", Self.insertion("beside"))
        await #expect(throws: Refusal(number: 1)) { try await group.commit(Self.insertion("waited for")) }
        #expect(try await Self.names(store) == [])
        try await group.commit(Self.insertion("waited for, again"))
        #expect(try await Self.names(store) == ["along", "beside", "waited for, again"])
    }

    @Test func laterClosuresOfABatchSeeEarlierOnes() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let group = GroupCommit(store: store)
        let winners = try await withThrowingTaskGroup(of: Bool.self) { tasks in
            for _ in 0..<50 {
                tasks.addTask {
                    try await group.commit { transaction in
                        guard try transaction.row("SELECT 1 AS one FROM item WHERE name = 'only'") == nil else {
                            return false
                        }
                        try transaction.execute("INSERT INTO item (name) VALUES ('only')")
                        return true
                    }
                }
            }
            return try await tasks.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 1)
    }

    @Test func aFullQueuePushesBack() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let group = GroupCommit(store: store, maximumWaiting: 2)
        let gate = DispatchSemaphore(value: 0)
        async let first: Void = group.commit { _ in gate.wait() }
        while group.transactions == 0 { await Task.yield() }
        async let second = group.commit { _ in 2 }
        async let third = group.commit { _ in 3 }
        while group.waiting < 2 { await Task.yield() }
        await #expect(throws: PersistenceError.overloaded(waiting: 2)) { try await group.commit { _ in 4 } }
        gate.signal()
        try await first
        #expect(try await second + third == 5)
    }

    @Test func aCancelledCallerStillLearnsTheOutcome() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let group = GroupCommit(store: store)
        let task = Task {
            try await group.commit { try $0.execute("INSERT INTO item (name) VALUES ('a')") }
        }
        task.cancel()
        #expect(try await task.value == 1)
    }

    @Test func aFailingCommitFailsEveryClosureOfIt() async throws {
        let folder = try Folder()
        let store = try Store(path: folder.path("a.sqlite"), schema: .test)
        let group = GroupCommit(store: store)
        // Deferred to the commit itself, where the missing item is found.
        await #expect(throws: PersistenceError.self) {
            try await group.commit { transaction in
                try transaction.execute("PRAGMA defer_foreign_keys = ON")
                try transaction.execute("INSERT INTO part (item) VALUES (99)")
            }
        }
        try await group.commit { try $0.execute("INSERT INTO item (name) VALUES ('after')") }
        let rows = try await store.read { try $0.requiredRow("SELECT count(*) AS n FROM part").integer("n") }
        #expect(rows == 0)
    }
}
