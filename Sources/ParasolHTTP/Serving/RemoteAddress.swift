internal import NIOCore

/// Whom a connection is from, as far as limits are concerned: an IPv4 address, the first 64 bits of an IPv6 address (of the rest
/// whoever has one has all), or `none`.
package struct RemoteAddress: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ address: SocketAddress?) {
        self.init(text: address?.ipAddress)
    }

    /// - Parameter text: As the system writes an address.
    init(text: String?) {
        guard let text else {
            description = "none"
            return
        }
        if text.contains(".") {
            // Also of ::ffff:192.0.2.1, an IPv4 address in IPv6's clothes.
            description = String(text.split(separator: ":").last ?? "none")
        } else {
            description = Self.network(of: text.prefix { $0 != "%" })
        }
    }

    /// The first four groups; where zeros are left out, they are put in again.
    private static func network(of address: Substring) -> String {
        let halves = address.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
        let head = halves[0].split(separator: ":")
        let tail = halves.count > 1 ? halves[1].split(separator: ":") : []
        let zeros = Array(repeating: Substring("0"), count: max(0, 8 - head.count - tail.count))
        return (head + zeros + tail).prefix(4).joined(separator: ":") + "::/64"
    }
}
