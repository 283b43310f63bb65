internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// A server's connections, with deadlines for the handshake and for the end, and a bound on how many one address has.
struct GuardedChannel<Base: ServerChildChannel>: ServerChildChannel {
    typealias Value = Base.Value

    private let base: Base
    private let limits: ServerLimits
    private let connections = ConnectionCounts()

    init(_ base: Base, limits: ServerLimits) {
        self.base = base
        self.limits = limits
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let address = RemoteAddress(channel.remoteAddress)
        let isAllowed = connections.open(address, atMost: limits.connectionsPerAddress)
        channel.closeFuture.whenComplete { [connections] _ in connections.close(address) }
        let value = base.setup(channel: channel, logger: logger)
        do {
            let tls = try channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
            try channel.pipeline.syncOperations.addHandler(
                HandshakeDeadline(seconds: limits.handshakeSeconds), position: .after(tls))
            try channel.pipeline.syncOperations.addHandler(
                StopDeadline(seconds: limits.stopSeconds), position: .first)
        } catch { channel.close(promise: nil) }
        if !isAllowed { channel.close(promise: nil) }
        return value
    }

    func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

/// How many connections each address has. As many addresses as there are connections.
final class ConnectionCounts: Sendable {
    private let counts = Mutex<[RemoteAddress: Int]>([:])

    /// - Returns: Whether the address has no more than it may, with this one.
    func open(_ address: RemoteAddress, atMost maximum: Int) -> Bool {
        counts.withLock { counts in
            counts[address, default: 0] += 1
            return counts[address, default: 0] <= maximum
        }
    }

    func close(_ address: RemoteAddress) {
        counts.withLock { counts in
            let left = counts[address, default: 0] - 1
            counts[address] = left > 0 ? left : nil
        }
    }
}
