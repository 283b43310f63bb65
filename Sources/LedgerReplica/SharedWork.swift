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
