internal import Synchronization

/// Many that sleep, most of whom are woken long before their time is over: limits of requests and of waiting.
///
/// `Task.sleep` has the system keep a timer for each, which it does until the time is over, whoever was cancelled meanwhile: a server under
/// load had thousands. Here there is one, for whoever's time is over first.
package final class SharedTimer: Sendable {
    /// The one that a process shares.
    package static let shared = SharedTimer()

    private struct Sleeper: Sendable {
        let end: ContinuousClock.Instant
        let outcome: FirstOutcome<Void>
    }

    private struct State {
        var last: UInt64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
        /// When the timer goes off, and the task that it is; nil where nobody needs one.
        var timer: (end: ContinuousClock.Instant, task: Task<Void, Never>)?
    }

    private let state = Mutex(State())

    package init() {}

    /// How many sleep.
    package var count: Int { state.withLock { $0.sleepers.count } }

    /// Sleeps as `Task.sleep(for:)` does.
    ///
    /// - Throws: `CancellationError`, at once.
    /// - Complexity: constant, except for whoever's time is over first: linear in the number of sleepers.
    package func sleep(for duration: Duration) async throws {
        let sleeper = Sleeper(end: .now + duration, outcome: FirstOutcome())
        let number = state.withLock { state in
            state.last += 1
            state.sleepers[state.last] = sleeper
            setTimer(to: sleeper.end, in: &state)
            return state.last
        }
        defer { state.withLock { $0.sleepers[number] = nil } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { sleeper.outcome.wait($0) }
        } onCancel: {
            sleeper.outcome.give(.failure(CancellationError()))
        }
    }

    /// Has the timer go off then, if it would later.
    private func setTimer(to end: ContinuousClock.Instant, in state: inout State) {
        if let timer = state.timer {
            guard end < timer.end else { return }
            timer.task.cancel()
        }
        // What is bound to the task that sleeps is none of the others'.
        state.timer = (
            end,
            Task.detached {
                guard (try? await Task.sleep(until: end, clock: .continuous)) != nil else { return }
                self.wake(at: end)
            }
        )
    }

    /// Wakes whose time is over, and sets the timer for the next.
    private func wake(at end: ContinuousClock.Instant) {
        let due = state.withLock { state in
            // Another that goes off earlier was set meanwhile, and sets the next.
            guard state.timer?.end == end else { return [Sleeper]() }
            let now = max(end, .now)
            let due = state.sleepers.filter { $0.value.end <= now }
            for number in due.keys { state.sleepers[number] = nil }
            state.timer = nil
            if let next = state.sleepers.values.map(\.end).min() { setTimer(to: next, in: &state) }
            return due.values.sorted { $0.end < $1.end }
        }
        for sleeper in due { sleeper.outcome.give(.success(())) }
    }
}
