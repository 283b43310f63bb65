import DurableFiles
import Foundation
import ParasolClient

/// All that is measured of a cluster of separate processes.
struct WireReport: Codable {
    let proxies: Int
    let threshold: Int
    let recordBytes: Int
    let openings: [OpeningFigure]
    let trails: TrailFigure
    /// With one record a request, and with several.
    let transforms: [TransformFigure]
    let transfers: TransferFigure?
}

/// Measures a cluster that `Scripts/cluster up` made, from this process as all of its clients.
struct WireRun {
    /// The cluster's folder.
    let folder: String
    let duration: Duration
    let doctorCounts: [Int]

    private static let threshold = 2
    /// How many requests for how many records each.
    private static let transformRuns: [(requests: Int, records: Int)] = [(500, 1), (250, 16), (150, 64)]
    private static let inFlight = 32
    /// How many doctors open while trails are read, where there are as many.
    private static let doctorsBesideTrails = 10

    func run() async throws -> WireReport {
        let deployment = try await WireDeployment(
            folder: folder, doctorCount: doctorCounts.max() ?? 1, threshold: Self.threshold,
            recordCount: Self.transformRuns.map(\.records).max() ?? 1)
        let openings = WireOpenings(deployment: deployment)
        var figures: [OpeningFigure] = []
        for count in doctorCounts { figures.append(try await openings.run(doctorCount: count, for: duration)) }
        let trails = try await WireTrails(deployment: deployment).run(
            doctorCount: min(Self.doctorsBesideTrails, doctorCounts.max() ?? 1), for: duration)
        let bare = try WireTransforms.bareScheme()
        let proxy = WireTransforms(deployment: deployment, proxyProcess: proxyProcess())
        var transforms: [TransformFigure] = []
        for run in Self.transformRuns {
            transforms.append(
                try await proxy.run(count: run.requests, of: run.records, inFlight: Self.inFlight, bare: bare))
        }
        let transfers = try await WireTransfers(deployment: deployment, clusterFolder: folder).run(mebibytes: 64)
        let report = WireReport(
            proxies: deployment.network.proxies.count, threshold: Self.threshold,
            recordBytes: deployment.files.files.reduce(0) { $0 + $1.bytes.count }, openings: figures, trails: trails,
            transforms: transforms, transfers: transfers)
        await deployment.close()
        return report
    }

    private func proxyProcess() -> Int32? {
        (try? String(contentsOfFile: folder + "/proxy-1/pid", encoding: .utf8))
            .flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
}

extension WireReport: CustomStringConvertible {
    var description: String {
        var lines = openings.map { "\($0)" }
        lines.append("\(trails)")
        lines += transforms.map {
            String(
                format:
                    "one proxy, %d a request: %.1f transforms/s, %.0f µs of a core each; of %d cores' bare scheme %.3f (re-encryption "
                    + "alone, %.0f a core and second) and %.3f (from bytes to bytes, %.0f)",
                $0.recordsPerRequest, $0.perSecond, $0.proxyProcessorUs ?? .nan, $0.cores, $0.ofReencryption,
                $0.bare.reencryptionsPerCoreSecond, $0.ofTransformation, $0.bare.transformationsPerCoreSecond)
        }
        if let transfers {
            lines.append(
                String(
                    format: "%d MiB: vault up %.1f, down %.1f MB/s; plain up %.1f, down %.1f MB/s", transfers.mebibytes,
                    transfers.vaultUpMbPerSecond, transfers.vaultDownMbPerSecond, transfers.plainUpMbPerSecond,
                    transfers.plainDownMbPerSecond))
        }
        return lines.joined(separator: "\n")
    }
}

extension OpeningFigure: CustomStringConvertible {
    var description: String {
        String(
            format:
                "%d doctors: %.1f openings/s; opened p50 %.1f ms, p99 %.1f ms, max %.1f ms; on the ledger p50 %.1f ms, p99 %.1f ms, "
                + "max %.1f ms, of %d", doctors, perSecond, opened.p50Ms, opened.p99Ms, opened.maximumMs, logged.p50Ms,
            logged.p99Ms, logged.maximumMs, openings)
    }
}

extension TrailFigure: CustomStringConvertible {
    var description: String {
        "beside a trail that is read all the time, " + "\(openings)\n"
            + String(
                format: "that trail, a page of %d leaves: p50 %.1f ms, p99 %.1f ms, max %.1f ms, of %d", leavesOfPage,
                read.p50Ms, read.p99Ms, read.maximumMs, pages)
    }
}
