package import DurableFiles
internal import Foundation
internal import Logging
internal import Metrics
package import ParasolHTTP
internal import ServiceLifecycle
internal import SwiftASN1
internal import Synchronization
internal import UnixSignals
internal import X509

/// Where a certificate lies: a server's, or one that a node shows to others.
package struct CertificateFiles: Hashable, Sendable {
    /// PEM, own certificate first.
    package let chain: String
    package let key: String

    package init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }

    /// Both files' bytes.
    struct Content: Hashable, Sendable {
        let chain: [UInt8]
        let key: [UInt8]
    }

    /// - Throws: `FileError`.
    func read(_ files: FileSystem) throws(FileError) -> Content {
        Content(chain: try files.readAll(chain, atMost: 1 << 20), key: try files.readAll(key, atMost: 1 << 16))
    }

    /// - Throws: `FileError`, `ServerSetupError`.
    package func certificate(_ files: FileSystem = FileSystem()) throws -> ServerCertificate {
        let content = try read(files)
        return try ServerCertificate(chainPEM: content.chain, keyPEM: content.key)
    }
}

/// A certificate that a node shows to others that ask for one, and how it is replaced.
package struct ShownCertificate: Sendable {
    package let files: CertificateFiles
    /// Has it shown from now on; throws where it cannot be used.
    package let use: @Sendable (ServerCertificate) throws -> Void

    package init(files: CertificateFiles, use: @escaping @Sendable (ServerCertificate) throws -> Void) {
        self.files = files
        self.use = use
    }
}

/// Takes up a certificate anew when its files have changed: when SIGHUP says so, and by itself now and then. What cannot be used is
/// said in the log, and the one before stays.
final class CertificateWatch: Service {
    /// Whose certificate it is.
    enum Side: String, Sendable, CaseIterable {
        /// Shown to whoever connects to this server.
        case server
        /// Shown to the servers that this node connects to.
        case client

        var reloads: String { self == .server ? "parasol_tls_reloads_total" : "parasol_tls_client_reloads_total" }
        var expiry: String {
            self == .server ? "parasol_tls_expiry_time_seconds" : "parasol_tls_client_expiry_time_seconds"
        }
    }

    private struct State {
        var used: CertificateFiles.Content?
        /// What was tried last and could not be used, so that it is said once.
        var refused: CertificateFiles.Content?
    }

    private let paths: CertificateFiles
    private let side: Side
    private let files: FileSystem
    private let pause: Duration
    private let logger: Logger
    private let factory: any MetricsFactory
    private let use: @Sendable (ServerCertificate) throws -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - pause: Between one look and the next.
    ///   - use: Has a certificate shown from now on; throws where it cannot be used.
    init(
        _ paths: CertificateFiles, of side: Side = .server, pause: Duration = .seconds(30),
        files: FileSystem = FileSystem(), logger: Logger, factory: any MetricsFactory = MetricsSystem.factory,
        use: @escaping @Sendable (ServerCertificate) throws -> Void
    ) {
        self.paths = paths
        self.side = side
        self.pause = pause
        self.files = files
        self.logger = logger
        self.factory = factory
        self.use = use
        // It is shown already.
        if let content = try? paths.read(files) {
            state.withLock { $0.used = content }
            noteExpiry(of: content)
        }
    }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [self] in
                    for await _ in signals { look() }
                }
                group.addTask { [self] in
                    while !Task.isCancelled {
                        do { try await Task.sleep(for: pause) } catch { return }
                        look()
                    }
                }
            }
        }
    }

    /// Reads the files, and uses what is new in them.
    func look() {
        let content: CertificateFiles.Content
        do { content = try paths.read(files) } catch {
            return refuse(nil, "\(error)")
        }
        guard state.withLock({ $0.used != content }) else { return }
        do {
            try use(try ServerCertificate(chainPEM: content.chain, keyPEM: content.key))
        } catch { return refuse(content, "\(error)") }
        state.withLock { $0 = State(used: content, refused: nil) }
        count("used")
        noteExpiry(of: content)
        logger.notice("the TLS certificate was replaced", metadata: ["of": "\(side)", "file": "\(paths.chain)"])
    }

    /// Said once for each content; a chain and its key are two files, and so are not replaced at once.
    private func refuse(_ content: CertificateFiles.Content?, _ reason: String) {
        let isNew = state.withLock { state in
            defer { state.refused = content }
            return content == nil || state.refused != content
        }
        guard isNew else { return }
        count("refused")
        logger.error(
            "the TLS certificate cannot be replaced: the one before stays",
            metadata: ["of": "\(side)", "file": "\(paths.chain)", "reason": "\(reason)"])
    }

    private func count(_ outcome: String) {
        Counter(label: side.reloads, dimensions: [("reason", outcome)], factory: factory).increment()
    }

    private func noteExpiry(of content: CertificateFiles.Content) {
        guard let text = String(validating: content.chain, as: UTF8.self),
            let end = text.range(of: "-----END CERTIFICATE-----"),
            let certificate = try? Certificate(pemEncoded: String(text[..<end.upperBound]))
        else { return }
        Meter(label: side.expiry, dimensions: [], factory: factory).set(
            certificate.notValidAfter.timeIntervalSince1970)
    }
}
