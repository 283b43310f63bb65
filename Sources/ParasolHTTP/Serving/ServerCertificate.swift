internal import NIOSSL

/// A server's certificate chain and its private key.
package struct ServerCertificate: Sendable {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey

    /// Reads PEM: the server's own certificate first, then those between it and the root.
    ///
    /// - Throws: ``ServerSetupError``.
    package init(chainPEM: [UInt8], keyPEM: [UInt8]) throws(ServerSetupError) {
        do { chain = try NIOSSLCertificate.fromPEMBytes(chainPEM) } catch { throw .badCertificate("\(error)") }
        guard !chain.isEmpty else { throw .badCertificate("there is none in it") }
        do { key = try NIOSSLPrivateKey(bytes: keyPEM, format: .pem) } catch { throw .badKey("\(error)") }
    }
}

/// Whose certificates a server asks its clients for (mutual TLS).
package struct ClientAuthorities: Sendable {
    let roots: [NIOSSLCertificate]
    /// Whether nobody connects without one. Else it is asked for on what nodes ask of each other: a person has none.
    package let areForEverybody: Bool

    /// - Throws: ``ServerSetupError/badClientAuthorities(_:)``.
    package init(pem: [UInt8], areForEverybody: Bool) throws(ServerSetupError) {
        do { roots = try NIOSSLCertificate.fromPEMBytes(pem) } catch { throw .badClientAuthorities("\(error)") }
        guard !roots.isEmpty else { throw .badClientAuthorities("there is none in it") }
        self.areForEverybody = areForEverybody
    }
}

/// Why a server or a client could not be set up.
package enum ServerSetupError: Error, Hashable, Sendable {
    case badCertificate(String)
    /// Says nothing of the key itself.
    case badKey(String)
    case badTrustRoots(String)
    case badClientAuthorities(String)
    case badURL(String)
    /// What is served in the clear is served to this machine alone.
    case notLoopback(String)
}

extension ServerSetupError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badCertificate(let reason): "the certificate chain is not PEM that can be used: \(reason)"
        case .badKey(let reason): "the private key is not PEM that can be used: \(reason)"
        case .badTrustRoots(let reason): "the trust roots are not PEM that can be used: \(reason)"
        case .badClientAuthorities(let reason): "the clients' authorities are not PEM that can be used: \(reason)"
        case .badURL(let url): "\(url) is not https://HOST[:PORT][/PATH]"
        case .notLoopback(let host): "\(host) is no address of the loopback, 127.0.0.1 or ::1"
        }
    }
}
