internal import Synchronization

/// Many writers' transactions in one, for the price of one fsync.
///
/// A lone write starts at once and waits for no timer. What arrives while a transaction runs forms the next one. Each
/// closure runs in a savepoint, so its failure undoes only its own work; each caller resumes only when the
/// transaction that holds its work is on the disk, or has failed as a whole.
package final class GroupCommit: Sendable {
    private struct Job: Sendable {
        /// Does the work, and returns what to call once it is durable.
        let attempt: @Sendable (StoreTransaction) throws -> () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var isRunning = false
        var transactions: UInt64 = 0
    }

    private let store: Store
    private let maximumBatch: Int
    private let maximumWaiting: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - maximumBatch: closures in one transaction; bounds how long the first of a batch waits.
    ///   - maximumWaiting: closures in the queue; one more is refused.
    package init(store: Store, maximumBatch: Int = 1_024, maximumWaiting: Int = 16_384) {
        self.store = store
        self.maximumBatch = max(1, maximumBatch)
        self.maximumWaiting = max(1, maximumWaiting)
    }

    /// Transactions started so far.
    package var transactions: UInt64 { state.withLock { $0.transactions } }

    /// Closures that wait for the transaction after the one that runs.
    package var waiting: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` in the next transaction; returns when that is durable.
    ///
    /// `body` sees what earlier closures of the same batch did. Where it throws, its caller hears so when the batch
    /// has been committed, since the failure may rest on what the others wrote.
    ///
    /// - Throws: ``PersistenceError/overloaded(waiting:)``, `body`'s own error, or the transaction's.
    @discardableResult
    package func commit<Result: Sendable>(
        _ body: @escaping @Sendable (StoreTransaction) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            submit(
                Job { transaction in
                    let result = try body(transaction)
                    return { continuation.resume(returning: result) }
                } fail: {
                    continuation.resume(throwing: $0)
                })
        }
    }

    private func submit(_ job: Job) {
        let (refused, starts) = state.withLock { state -> (Int?, Bool) in
            guard state.waiting.count < maximumWaiting else { return (state.waiting.count, false) }
            state.waiting.append(job)
            defer { state.isRunning = true }
            return (nil, !state.isRunning)
        }
        if let refused { return job.fail(PersistenceError.overloaded(waiting: refused)) }
        if starts { runNextBatch() }
    }

    /// Commits what waits, then what has come in meanwhile, until nothing waits.
    private func runNextBatch() {
        let batch = state.withLock { state -> [Job] in
            let batch = Array(state.waiting.prefix(maximumBatch))
            state.waiting.removeFirst(batch.count)
            state.isRunning = !batch.isEmpty
            state.transactions += batch.isEmpty ? 0 : 1
            return batch
        }
        guard !batch.isEmpty else { return }
        store.transact { transaction in
            let completions = try batch.map { try Self.run($0, in: transaction) }
            return {
                for complete in completions { complete() }
                self.runNextBatch()
            }
        } onFailure: { error in
            for job in batch { job.fail(error) }
            self.runNextBatch()
        }
    }

    private static func run(_ job: Job, in transaction: StoreTransaction) throws -> () -> Void {
        do {
            return try transaction.savepoint { try job.attempt($0) }
        } catch {
            // On a full disk and the like SQLite rolls everything back: then the batch fails, not one closure.
            guard transaction.isOpen else { throw error }
            return { job.fail(error) }
        }
    }
}
