internal import Metrics
internal import Synchronization

/// What a metric is, in Prometheus's words.
enum MetricKind: String, Hashable, Sendable {
    case counter
    case gauge
    case histogram
}

/// All series of one metric.
struct MetricFamily: Sendable {
    let kind: MetricKind
    var series: [MetricLabels: any MetricSeries] = [:]
}

/// The values of one metric with certain labels.
protocol MetricSeries: AnyObject, Sendable {
    static var kind: MetricKind { get }
    func write(to text: inout Exposition, name: String, labels: MetricLabels)
}

/// Only grows, from zero.
final class CounterSeries: MetricSeries, CounterHandler {
    static let kind = MetricKind.counter
    private let count = Atomic<UInt64>(0)

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        count.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    func reset() { count.store(0, ordering: .relaxed) }

    func write(to text: inout Exposition, name: String, labels: MetricLabels) {
        text.writeSample(name, labels, "\(count.load(ordering: .relaxed))")
    }
}

/// Goes up and down.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
    static let kind = MetricKind.gauge
    private let value = Mutex(0.0)

    func set(_ newValue: Int64) { set(Double(newValue)) }
    func set(_ newValue: Double) { value.withLock { $0 = newValue } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ newValue: Int64) { set(newValue) }
    func record(_ newValue: Double) { set(newValue) }

    func write(to text: inout Exposition, name: String, labels: MetricLabels) {
        text.writeSample(name, labels, Exposition.number(value.withLock { $0 }))
    }
}

/// Upper bounds of a histogram's buckets, rising.
enum HistogramBuckets {
    /// Of durations: from what a cached answer takes to where clients give up.
    static let seconds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
    /// Of counts and bytes: powers of four up to 16 Mi.
    static let sizes: [Double] = (0...12).map { Double(UInt64(1) << (2 * $0)) }
}

/// How many values lay below each bound, how many there were, and their sum.
final class HistogramSeries: MetricSeries, TimerHandler, RecorderHandler {
    static let kind = MetricKind.histogram

    private struct State {
        /// One for each bound, and one for what is above all.
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(_ bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(max(0, duration)) / 1_000_000_000) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] &+= 1
            state.sum += value
        }
    }

    func write(to text: inout Exposition, name: String, labels: MetricLabels) {
        let state = state.withLock { $0 }
        var total: UInt64 = 0
        for (bound, count) in zip(bounds.map(Exposition.number) + ["+Inf"], state.counts) {
            total &+= count
            text.writeSample(name + "_bucket", labels, bound: bound, "\(total)")
        }
        text.writeSample(name + "_sum", labels, Exposition.number(state.sum))
        text.writeSample(name + "_count", labels, "\(total)")
    }
}
