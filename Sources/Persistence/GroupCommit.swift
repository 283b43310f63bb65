internal import Synchronization

/// Many writers' transactions in one, for the price of one fsync.
///
/// A lone write starts at once and waits for no timer. What arrives while a transaction runs forms the next one. Each
/// closure runs in a savepoint, so its failure undoes only its own work; each caller resumes only when the
/// transaction that holds its work is on the disk, or has failed as a whole.
///
/// What nobody waits for goes along with the next transaction that somebody waits for, and costs no fsync.
package final class GroupCommit: Sendable {
    private struct Job: Sendable {
        /// Does the work, and returns what to call once it is durable.
        let attempt: @Sendable (StoreTransaction) throws -> () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    /// What goes along.
    private struct Companion: Sendable {
        /// Another one of this name takes its place.
        let name: String
        let work: @Sendable (StoreTransaction) throws -> Void
    }

    private struct State {
        var waiting: [Job] = []
        /// In the order in which they came.
        var companions: [Companion] = []
        var isRunning = false
        var transactions: UInt64 = 0

        mutating func add(_ companion: Companion) {
            if let index = companions.firstIndex(where: { $0.name == companion.name }) {
                companions[index] = companion
            } else {
                companions.append(companion)
            }
        }

        /// After a transaction that failed. What came meanwhile under the same name is newer.
        mutating func putBack(_ failed: [Companion]) {
            let newer = companions
            companions = failed
            for companion in newer { add(companion) }
        }
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

    /// Has `work` run in the next transaction that somebody waits for, before what is waited for in that, and returns at once: so
    /// it is durable before anything is that is committed later.
    ///
    /// Where that transaction fails, by `work` itself or otherwise, it goes along with the one after it. What neither a transaction nor
    /// ``settle()`` followed is lost with the process.
    ///
    /// - Parameter name: What was to go along under the same name, and did not yet, is forgotten.
    package func accompany(_ name: String, _ work: @escaping @Sendable (StoreTransaction) throws -> Void) {
        state.withLock { $0.add(Companion(name: name, work: work)) }
    }

    /// Makes durable whatever is to go along.
    ///
    /// - Throws: what ``commit(_:)`` throws.
    package func settle() async throws {
        guard state.withLock({ $0.isRunning || !$0.companions.isEmpty }) else { return }
        try await commit { _ in }
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
        let (batch, companions) = state.withLock { state -> ([Job], [Companion]) in
            let batch = Array(state.waiting.prefix(maximumBatch))
            state.waiting.removeFirst(batch.count)
            state.isRunning = !batch.isEmpty
            guard !batch.isEmpty else { return ([], []) }
            state.transactions += 1
            defer { state.companions = [] }
            return (batch, state.companions)
        }
        guard !batch.isEmpty else { return }
        store.transact { transaction in
            for companion in companions { try companion.work(transaction) }
            let completions = try batch.map { try Self.run($0, in: transaction) }
            return {
                for complete in completions { complete() }
                self.runNextBatch()
            }
        } onFailure: { error in
            self.state.withLock { $0.putBack(companions) }
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
