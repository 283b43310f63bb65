package import Metrics
internal import Synchronization

/// Keeps what a process counts and measures by swift-metrics, and writes it as Prometheus reads it.
///
/// - Rule: a metric has as many series as its labels have combinations, and labels come from the program, never from a request.
/// - Why: whoever could make a series with each request could fill the memory.
/// - Consequence: beyond ``Limits`` a new series goes nowhere and is counted in ``droppedSeriesName``.
///
/// One metric is of one kind: a second kind of the same name goes nowhere too. What was made stays until the process ends.
package final class MetricsRegistry: MetricsFactory {
    /// Bounds of what is kept, each with its reason.
    package struct Limits: Hashable, Sendable {
        /// All series together: a histogram of them has some 2 kB.
        package var series = 4_096
        package var labelsPerSeries = 8
        /// Of a label's value; the rest is cut off.
        package var labelValueBytes = 128

        package init() {}
    }

    /// How many series were not kept.
    package static let droppedSeriesName = "metrics_series_dropped_total"

    private struct State {
        var families: [String: MetricFamily] = [:]
        var seriesCount = 0
        var droppedCount: UInt64 = 0
    }

    private let state = Mutex(State())
    private let helps: [String: String]
    private let limits: Limits

    /// - Parameter helps: What metrics mean, by their names.
    package init(helps: [String: String] = [:], limits: Limits = Limits()) {
        self.helps = helps
        self.limits = limits
    }

    /// All of it in the text format of Prometheus, version 0.0.4; metrics and series in the order of their names.
    ///
    /// - Complexity: O(n log n) in the series.
    package var exposition: String {
        let (families, dropped) = state.withLock { ($0.families, $0.droppedCount) }
        var text = Exposition()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text.write(family, named: name, help: helps[name])
        }
        text.writeCounter(dropped, named: Self.droppedSeriesName, help: "Series that were not kept: too many.")
        return text.text
    }

    /// The series of a name and labels, made where it is new; nil where there is no room, or the name is of another kind.
    private func series<Series: MetricSeries>(
        _ label: String, _ dimensions: [(String, String)], _ make: () -> Series
    ) -> Series? {
        let name = MetricName.sanitized(label)
        let labels = MetricLabels(dimensions, limits: limits)
        return state.withLock { state in
            if let known = state.families[name]?.series[labels] { return known as? Series }
            let isOfThisKind = state.families[name].map { $0.kind == Series.kind } ?? true
            guard isOfThisKind, state.seriesCount < limits.series else {
                state.droppedCount += 1
                return nil
            }
            let new = make()
            state.families[name, default: MetricFamily(kind: Series.kind)].series[labels] = new
            state.seriesCount += 1
            return new
        }
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { CounterSeries() } ?? NOOPMetricsHandler.instance
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { GaugeSeries() } ?? NOOPMetricsHandler.instance
    }

    /// A histogram of sizes where values are aggregated, and else a gauge.
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return series(label, dimensions) { GaugeSeries() } ?? NOOPMetricsHandler.instance }
        return series(label, dimensions) { HistogramSeries(HistogramBuckets.sizes) } ?? NOOPMetricsHandler.instance
    }

    /// A histogram in seconds.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions) { HistogramSeries(HistogramBuckets.seconds) } ?? NOOPMetricsHandler.instance
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}
