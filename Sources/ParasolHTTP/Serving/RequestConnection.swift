internal import NIOCore
internal import NIOSSL

/// The connection (of HTTP/2, the stream) that a request came by.
package struct RequestConnection: Sendable {
    /// Whom it is from.
    package let address: RemoteAddress
    private let channel: any Channel

    init(_ channel: any Channel, address: RemoteAddress) {
        self.channel = channel
        self.address = address
    }

    /// Whether the client showed a certificate, which TLS then has verified.
    func hasCertificate() async -> Bool {
        // Of HTTP/2, TLS is the connection's.
        for channel in [channel, channel.parent] {
            if let channel, (try? await channel.nioSSL_peerCertificate().get()) ?? nil != nil { return true }
        }
        return false
    }

    /// Something that happens later, unless it is cancelled.
    struct Timer: Sendable {
        private let stop: @Sendable () -> Void

        fileprivate init(stop: @escaping @Sendable () -> Void) { self.stop = stop }

        func cancel() { stop() }
    }

    /// Closes the connection after some time, whatever is being written.
    func closes(after time: Duration) -> Timer {
        let task = channel.eventLoop.scheduleTask(in: TimeAmount(time)) { [channel] in channel.close(promise: nil) }
        return Timer { task.cancel() }
    }

    /// Does something again and again.
    func every(_ time: Duration, _ body: @escaping @Sendable () -> Void) -> Timer {
        let task = channel.eventLoop.scheduleRepeatedTask(
            initialDelay: TimeAmount(time), delay: TimeAmount(time)
        ) { _ in body() }
        return Timer { task.cancel() }
    }
}
