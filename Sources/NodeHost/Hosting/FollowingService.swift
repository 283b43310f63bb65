internal import ServiceLifecycle

/// Has a role follow the ledger until the node stops, and begins anew where the ledger tells no more.
struct FollowingService: Service {
    let following: @Sendable () async -> Void
    /// Between the end of one stream and the beginning of the next.
    let pause: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await following()
                do { try await Task.sleep(for: pause) } catch { return }
            }
        }
    }
}
