internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// How a server shows who it is: TLS 1.3, with a certificate that can be replaced while it serves.
///
/// Connections that are there keep what they were made with; each new one gets what is newest.
final class ServerTLS: Sendable {
    private let state: Mutex<(version: UInt64, configuration: TLSConfiguration)>
    private let clients: ClientAuthorities?

    /// - Parameter clients: Whose certificates clients are asked for; nil for nobody's.
    /// - Throws: ``ServerSetupError/badCertificate(_:)``, also for a key that is not the certificate's.
    init(_ certificate: ServerCertificate, clients: ClientAuthorities? = nil) throws(ServerSetupError) {
        self.clients = clients
        state = Mutex((0, try Self.checked(certificate, clients)))
    }

    /// - Throws: ``ServerSetupError/badCertificate(_:)``; then nothing has changed.
    func replace(with certificate: ServerCertificate) throws(ServerSetupError) {
        let checked = try Self.checked(certificate, clients)
        state.withLock { $0 = ($0.version + 1, checked) }
    }

    /// The newest, and a number that is another for each.
    var newest: (version: UInt64, configuration: TLSConfiguration) { state.withLock { $0 } }

    private static func checked(
        _ certificate: ServerCertificate, _ clients: ClientAuthorities?
    ) throws(ServerSetupError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificate.chain.map { .certificate($0) }, privateKey: .privateKey(certificate.key))
        tls.minimumTLSVersion = .tlsv13
        // Recorded today, read in twenty years: the first is hybrid with ML-KEM.
        tls.curves = [.x25519_MLKEM768, .x25519, .secp256r1]
        if let clients {
            tls.trustRoots = .certificates(clients.roots)
            // One that is shown is verified in either case.
            tls.certificateVerification = clients.areForEverybody ? .noHostnameVerification : .optionalVerification
            tls.sendCANameList = true
        }
        do { _ = try NIOSSLContext(configuration: tls) } catch { throw .badCertificate("\(error)") }
        return tls
    }
}

/// HTTP/1.1 and HTTP/2 over TLS as ``ServerTLS`` has it when a connection comes.
struct RenewedChannel: ServerChildChannel {
    typealias Value = HTTP2UpgradeChannel.Value

    /// The channels of one certificate.
    private final class Current: Sendable {
        let made: Mutex<(version: UInt64, channel: HTTP2UpgradeChannel)>

        init(_ version: UInt64, _ channel: HTTP2UpgradeChannel) { made = Mutex((version, channel)) }
    }

    private let tls: ServerTLS
    private let current: Current
    private let make: @Sendable (TLSConfiguration) throws -> HTTP2UpgradeChannel

    init(_ tls: ServerTLS, _ make: @escaping @Sendable (TLSConfiguration) throws -> HTTP2UpgradeChannel) throws {
        self.tls = tls
        self.make = make
        let newest = tls.newest
        current = Current(newest.version, try make(newest.configuration))
    }

    private var channel: HTTP2UpgradeChannel {
        current.made.withLock { made in
            let newest = tls.newest
            // It was tried when it was replaced; if it should fail now, the one before goes on.
            if newest.version != made.version, let channel = try? make(newest.configuration) {
                made = (newest.version, channel)
            }
            return made.channel
        }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        self.channel.setup(channel: channel, logger: logger)
    }

    func handle(value: Value, logger: Logger) async { await channel.handle(value: value, logger: logger) }
}
