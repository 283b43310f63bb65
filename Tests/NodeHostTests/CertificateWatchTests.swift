import DurableFiles
import Foundation
import Logging
import ParasolHTTP
import PrometheusMetrics
import Synchronization
import TestKit
import Testing

@testable import NodeHost

/// What becomes of the files of a certificate when they change.
struct CertificateWatchTests {
    private final class Used: Sendable {
        let count = Mutex(0)
    }

    @Test func aNewCertificateIsUsedOnceAndABrokenOneNever() throws {
        let temporary = try TemporaryFolder()
        let authority = try DevelopmentAuthority(folder: temporary.path("ca"))
        let paths = try authority.issue("node", hosts: ["localhost"])
        let files = CertificateFiles(chain: paths.chain, key: paths.key)
        let used = Used()
        let registry = MetricsRegistry()
        let watch = CertificateWatch(
            files, logger: Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }, factory: registry
        ) { _ in used.count.withLock { $0 += 1 } }
        func count() -> Int { used.count.withLock { $0 } }
        func metric(_ line: String) -> Bool { registry.exposition.contains("\n\(line)\n") }

        watch.look()
        #expect(count() == 0)
        _ = try authority.issue("node", hosts: ["localhost"])
        watch.look()
        watch.look()
        #expect(count() == 1)
        #expect(metric("parasol_tls_reloads_total{reason=\"used\"} 1"))

        let good = try Data(contentsOf: URL(fileURLWithPath: paths.chain))
        try good.prefix(good.count / 2).write(to: URL(fileURLWithPath: paths.key))
        watch.look()
        watch.look()
        #expect(count() == 1)
        #expect(metric("parasol_tls_reloads_total{reason=\"refused\"} 1"))

        try FileSystem().remove(paths.chain)
        watch.look()
        #expect(count() == 1)

        _ = try authority.issue("node", hosts: ["localhost"])
        watch.look()
        #expect(count() == 2)
        let expiry = try #require(
            registry.exposition.split(separator: "\n").last { $0.hasPrefix("parasol_tls_expiry_time_seconds ") })
        #expect(try #require(Double(expiry.split(separator: " ")[1])) > Date().timeIntervalSince1970 + 396 * 86_400)
    }

    @Test func whatIsShownToOthersIsCountedApart() throws {
        let temporary = try TemporaryFolder()
        let authority = try DevelopmentAuthority(folder: temporary.path("ca"))
        let paths = try authority.issue("node", hosts: ["localhost"])
        let registry = MetricsRegistry()
        let watch = CertificateWatch(
            CertificateFiles(chain: paths.chain, key: paths.key), of: .client,
            logger: Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }, factory: registry
        ) { _ in }
        _ = try authority.issue("node", hosts: ["localhost"])
        watch.look()
        #expect(registry.exposition.contains("\nparasol_tls_client_reloads_total{reason=\"used\"} 1\n"))
        #expect(registry.exposition.contains("\nparasol_tls_client_expiry_time_seconds "))
        #expect(!registry.exposition.contains("parasol_tls_reloads_total"))
    }
}
