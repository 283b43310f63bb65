import DurableFiles
import Foundation
import ParasolClient

/// All that is measured of a cluster of separate processes.
struct WireReport: Codable {
    let proxies: Int
    let threshold: Int
    let recordBytes: Int
    let openings: [OpeningFigure]
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

    func run() async throws -> WireReport {
        let deployment = try await WireDeployment(
            folder: folder, doctorCount: doctorCounts.max() ?? 1, threshold: Self.threshold,
            recordCount: Self.transformRuns.map(\.records).max() ?? 1)
        let openings = WireOpenings(deployment: deployment)
        var figures: [OpeningFigure] = []
        for count in doctorCounts { figures.append(try await openings.run(doctorCount: count, for: duration)) }
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
            recordBytes: deployment.files.files.reduce(0) { $0 + $1.bytes.count }, openings: figures,
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
        var lines = openings.map {
            String(
                format:
                    "%d doctors: %.1f openings/s; opened p50 %.1f ms, p99 %.1f ms, max %.1f ms; on the ledger p50 %.1f ms, p99 %.1f ms, "
                    + "max %.1f ms, of %d", $0.doctors, $0.perSecond, $0.opened.p50Ms, $0.opened.p99Ms,
                $0.opened.maximumMs,
                $0.logged.p50Ms, $0.logged.p99Ms, $0.logged.maximumMs, $0.openings)
        }
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
