internal import Synchronization

/// Why somebody stopped waiting for work that goes on.
package enum WaitError: Error, Hashable, Sendable {
    /// The waiting task was cancelled.
    case cancelled
    /// It took longer than the waiting task wanted to wait.
    case timeUp(after: Duration)
}

extension WaitError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cancelled: "cancelled"
        case .timeUp(let limit): "no answer for \(limit)"
        }
    }
}

extension Task {
    /// What the task makes, for one of several who want it: waiting ends with the caller's own cancellation, and after `limit`. The task goes
    /// on for the others.
    ///
    /// - Parameter limit: Nil for as long as it takes.
    /// - Throws: ``WaitError``, or what the task throws.
    package func shared(within limit: Duration? = nil) async throws -> Success {
        let outcome = FirstOutcome<Success>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                outcome.wait(continuation)
                _ = Task<Void, Never> {
                    switch await self.result {
                    case .success(let value): outcome.give(.success(value))
                    case .failure(let error): outcome.give(.failure(error))
                    }
                }
                guard let limit else { return }
                outcome.keep(
                    Task<Void, Never> {
                        guard (try? await SharedTimer.shared.sleep(for: limit)) != nil else { return }
                        outcome.give(.failure(WaitError.timeUp(after: limit)))
                    })
            }
        } onCancel: {
            outcome.give(.failure(WaitError.cancelled))
        }
    }
}

/// Resumes whoever waits with the first of several outcomes.
private final class FirstOutcome<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value, any Error>, timer: Task<Void, Never>?)
        /// Given before anybody waited.
        case early(Result<Value, any Error>)
        case done
    }

    private let state = Mutex(State.empty)

    func wait(_ continuation: CheckedContinuation<Value, any Error>) {
        let early: Result<Value, any Error>? = state.withLock { state in
            if case .early(let outcome) = state {
                state = .done
                return outcome
            }
            state = .waiting(continuation, timer: nil)
            return nil
        }
        if let early { continuation.resume(with: early) }
    }

    /// Cancels a timer when it is not needed any more.
    func keep(_ timer: Task<Void, Never>) {
        let isNeeded = state.withLock { state in
            guard case .waiting(let continuation, _) = state else { return false }
            state = .waiting(continuation, timer: timer)
            return true
        }
        if !isNeeded { timer.cancel() }
    }

    func give(_ outcome: Result<Value, any Error>) {
        let waiting: (CheckedContinuation<Value, any Error>, Task<Void, Never>?)? = state.withLock { state in
            switch state {
            case .empty:
                state = .early(outcome)
                return nil
            case .waiting(let continuation, let timer):
                state = .done
                return (continuation, timer)
            case .early, .done: return nil
            }
        }
        waiting?.1?.cancel()
        waiting?.0.resume(with: outcome)
    }
}
