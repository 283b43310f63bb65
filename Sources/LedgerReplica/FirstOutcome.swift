internal import Synchronization

/// Resumes whoever waits with the first of several outcomes.
final class FirstOutcome<Value: Sendable>: Sendable {
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
