internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Why there is no connection to a server, or none any more: what is wrong, and what to do about it.
struct ConnectionFlaw: CustomStringConvertible {
    let description: String

    /// Tells it from what the libraries threw. Where that says too little, one more handshake is made.
    ///
    /// - Parameter hasAnswered: Whether the server has ever answered over this client: then it is not its certificates that are wrong.
    init(
        _ error: any Error, host: String, port: Int, _ configuration: TLSConfiguration, hasAnswered: Bool
    ) async {
        if "\(error)".contains("CERTIFICATE_VERIFY_FAILED") {
            // TLS does not say what is wrong with it.
            description = await HandshakeProbe.certificate(host: host, port: port).certificateFlaw
        } else if let error = error as? HTTPClientError, error == .remoteConnectionClosed, !hasAnswered,
            let failure = await HandshakeProbe.handshake(host: host, port: port, configuration).failure
        {
            // In TLS 1.3 a client's certificate is refused when the client has sent its request already.
            description = Self.tlsFlaw(failure) ?? "\(Self.text(error)) (\(failure))"
        } else {
            description = Self.text(error, host: host)
        }
    }

    private static func text(_ error: any Error, host: String) -> String {
        if error is CancellationError { return "cancelled" }
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return "its certificate is not for \(host): name it as its certificate does, or have one made for this name"
        }
        if let error = error as? HTTPClientError { return text(error) }
        let raw = "\(error)"
        if let known = tlsFlaw(raw) { return known }
        if error is NIOSSLError || error is BoringSSLError {
            return
                "the connection was ended during TLS: is this the right port, and does anything on the way intercept it?"
        }
        if error is NIOConnectionError || error is IOError {
            return "no connection: nothing takes one at this address, or the way there is closed (\(raw))"
        }
        return raw
    }

    private static func text(_ error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout, .httpProxyHandshakeTimeout, .tlsHandshakeTimeout:
            "no connection in time: the server is down, or the way there is cut off"
        case .deadlineExceeded, .readTimeout: "no answer in time"
        case .remoteConnectionClosed: "the server ended the connection without an answer"
        case .cancelled: "cancelled"
        case .alreadyShutdown: "this program is stopping"
        default: "\(error)"
        }
    }

    private static func tlsFlaw(_ raw: String) -> String? { tlsFlaws.first { raw.contains($0.sign) }?.text }

    /// BoringSSL's names of what can go wrong, in words.
    private static let tlsFlaws: [(sign: String, text: String)] = [
        ("WRONG_VERSION_NUMBER", "it does not speak TLS there: is this the right port?"),
        ("HTTP_REQUEST", "it does not speak TLS there: is this the right port?"),
        ("PROTOCOL", "it speaks an older TLS than 1.3, and nothing older is spoken here"),
        ("CERTIFICATE_REQUIRED", "it wants a certificate of this node: set tls.client-certificate and tls.client-key"),
        // The second where another authority has the same name, as those that `parasol ca` makes have.
        ("UNKNOWN_CA", unknownAuthority), ("DECRYPT_ERROR", unknownAuthority),
        ("CERTIFICATE_EXPIRED", "this node's own certificate has expired: renew tls.client-certificate"),
        ("BAD_CERTIFICATE", refused), ("CERTIFICATE_UNKNOWN", refused), ("UNSUPPORTED_CERTIFICATE", refused),
        ("HANDSHAKE_FAILURE", "no common ground in TLS: it must speak TLS 1.3 with X25519 or P-256"),
    ]
    private static let unknownAuthority =
        "it does not know the authority of this node's certificate: ask its operator which one tls.client-authorities names"
    private static let refused =
        "it refused this node's certificate: it must be for client authentication, and of an authority that it knows"
}
