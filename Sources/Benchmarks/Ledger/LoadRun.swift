import Histogram
import LedgerNode
import ServiceProtocols
import Synchronization

/// What submitters saw of a ledger under one load. Times in milliseconds, from when a transaction was meant to go out to its receipt.
struct LoadFigure: Codable {
    /// Transactions a second that were meant to arrive; nil for as many as the ledger takes.
    let offeredPerSecond: Double?
    /// Receipts a second, from the first arrival to the last receipt.
    let answeredPerSecond: Double
    let answered: Int
    /// Answers that said busy or not final yet; each was submitted again, and its time went on.
    let refused: Int
    let p50Ms: Double
    let p99Ms: Double
    let maximumMs: Double
    /// Leaves in one commit, the mean.
    let leavesPerCommit: Double
    /// Cores that this process kept busy, the mean.
    let busyCores: Double
    /// What one receipt took of a core, in microseconds: what other programs do to the machine changes it least.
    let processorUs: Double
}

/// Submits the transactions of a pool of folders and measures until when their receipts are there.
struct LoadRun {
    let ledger: LedgerNode
    let pool: FolderPool

    private static let clock = ContinuousClock()

    /// Arrivals at a constant rate, whatever the ledger does (an open loop). Time counts from the intended arrival, so that what
    /// waits behind a slow answer is counted as waiting: no coordinated omission.
    func arrivals(perSecond rate: Double, for duration: Duration) async throws -> LoadFigure {
        let count = max(1, Int(rate * (duration / .seconds(1))))
        return try await measured(offered: rate) { record in
            try await withThrowingDiscardingTaskGroup { group in
                let start = Self.clock.now
                for number in 0..<count {
                    let intended = start.advanced(by: .seconds(1) * (Double(number) / rate))
                    if intended > Self.clock.now { try await Self.clock.sleep(until: intended, tolerance: .zero) }
                    guard let turn = pool.arrive(at: intended) else { continue }
                    group.addTask { try await answer(turn, record) }
                }
            }
        }
    }

    /// As many submitters as `inFlight`, each of which sends its next transaction when it has the last one's receipt (a closed
    /// loop): what the ledger can sustain.
    func saturation(inFlight: Int, for duration: Duration) async throws -> LoadFigure {
        try await measured(offered: nil) { record in
            let end = Self.clock.now.advanced(by: duration)
            try await withThrowingDiscardingTaskGroup { group in
                for _ in 0..<inFlight {
                    group.addTask {
                        while Self.clock.now < end, let turn = pool.arrive(at: Self.clock.now) {
                            try await answer(turn, record)
                        }
                    }
                }
            }
        }
    }

    private func answer(_ first: FolderPool.Turn, _ record: LatencyRecord) async throws {
        var next: FolderPool.Turn? = first
        while let turn = next {
            try await ledger.submitUntilFinal(turn.transaction.bytes) { record.noteRefusal() }
            record.note(turn.intended.duration(to: Self.clock.now))
            next = try pool.finish(turn)
        }
    }

    private func measured(
        offered: Double?, _ body: (LatencyRecord) async throws -> Void
    ) async throws -> LoadFigure {
        let record = LatencyRecord()
        let (size, commits) = (await ledger.committedSize, await ledger.batchesCommitted)
        let processor = try ProcessUsage.processorSeconds()
        let start = Self.clock.now
        try await body(record)
        let seconds = start.duration(to: Self.clock.now) / .seconds(1)
        let newCommits = max(1, await ledger.batchesCommitted - commits)
        let busy = try ProcessUsage.processorSeconds() - processor
        return record.figure(
            offered: offered, seconds: seconds,
            leavesPerCommit: Double(await ledger.committedSize - size) / Double(newCommits), busyCores: busy / seconds)
    }
}

extension LedgerNode {
    /// Submits again where the ledger says that it is busy or that the leaf is not final yet.
    func submitUntilFinal(_ transaction: [UInt8], onRefusal note: () -> Void = {}) async throws {
        while true {
            do {
                _ = try await submit(transaction)
                return
            } catch LedgerError.busy, LedgerError.notFinal {
                note()
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }
}

/// Latencies of one run, from many tasks.
final class LatencyRecord: Sendable {
    private struct State {
        /// In microseconds, to three digits.
        var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
        var refusals = 0
    }

    private let state = Mutex(State())

    func note(_ latency: Duration) {
        let microseconds = UInt64(max(0, latency / .microseconds(1)))
        _ = state.withLock { $0.histogram.record(microseconds) }
    }

    func noteRefusal() { state.withLock { $0.refusals += 1 } }

    func figure(offered: Double?, seconds: Double, leavesPerCommit: Double, busyCores: Double) -> LoadFigure {
        state.withLock { state in
            func milliseconds(_ percentile: Double) -> Double {
                Double(state.histogram.valueAtPercentile(percentile)) / 1_000
            }
            let count = Int(state.histogram.totalCount)
            return LoadFigure(
                offeredPerSecond: offered, answeredPerSecond: Double(count) / seconds, answered: count,
                refused: state.refusals, p50Ms: milliseconds(50), p99Ms: milliseconds(99),
                maximumMs: milliseconds(100), leavesPerCommit: leavesPerCommit, busyCores: busyCores,
                processorUs: busyCores * seconds * 1e6 / Double(max(1, count)))
        }
    }
}
