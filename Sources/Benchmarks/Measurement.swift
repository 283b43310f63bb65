import CAllocations

/// Something to time.
struct Operation {
    /// As in the report, such as `capsule_parse`.
    let name: String
    /// Bytes that one call seals or opens, for those that are judged by throughput.
    let byteCount: Int?
    let body: () throws -> Void

    init(_ name: String, byteCount: Int? = nil, _ body: @escaping () throws -> Void) {
        self.name = name
        self.byteCount = byteCount
        self.body = body
    }
}

/// What one operation took, in microseconds a call.
struct Figure: Codable {
    let medianUs: Double
    let p5Us: Double
    /// Calls timed.
    let count: Int
    /// Blocks of memory that a call asked for, the median; nil where the C library does not let them be counted.
    let allocations: Int?
}

/// An operation that did not do its work, which would make its time meaningless.
struct WrongResult: Error, CustomStringConvertible {
    let description: String
}

/// Times many calls of `body`, each by itself: for `duration`, and at least 20 times, after three that do not count.
///
/// The median says what a caller sees; the 5th percentile what the machine can do when nothing disturbs it.
func measure(for duration: Duration, _ body: () throws -> Void) throws -> Figure {
    for _ in 0..<3 { try body() }
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: duration)
    var samples: [Double] = []
    var allocations: [UInt64] = []
    samples.reserveCapacity(1 << 16)
    allocations.reserveCapacity(1 << 16)
    repeat {
        let before = allocations_of_this_thread()
        let elapsed = try clock.measure(body)
        allocations.append(allocations_of_this_thread() - before)
        samples.append(elapsed / .microseconds(1))
    } while samples.count < 20 || clock.now < end
    samples.sort()
    allocations.sort()
    return Figure(
        medianUs: samples[samples.count / 2], p5Us: samples[samples.count * 5 / 100], count: samples.count,
        allocations: allocations_are_counted() == 1 ? Int(allocations[allocations.count / 2]) : nil)
}

/// Keeps the optimizer from dropping the computation of `value`.
@inline(never)
func blackHole<Value: ~Copyable>(_ value: borrowing Value) {
    withExtendedLifetime(value) {}
}
