internal import Dispatch
internal import Foundation
internal import GRDB
internal import Synchronization

/// One role's SQLite database, opened so that what is committed is on the disk.
///
/// - Rule: write-ahead log, `synchronous = FULL`, foreign keys on; each is read back, and a store that does not have them
///   refuses to run.
/// - Why: GRDB lowers `synchronous` to NORMAL when it enters WAL mode, and NORMAL loses acknowledged commits with the
///   power. SQLite 3.40 can damage a WAL that a second connection writes or resets, so a store is the only writer.
/// - Advice: group writers with ``GroupCommit``; keep transactions short; never open a live file with another tool.
/// - Consequence: one write transaction at a time, each an fsync. Reads run beside it.
package final class Store: Sendable {
    /// What SQLite's `synchronous` reads as when it is FULL.
    private static let full: Int64 = 2
    /// Far longer than a recovery of the log takes, far shorter than anybody would wait for a start.
    private static let busyTimeoutSeconds = 5.0

    private let pool: Mutex<DatabasePool?>
    /// The lock must outlive the last connection, and GRDB's queues let go of one some time after the pool is gone: so the
    /// pool is closed in so many words wherever the lock is given up.
    private let file: StoreFile
    /// The reads that run or wait. A connection that GRDB opened for one of them after the others were closed would stay.
    private let reads = DispatchGroup()
    /// One closes; another waits until that is done.
    private let closing = Mutex(())
    private let health = Health()

    /// Opens or creates the database at `path`, checks it, and applies missing migrations. Blocks while it does.
    ///
    /// - Parameter checksWholeFile: runs SQLite's quick check, linear in the size of the file.
    /// - Throws: the opening errors of ``PersistenceError``.
    package init(path: String, schema: Schema, checksWholeFile: Bool = true) throws(PersistenceError) {
        file = try StoreFile(path: path)
        var opened: DatabasePool?
        do {
            try Store.probe(path: path, schema: schema)
            let pool = try DatabasePool(path: path, configuration: Store.configuration())
            opened = pool
            try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try Store.demandDurability(of: database)
                if checksWholeFile { try Store.quickCheck(database, path: path) }
                try schema.migrate(database, path: path)
                try Store.demandDurability(of: database)
            }
            self.pool = Mutex(pool)
        } catch {
            try? opened?.close()
            file.release()
            throw Store.opening(error, path: path)
        }
    }

    /// Closes what was not closed. Elsewhere, since this may run on a queue of the pool's; whoever opens the file next in this
    /// process waits for it.
    deinit {
        let closed = pool.withLock { pool in
            defer { pool = nil }
            return pool
        }
        guard let closed else { return }
        file.release { [reads] in
            reads.wait()
            try? closed.close()
        }
    }

    /// Where the database lies.
    package var path: String { file.path }

    /// Reads from one consistent snapshot, beside whatever is being written.
    ///
    /// - Throws: ``PersistenceError``, or `body`'s own error.
    @discardableResult
    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (StoreTransaction) throws -> Result
    ) async throws -> Result {
        return try await withCheckedThrowingContinuation { continuation in
            let pool: DatabasePool
            do { pool = try open(for: reads) } catch { return continuation.resume(throwing: error) }
            pool.asyncRead { [reads] database in
                defer { reads.leave() }
                do {
                    continuation.resume(returning: try body(StoreTransaction(database: try database.get())))
                } catch {
                    continuation.resume(throwing: Store.translated(error))
                }
            }
        }
    }

    /// Reads as ``read(_:)`` does, on the calling thread, which it blocks: for single rows that somebody computes with. Within
    /// `body` further reads of this kind share its snapshot and cost no transaction of their own.
    ///
    /// - Parameter isOneStatement: That `body` runs a single statement, which is of one moment by itself and is spared a transaction.
    /// - Throws: ``PersistenceError``, or `body`'s own error.
    package func readBlocking<Result>(
        isOneStatement: Bool = false, _ body: (StoreTransaction) throws -> Result
    ) throws -> Result {
        let pool = try open(for: reads)
        defer { reads.leave() }
        do {
            return try pool.unsafeReentrantRead { database in
                let transaction = StoreTransaction(database: database)
                // GRDB calls this read unsafe because it begins none.
                if isOneStatement || database.isInsideTransaction { return try body(transaction) }
                try database.beginTransaction(.deferred)
                do {
                    let result = try body(transaction)
                    try database.commit()
                    return result
                } catch {
                    try? database.rollback()
                    throw error
                }
            }
        } catch { throw Store.translated(error) }
    }

    /// Runs `body` in a transaction of its own. Returns when it is on the disk; on any error nothing is changed.
    ///
    /// Cancelling the caller does not cancel the transaction: it is done or failed, never unknown.
    ///
    /// - Throws: ``PersistenceError``, or `body`'s own error.
    @discardableResult
    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (StoreTransaction) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            transact { transaction in
                let result = try body(transaction)
                return { continuation.resume(returning: result) }
            } onFailure: {
                continuation.resume(throwing: $0)
            }
        }
    }

    /// Runs `body` in a transaction; calls what it returns once that is durable, or `onFailure`, but not both.
    func transact(
        _ body: @escaping @Sendable (StoreTransaction) throws -> () -> Void,
        onFailure: @escaping @Sendable (any Error) -> Void
    ) {
        let pool: DatabasePool
        do { pool = try open() } catch { return onFailure(error) }
        // The store itself is not held: its end must not wait for a block to be destroyed on a queue of the pool's.
        pool.asyncWriteWithoutTransaction { [health] database in
            if let failure = health.failure { return onFailure(failure) }
            var completion: (() -> Void)?
            do {
                try database.inTransaction(.immediate) {
                    completion = try body(StoreTransaction(database: database))
                    return .commit
                }
                completion?()
            } catch {
                health.note(error)
                onFailure(Store.translated(error))
            }
        }
    }

    /// Moves the write-ahead log into the database file and empties it.
    ///
    /// Deleted content is overwritten in the file (`secure_delete`), but older page images stay in the log until this
    /// has run: call it after an erasure. Waits for the readers that run, since the log is theirs as long.
    package func checkpoint() async throws {
        let pool = try open()
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            pool.asyncBarrierWriteWithoutTransaction { [health] database in
                do {
                    _ = try database.get().checkpoint(.truncate)
                    continuation.resume()
                } catch {
                    health.note(error)
                    continuation.resume(throwing: Store.translated(error))
                }
            }
        }
    }

    /// Closes all connections after the transactions that run, and lets others open the file; later calls throw
    /// ``PersistenceError/closed``.
    package func close() throws(PersistenceError) {
        try closing.withLock { (_) throws(PersistenceError) in
            let closed = pool.withLock { pool in
                defer { pool = nil }
                return pool
            }
            guard let closed else { return }
            // No read begins from here on.
            reads.wait()
            do {
                // GRDB closes the writer first, and a reader that is closed last leaves the log beside the file. Where the
                // log cannot be emptied it is read from it next time.
                try? closed.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
                try closed.close()
                file.release()
            } catch {
                pool.withLock { $0 = closed }
                throw PersistenceError(error)
            }
        }
    }

    /// - Parameter reads: Entered before ``close()`` can take the pool away; whoever passes it leaves it.
    private func open(for reads: DispatchGroup? = nil) throws(PersistenceError) -> DatabasePool {
        if let failure = health.failure { throw failure }
        let pool = pool.withLock { pool in
            if pool != nil { reads?.enter() }
            return pool
        }
        guard let pool else { throw .closed }
        return pool
    }
}

/// Whether what a store wrote can still be relied on.
private final class Health: Sendable {
    private let first = Mutex<PersistenceError?>(nil)

    /// What went wrong first, after which nothing may be read or written.
    var failure: PersistenceError? { first.withLock { $0 } }

    /// After an I/O error or damage nobody knows what reached the disk, and a retried fsync may lie. Stop.
    func note(_ error: any Error) {
        guard let error = error as? DatabaseError else { return }
        switch error.resultCode {
        case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CANTOPEN:
            first.withLock { $0 = $0 ?? .failed(reason: PersistenceError(error).description) }
        default: break
        }
    }
}

extension Store {
    /// Reads the file's owner and version before the pool, which writes when it opens, gets to it.
    private static func probe(path: String, schema: Schema) throws {
        var configuration = configuration()
        configuration.readonly = true
        guard try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int != 0 else { return }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        _ = try queue.read { try schema.check($0, path: path) }
        try queue.close()
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        // The lock file keeps other stores out, and one store's connections do not contend. What is left is SQLite's own
        // housekeeping: a connection that is being opened or closed locks the file for a moment to recover or remove the
        // write-ahead log.
        configuration.busyMode = .timeout(busyTimeoutSeconds)
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 4
        configuration.label = "parasol.store"
        configuration.prepareDatabase { database in
            // A hostile file must not run functions through its schema, nor damaged cells be followed.
            try database.execute(
                sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON")
        }
        return configuration
    }

    private static func demandDurability(of database: Database) throws {
        try demand("synchronous", is: String(full), in: database)
        try demand("journal_mode", is: "wal", in: database)
        try demand("foreign_keys", is: "1", in: database)
        try demand("secure_delete", is: "1", in: database)
    }

    private static func demand(_ setting: String, is wanted: String, in database: Database) throws {
        let value = try String.fetchOne(database, sql: "PRAGMA \(setting)") ?? "unknown"
        guard value == wanted else { throw PersistenceError.notDurable(setting: setting, value: value) }
    }

    private static func quickCheck(_ database: Database, path: String) throws {
        let report = try String.fetchAll(database, sql: "PRAGMA quick_check(1)")
        guard report == ["ok"] else {
            throw PersistenceError.corrupt(path: path, reason: report.first ?? "no report")
        }
    }

    private static func opening(_ error: any Error, path: String) -> PersistenceError {
        switch PersistenceError(error) {
        case .sql(let code, let reason) where [11, 26].contains(code & 0xff): .corrupt(path: path, reason: reason)
        case .sql(_, let reason): .cannotOpen(path: path, reason: reason)
        case let other: other
        }
    }

    /// SQLite's errors in our terms; a closure's own error as it is.
    private static func translated(_ error: any Error) -> any Error {
        error is DatabaseError ? PersistenceError(error) : error
    }
}
