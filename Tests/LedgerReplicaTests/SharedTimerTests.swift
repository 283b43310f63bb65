import LedgerReplica
import Testing

@Suite struct SharedTimerTests {
    private let timer = SharedTimer()

    private func sleeper(_ duration: Duration) -> Task<Void, any Error> {
        Task { [timer] in try await timer.sleep(for: duration) }
    }

    @Test func whoseTimeIsOverFirstIsWokenFirstWhoeverCameFirst() async throws {
        let long = sleeper(.seconds(3600))
        while timer.count < 1 { await Task.yield() }
        let start = ContinuousClock.now
        try await timer.sleep(for: .milliseconds(5))
        #expect(start.duration(to: .now) >= .milliseconds(5))
        #expect(timer.count == 1)
        // The timer is set for the long one again, and another short one comes before it.
        try await timer.sleep(for: .milliseconds(1))
        #expect(timer.count == 1)
        long.cancel()
        await #expect(throws: CancellationError.self) { try await long.value }
        #expect(timer.count == 0)
    }

    @Test func aCrowdIsWokenAndNobodyIsForgotten() async throws {
        let (timer, long) = (timer, sleeper(.seconds(3600)))
        let woken = await withTaskGroup(of: Bool.self) { tasks in
            for number in 0..<500 {
                tasks.addTask { (try? await timer.sleep(for: .microseconds(number * 37 % 5_000))) != nil }
            }
            return await tasks.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(woken == 500)
        long.cancel()
        _ = await long.result
        #expect(timer.count == 0)
    }

    @Test func whoIsCancelledBeforeItSleepsDoesNot() async throws {
        let timer = timer
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await timer.sleep(for: .seconds(3600))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(timer.count == 0)
    }

    /// Cancelled at all moments, also while they are woken.
    @Test func whoIsCancelledWhileItIsWokenEndsOnce() async throws {
        for _ in 0..<200 {
            let tasks = (0..<8).map { sleeper(.microseconds($0 * 40)) }
            for task in tasks { task.cancel() }
            for task in tasks { _ = await task.result }
        }
        #expect(timer.count == 0)
        try await timer.sleep(for: .zero)
    }
}
