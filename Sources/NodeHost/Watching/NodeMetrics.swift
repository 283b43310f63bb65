internal import Metrics
internal import ParasolHTTP
package import PrometheusMetrics

/// Where a process's metrics are collected: Docs/operate/metrics.md lists them.
package struct NodeMetrics: Sendable {
    /// Where collectors find them.
    package struct Place: Hashable, Sendable {
        /// An address of the loopback.
        package let host: String
        /// 0 for any that is free.
        package let port: Int

        /// Reads `HOST:PORT`, an IPv6 address in brackets; nil for anything else, and for what is no address of the loopback.
        package init?(_ text: String) {
            guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
                return nil
            }
            var host = text[..<colon]
            if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
            guard MetricsServer.isLoopback(String(host)) else { return nil }
            self.host = String(host)
            self.port = Int(port)
        }
    }

    package let registry: MetricsRegistry
    package let place: Place
    /// Called with the port that is listened on.
    package let onListening: @Sendable (Int) async -> Void

    /// Has everything in this process that counts by swift-metrics count here. To be called at most once, before anything counts.
    package static func bootstrap(
        at place: Place, onListening: @escaping @Sendable (Int) async -> Void
    ) -> NodeMetrics {
        let metrics = NodeMetrics(registry: registry(), place: place, onListening: onListening)
        MetricsSystem.bootstrap(metrics.registry)
        return metrics
    }

    /// A registry that knows what our metrics mean.
    package static func registry() -> MetricsRegistry {
        var helps = RequestMetricHelps.helps
        helps[housekeepingFailures] = "Rounds of housekeeping that failed, by role."
        for side in CertificateWatch.Side.allCases {
            helps[side.reloads] = "New \(side) certificates that were found, by whether they are used."
            helps[side.expiry] = "When the \(side)'s certificate ends, in seconds since 1970."
        }
        for name in Figure.Name.allCases { helps[name.rawValue] = name.help }
        return MetricsRegistry(helps: helps)
    }

    package static let housekeepingFailures = "parasol_housekeeping_failures_total"

    package init(registry: MetricsRegistry, place: Place, onListening: @escaping @Sendable (Int) async -> Void) {
        self.registry = registry
        self.place = place
        self.onListening = onListening
    }
}
