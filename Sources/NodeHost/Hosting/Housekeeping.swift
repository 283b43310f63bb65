internal import Logging
internal import Metrics
internal import ServiceLifecycle

/// Has every holder of keys destroy what the ledger has ended, again and again until the node stops: time alone ends consents, and
/// nobody need ask.
struct Housekeeping: Service {
    let roles: [HostedRole]
    let pause: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                for role in roles {
                    guard let fault = await role.housekeeping?() else { continue }
                    Counter(
                        label: NodeMetrics.housekeepingFailures, dimensions: [("role", String(role.prefix.dropFirst()))]
                    )
                    .increment()
                    // The next round tries again.
                    logger.warning("housekeeping failed", metadata: ["role": "\(role.prefix)", "reason": "\(fault)"])
                }
                do { try await Task.sleep(for: pause) } catch { return }
            }
        }
    }
}
