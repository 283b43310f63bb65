import Histogram
import ParasolClient
import SharingContracts
import Synchronization

/// What doctors saw who open a record over and over, each as soon as the last one is open (a closed loop). Milliseconds from asking to
/// the opened ECG whose opening is on the ledger.
struct OpeningFigure: Codable {
    let doctors: Int
    let openings: Int
    let perSecond: Double
    let p50Ms: Double
    let p99Ms: Double
    let maximumMs: Double
}

struct WireOpenings {
    let deployment: WireDeployment

    private static let clock = ContinuousClock()

    /// - Parameter doctorCount: How many open at once.
    func run(doctorCount: Int, for duration: Duration) async throws -> OpeningFigure {
        let doctors = deployment.doctors.prefix(doctorCount)
        // Once before, so that connections stand and each doctor has followed the ledger.
        try await openings(doctors, until: Self.clock.now) { _ in }
        let latencies = Mutex(Histogram<UInt64>(numberOfSignificantValueDigits: .three))
        let start = Self.clock.now
        try await openings(doctors, until: start.advanced(by: duration)) { latency in
            _ = latencies.withLock { $0.record(UInt64(max(0, latency / .microseconds(1)))) }
        }
        let seconds = start.duration(to: Self.clock.now) / .seconds(1)
        return latencies.withLock { histogram in
            func milliseconds(_ percentile: Double) -> Double {
                Double(histogram.valueAtPercentile(percentile)) / 1_000
            }
            return OpeningFigure(
                doctors: doctors.count, openings: Int(histogram.totalCount),
                perSecond: Double(histogram.totalCount) / seconds, p50Ms: milliseconds(50), p99Ms: milliseconds(99),
                maximumMs: milliseconds(100))
        }
    }

    /// Each doctor opens at least once, and goes on until `end`.
    private func openings(
        _ doctors: ArraySlice<WireDeployment.Grantee>, until end: ContinuousClock.Instant,
        _ note: @escaping @Sendable (Duration) -> Void
    ) async throws {
        let (record, files) = (deployment.record, deployment.files)
        try await withThrowingDiscardingTaskGroup { group in
            for grantee in doctors {
                group.addTask {
                    repeat {
                        let asked = Self.clock.now
                        let opening = try await grantee.doctor.open(record, under: grantee.consent)
                        note(asked.duration(to: Self.clock.now))
                        try expect(opening.files == files, "another record was opened")
                    } while Self.clock.now < end
                }
            }
        }
    }
}
