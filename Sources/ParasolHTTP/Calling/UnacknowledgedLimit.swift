internal import AsyncHTTPClient
internal import NIOCore

/// How long a connection lives on which nothing that was sent is acknowledged.
///
/// A network that loses everything without a word lets a connection look well for a quarter of an hour, and pauses longer and longer
/// before it tries again: whoever waits for an answer would still wait when the network is long there again. The kernel of a machine
/// that is merely busy acknowledges. On Linux (TCP_USER_TIMEOUT, RFC 5482); elsewhere nothing changes.
struct UnacknowledgedLimit: Sendable {
    let duration: TimeAmount

    func apply(to channel: any Channel) -> EventLoopFuture<Void> {
        #if os(Linux)
            channel.setOption(.tcpOption(Self.option), value: .init(clamping: duration.nanoseconds / 1_000_000))
        #else
            channel.eventLoop.makeSucceededVoidFuture()
        #endif
    }

    /// `TCP_USER_TIMEOUT` of linux/tcp.h, in milliseconds.
    static let option = NIOBSDSocket.Option(rawValue: 18)
}

extension HTTPClient.Configuration {
    /// Holds every connection to a limit. The library has no other place for what is set on a connection's socket.
    mutating func hold(to limit: UnacknowledgedLimit) {
        http1_1ConnectionDebugInitializer = { limit.apply(to: $0) }
        http2ConnectionDebugInitializer = { limit.apply(to: $0) }
    }
}
