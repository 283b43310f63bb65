internal import Synchronization

/// The authorities that a server answers to. A request that was signed for another one is not for it.
package final class ServerNames: Sendable {
    private let authorities: Mutex<Set<String>>
    private let unportedNames: [String]

    /// - Parameter names: Host names and addresses, in lower case; with `:port` as clients write them, or without where the
    ///   port is the one that is listened on.
    package init(_ names: [String]) {
        let lowered = names.map { $0.lowercased() }
        unportedNames = lowered.filter { !Self.hasPort($0) }
        authorities = Mutex(Set(lowered))
    }

    /// Takes note of the port that is listened on.
    package func listen(onPort port: Int) {
        authorities.withLock { $0.formUnion(unportedNames.map { "\($0):\(port)" }) }
    }

    /// - Parameter authority: Normalized as a signature's `@authority` is.
    package func contains(_ authority: String) -> Bool {
        authorities.withLock { $0.contains(authority) }
    }

    private static func hasPort(_ name: String) -> Bool {
        guard let colon = name.lastIndex(of: ":") else { return false }
        // The colons of an IPv6 address are within brackets.
        return !name[colon...].contains("]")
    }
}
