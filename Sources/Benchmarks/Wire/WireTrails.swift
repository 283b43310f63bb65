import Histogram
import ServiceProtocols
import Synchronization

/// What a patient saw who reads the first page of the folder's trail over and over while doctors open a record of it: each page is of
/// what was final when it was asked for, so that the ledger's index of trails must keep up.
struct TrailFigure: Codable {
    /// What the doctors saw meanwhile.
    let openings: OpeningFigure
    let pages: Int
    /// Of the last page, each with its receipt.
    let leavesOfPage: Int
    /// From asking to the page.
    let read: LatencyFigure
}

struct WireTrails {
    let deployment: WireDeployment

    func run(doctorCount: Int, for duration: Duration) async throws -> TrailFigure {
        let isOver = Flag()
        async let reading = read(until: isOver)
        let openings: OpeningFigure
        do {
            // Not by cancelling it, which would end the last reading half-way.
            defer { isOver.value.store(true, ordering: .relaxed) }
            openings = try await WireOpenings(deployment: deployment).run(doctorCount: doctorCount, for: duration)
        }
        let (latencies, leaves) = try await reading
        return TrailFigure(
            openings: openings, pages: Int(latencies.totalCount), leavesOfPage: leaves,
            read: LatencyFigure(latencies))
    }

    private func read(until isOver: Flag) async throws -> (latencies: Histogram<UInt64>, leavesOfPage: Int) {
        let clock = ContinuousClock()
        var latencies = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
        var leaves = 0
        while !isOver.value.load(ordering: .relaxed) {
            let asked = clock.now
            leaves = try await deployment.firstPageOfTrail().receipts.count
            _ = latencies.record(UInt64(max(0, asked.duration(to: clock.now) / .microseconds(1))))
        }
        return (latencies, leaves)
    }
}

private final class Flag: Sendable {
    let value = Atomic(false)
}
