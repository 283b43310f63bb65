internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS
internal import Synchronization

/// What one more TLS handshake with a server shows that could not be used: an answer that did not come says too little. Nothing is sent
/// over it, and nothing that is shown is believed.
struct HandshakeProbe: Sendable {
    /// When the server's certificate counts, in seconds since 1970; nil where it showed none.
    let validity: ClosedRange<Int>?
    /// What ended the connection, in the library's words; nil where nothing did.
    let failure: String?

    private static let connecting = TimeAmount.seconds(5)
    private static let handshaking = TimeAmount.seconds(10)
    /// Once the handshake is done here: a server that does not accept its client's certificate says so at once.
    fileprivate static let listening = TimeAmount.seconds(3)

    /// A whole handshake, with the server's certificate verified as `configuration` says.
    static func handshake(host: String, port: Int, _ configuration: TLSConfiguration) async -> HandshakeProbe {
        await ask(host: host, port: port, configuration) { context in
            try NIOSSLClientHandler(context: context, serverHostname: serverName(host))
        }
    }

    /// The certificate alone, whatever it is; nothing of this client is shown.
    static func certificate(host: String, port: Int) async -> HandshakeProbe {
        let shown = Shown()
        let probe = await ask(host: host, port: port, .makeClientConfiguration()) { context in
            try NIOSSLClientHandler(
                context: context, serverHostname: serverName(host),
                customVerificationCallback: { chain, promise in
                    shown.note(chain.first)
                    promise.succeed(.failed)
                })
        }
        return HandshakeProbe(validity: shown.validity, failure: probe.failure)
    }

    private static func ask(
        host: String, port: Int, _ configuration: TLSConfiguration,
        _ tls: @escaping @Sendable (NIOSSLContext) throws -> NIOSSLClientHandler
    ) async -> HandshakeProbe {
        let failures = Failures()
        do {
            let context = try NIOSSLContext(configuration: configuration)
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(connecting)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers([try tls(context), FailureListener(failures)])
                    }
                }
                .connect(host: host, port: port).get()
            let deadline = channel.eventLoop.scheduleTask(in: handshaking) { channel.close(promise: nil) }
            try? await channel.closeFuture.get()
            deadline.cancel()
        } catch { failures.note(error) }
        return HandshakeProbe(validity: nil, failure: failures.first)
    }

    /// An address is no server name.
    private static func serverName(_ host: String) -> String? {
        (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
    }

    private final class Shown: Sendable {
        private let range = Mutex<ClosedRange<Int>?>(nil)
        var validity: ClosedRange<Int>? { range.withLock { $0 } }

        func note(_ certificate: NIOSSLCertificate?) {
            guard let certificate else { return }
            let (from, to) = (Int(certificate.notValidBefore), Int(certificate.notValidAfter))
            range.withLock { $0 = from <= to ? from...to : nil }
        }
    }

    fileprivate final class Failures: Sendable {
        private let text = Mutex<String?>(nil)
        var first: String? { text.withLock { $0 } }

        func note(_ error: any Error) { text.withLock { $0 = $0 ?? "\(error)" } }
    }
}

/// Takes note of what goes wrong on a connection.
private final class FailureListener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let failures: HandshakeProbe.Failures

    init(_ failures: HandshakeProbe.Failures) { self.failures = failures }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            context.eventLoop.assumeIsolated().scheduleTask(in: HandshakeProbe.listening) {
                context.close(promise: nil)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failures.note(error)
        context.close(promise: nil)
    }
}

extension HandshakeProbe {
    /// What is wrong with the certificate, and what to do.
    var certificateFlaw: String {
        let now = Int(Date().timeIntervalSince1970)
        guard let validity else { return Self.unknownAuthority }
        if now > validity.upperBound {
            return "its certificate expired on \(Self.day(validity.upperBound)): its operator must renew it"
        }
        if now < validity.lowerBound {
            return
                "its certificate counts only from \(Self.day(validity.lowerBound)) on: is a clock wrong, here or there?"
        }
        return Self.unknownAuthority
    }

    private static let unknownAuthority =
        "its certificate is of an authority that is not trusted here: the network's file must name it (certificateAuthorities), and "
        + "where that is right, somebody else answers"

    private static func day(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601.year().month().day())
    }
}
