import Metrics
import Testing

@testable import PrometheusMetrics

struct MetricsRegistryTests {
    private let registry = MetricsRegistry(helps: ["requests_total": "Requests\nof \\ all."])

    @Test func aCounterGrowsAndStandsWithItsLabelsInOrder() {
        let counter = Counter(
            label: "requests_total", dimensions: [("status", "2xx"), ("role", "vault")], factory: registry)
        counter.increment()
        Counter(label: "requests_total", dimensions: [("role", "vault"), ("status", "2xx")], factory: registry)
            .increment(by: 2)
        counter.increment(by: -5)
        #expect(registry.exposition.contains("# HELP requests_total Requests\\nof \\\\ all.\n"))
        #expect(registry.exposition.contains("# TYPE requests_total counter\n"))
        #expect(registry.exposition.contains("\nrequests_total{role=\"vault\",status=\"2xx\"} 3\n"))
    }

    @Test func aGaugeGoesUpAndDown() {
        let gauge = Meter(label: "in_flight", dimensions: [], factory: registry)
        gauge.set(7)
        gauge.increment(by: 1.5)
        gauge.decrement(by: 4.0)
        #expect(registry.exposition.contains("# TYPE in_flight gauge\nin_flight 4.5\n"))
    }

    @Test func aTimerIsACumulativeHistogramInSeconds() {
        let timer = Timer(label: "took_seconds", dimensions: [("a", "b")], factory: registry)
        timer.recordNanoseconds(1_000_000)  // on a bound
        timer.recordNanoseconds(1_500_000)
        timer.recordNanoseconds(60_000_000_000)
        let text = registry.exposition
        #expect(text.contains("took_seconds_bucket{a=\"b\",le=\"0.001\"} 1\n"))
        #expect(text.contains("took_seconds_bucket{a=\"b\",le=\"0.0025\"} 2\n"))
        #expect(text.contains("took_seconds_bucket{a=\"b\",le=\"30\"} 2\n"))
        #expect(text.contains("took_seconds_bucket{a=\"b\",le=\"+Inf\"} 3\n"))
        #expect(text.contains("took_seconds_count{a=\"b\"} 3\n"))
        #expect(text.contains("took_seconds_sum{a=\"b\"} 60.0025\n"))
    }

    @Test func labelsCannotBreakOutOfTheirQuotes() {
        Counter(label: "c", dimensions: [("l", "a\"} 9\nfake 1\\")], factory: registry).increment()
        #expect(registry.exposition.contains("c{l=\"a\\\"} 9\\nfake 1\\\\\"} 1\n"))
        #expect(!registry.exposition.contains("\nfake"))
    }

    @Test func namesOfOtherLibrariesBecomeNamesOfPrometheus() {
        Counter(label: "http.server-requests", dimensions: [("http.code", "1")], factory: registry).increment()
        Counter(label: "2nd", dimensions: [], factory: registry).increment()
        #expect(registry.exposition.contains("http_server_requests{http_code=\"1\"} 1\n"))
        #expect(registry.exposition.contains("\n_2nd 1\n"))
    }

    @Test func seriesBeyondTheBoundGoNowhereAndAreCounted() {
        var limits = MetricsRegistry.Limits()
        limits.series = 3
        let registry = MetricsRegistry(limits: limits)
        for index in 0..<10 { Counter(label: "c", dimensions: [("i", "\(index)")], factory: registry).increment() }
        let text = registry.exposition
        #expect(text.contains("c{i=\"2\"} 1\n"))
        #expect(!text.contains("c{i=\"3\"}"))
        #expect(text.contains("\nmetrics_series_dropped_total 7\n"))
    }

    @Test func aSecondKindOfTheSameNameGoesNowhere() {
        Counter(label: "same", dimensions: [], factory: registry).increment()
        Meter(label: "same", dimensions: [], factory: registry).set(9)
        Timer(label: "same", dimensions: [("a", "b")], factory: registry).recordSeconds(1)
        #expect(registry.exposition.contains("# TYPE same counter\nsame 1\n# "))
        #expect(registry.exposition.contains("\nmetrics_series_dropped_total 1\n"))
    }

    @Test func aLongLabelIsCut() {
        Counter(label: "c", dimensions: [("l", String(repeating: "ä", count: 100))], factory: registry).increment()
        #expect(registry.exposition.contains("c{l=\"\(String(repeating: "ä", count: 64))\"} 1\n"))
    }
}
