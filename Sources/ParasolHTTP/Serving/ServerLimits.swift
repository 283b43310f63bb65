/// Every bound of a server that is not a route's, each with its reason.
package struct ServerLimits: Hashable, Sendable {
    /// Connections at once. More wait in the system's queue.
    package var connections = 20_000
    /// Connections at once from one address (of IPv6, one network of 64 bits), so that no one takes them all.
    package var connectionsPerAddress = 12_000
    /// Bytes of all fields of a request. A signed one has about a thousand.
    package var headerBytes = 16 << 10
    package var headerFields = 64
    /// From the connection to the end of the TLS handshake.
    package var handshakeSeconds: Int64 = 10
    /// Without a whole request head: for a connection that idles, and for one that sends a byte now and then.
    package var idleSeconds: Int64 = 30
    /// From a request's head to the end of its content: 4 MiB at 35 kB a second.
    package var contentSeconds: Int64 = 120
    /// How long requests under way may take when the server is told to stop; whatever connection is left then is closed.
    package var stopSeconds: Int64 = 10

    package init() {}
}
