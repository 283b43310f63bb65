import Histogram
import ParasolClient
import SharingContracts
import Synchronization

/// What doctors saw who open a record over and over, each as soon as the opening of the last one is on the ledger (a closed loop).
struct OpeningFigure: Codable {
    let doctors: Int
    let openings: Int
    let perSecond: Double
    /// From asking to the opened ECG.
    let opened: LatencyFigure
    /// From asking to the receipt of its opening.
    let logged: LatencyFigure
}

/// Milliseconds.
struct LatencyFigure: Codable {
    let p50Ms: Double
    let p99Ms: Double
    let maximumMs: Double

    /// - Parameter histogram: Of microseconds.
    init(_ histogram: Histogram<UInt64>) {
        func milliseconds(_ percentile: Double) -> Double {
            Double(histogram.valueAtPercentile(percentile)) / 1_000
        }
        p50Ms = milliseconds(50)
        p99Ms = milliseconds(99)
        maximumMs = milliseconds(100)
    }
}

struct WireOpenings {
    let deployment: WireDeployment

    private static let clock = ContinuousClock()

    /// - Parameter doctorCount: How many open at once.
    func run(doctorCount: Int, for duration: Duration) async throws -> OpeningFigure {
        let doctors = deployment.doctors.prefix(doctorCount)
        // Once before, so that connections stand and each doctor has followed the ledger.
        try await openings(doctors, until: Self.clock.now) { _, _ in }
        let latencies = Mutex(
            (
                opened: Histogram<UInt64>(numberOfSignificantValueDigits: .three),
                logged: Histogram<UInt64>(numberOfSignificantValueDigits: .three)
            ))
        let start = Self.clock.now
        try await openings(doctors, until: start.advanced(by: duration)) { opened, logged in
            latencies.withLock {
                _ = $0.opened.record(UInt64(max(0, opened / .microseconds(1))))
                _ = $0.logged.record(UInt64(max(0, logged / .microseconds(1))))
            }
        }
        let seconds = start.duration(to: Self.clock.now) / .seconds(1)
        return latencies.withLock { latencies in
            OpeningFigure(
                doctors: doctors.count, openings: Int(latencies.logged.totalCount),
                perSecond: Double(latencies.logged.totalCount) / seconds, opened: LatencyFigure(latencies.opened),
                logged: LatencyFigure(latencies.logged))
        }
    }

    /// Each doctor opens at least once, and goes on until `end`.
    private func openings(
        _ doctors: ArraySlice<WireDeployment.Grantee>, until end: ContinuousClock.Instant,
        _ note: @escaping @Sendable (_ opened: Duration, _ logged: Duration) -> Void
    ) async throws {
        let (record, files) = (deployment.record, deployment.files)
        try await withThrowingDiscardingTaskGroup { group in
            for grantee in doctors {
                group.addTask {
                    repeat {
                        let asked = Self.clock.now
                        let opened = Mutex(asked)
                        let opening = try await grantee.doctor.open(record, under: grantee.consent) { _ in
                            opened.withLock { $0 = Self.clock.now }
                        }
                        note(asked.duration(to: opened.withLock { $0 }), asked.duration(to: Self.clock.now))
                        try expect(opening.files == files, "another record was opened")
                    } while Self.clock.now < end
                }
            }
        }
    }
}
