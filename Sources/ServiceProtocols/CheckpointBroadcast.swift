internal import Synchronization

/// Tells all who follow of each new final checkpoint. Nobody is waited for: who is slow misses all but the newest.
package final class CheckpointBroadcast: Sendable {
    private struct State {
        var followers: [UInt64: AsyncStream<PublishedCheckpoint>.Continuation] = [:]
        var nextNumber: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Begins with `latest`, where there is one, and ends with ``end()`` or when the follower lets go.
    package func follow(after latest: PublishedCheckpoint?) -> AsyncStream<PublishedCheckpoint> {
        let (stream, follower) = AsyncStream.makeStream(
            of: PublishedCheckpoint.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextNumber += 1
            state.followers[state.nextNumber] = follower
            return state.nextNumber
        }
        follower.onTermination = { [weak self] _ in self?.forget(number) }
        if let latest { follower.yield(latest) }
        return stream
    }

    package func tell(_ checkpoint: PublishedCheckpoint) {
        for follower in state.withLock({ Array($0.followers.values) }) { follower.yield(checkpoint) }
    }

    /// There will be no more.
    package func end() {
        let followers = state.withLock { state in
            let all = Array(state.followers.values)
            state.followers = [:]
            return all
        }
        for follower in followers { follower.finish() }
    }

    private func forget(_ number: UInt64) { _ = state.withLock { $0.followers.removeValue(forKey: number) } }
}
