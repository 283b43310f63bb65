/// Where a service is: `https://HOST` or `https://HOST:PORT`, then nothing or the path below which it answers: several services
/// may share a server. Plain `http` is for this machine only.
package struct ServiceURL: Hashable, Sendable {
    /// Why a text is no address of a service.
    package enum Flaw: Error, Hashable, Sendable {
        case length(Int)
        /// Neither `https://` nor, for loopback, `http://`.
        case scheme
        /// Plain HTTP to something other than `localhost`, `127.0.0.0/8` and `[::1]`.
        case plainText(host: String)
        case host
        case port
        /// Segments of letters, digits, `-`, `_` and `.`, each behind a slash, and no slash at the end.
        case path
    }

    /// As it was written.
    package let text: String
    /// In lower case; an IPv6 address without its brackets.
    package let host: String
    /// nil where the scheme's own is meant.
    package let port: UInt16?
    package let isSecure: Bool

    /// - Throws: ``Flaw``.
    package init(_ text: String) throws(Flaw) {
        guard text.utf8.count <= NetworkLimits.urlByteCount else { throw .length(text.utf8.count) }
        let rest: Substring
        if text.hasPrefix("https://") {
            (rest, isSecure) = (text.dropFirst(8), true)
        } else if text.hasPrefix("http://") {
            (rest, isSecure) = (text.dropFirst(7), false)
        } else {
            throw .scheme
        }
        let authority = rest.prefix { $0 != "/" }
        try Self.check(path: rest.dropFirst(authority.count))
        let (host, port) = try Self.split(authority)
        guard isSecure || Self.isLoopback(host) else { throw .plainText(host: host) }
        (self.text, self.host, self.port) = (text, host, port)
    }

    private static func check(path: Substring) throws(Flaw) {
        guard !path.isEmpty else { return }
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let isPlain = segment.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
            guard !segment.isEmpty, isPlain, segment.contains(where: { $0 != "." }) else { throw .path }
        }
    }

    private static func split(_ authority: Substring) throws(Flaw) -> (host: String, port: UInt16?) {
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { throw .host }
            let host = authority[authority.index(after: authority.startIndex)..<end]
            guard (2...45).contains(host.utf8.count), host.contains(":"),
                host.utf8.allSatisfy({ isHexadecimal($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { throw .host }
            return (host.lowercased(), try port(authority[authority.index(after: end)...]))
        }
        let host = authority.prefix { $0 != ":" }
        let allowed = host.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        guard (1...253).contains(host.utf8.count), allowed, host.first != ".", host.first != "-" else { throw .host }
        return (host.lowercased(), try port(authority.dropFirst(host.count)))
    }

    /// `:PORT`, or nothing.
    private static func port(_ text: Substring) throws(Flaw) -> UInt16? {
        guard let colon = text.first else { return nil }
        let digits = text.dropFirst()
        guard colon == ":", (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy(isDigit),
            let port = UInt16(digits), port > 0
        else { throw .port }
        return port
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

extension ServiceURL: CustomStringConvertible {
    package var description: String { text }
}

extension ServiceURL.Flaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .length(let count): "\(count) bytes; at most \(NetworkLimits.urlByteCount) are allowed"
        case .scheme: "does not begin with https://"
        case .plainText(let host): "http is for this machine only, and \(host) is not: use https"
        case .host: "not https://HOST or https://HOST:PORT"
        case .port: "what follows the host is not a colon and a port from 1 to 65535"
        case .path: "the path is not of plain words, each behind a slash, without a slash at the end"
        }
    }
}
