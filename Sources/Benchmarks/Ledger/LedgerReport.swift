import Foundation

/// All that was measured of ledgers.
struct LedgerReport: Codable {
    let load: LedgerLoadReport?
    let growth: [GrowthFigure]
}

extension LedgerLoadReport: CustomStringConvertible {
    var description: String {
        let limit = String(
            format: "limits: %.0f transactions/s verified on %d cores, %.0f leaves/s committed in batches of %d",
            limits.verifiedPerSecond, limits.cores, limits.committedPerSecond, limits.leavesPerCommit)
        let loads = deployments.flatMap { deployment in
            deployment.loads.map { "witnesses \(deployment.witnesses.rawValue): \($0.description)" }
        }
        return (loads + [limit]).joined(separator: "\n")
    }
}

extension LoadFigure: CustomStringConvertible {
    var description: String {
        let offered = offeredPerSecond.map { String(format: "%.0f/s offered", $0) } ?? "saturation"
        return String(
            format: "%@: %.1f receipts/s, p50 %.1f ms, p99 %.1f ms, max %.1f ms of %d; "
                + "%.1f leaves a commit, %.2f cores, %.0f µs of a core each, %d refused",
            offered, answeredPerSecond, p50Ms, p99Ms, maximumMs, answered, leavesPerCommit, busyCores, processorUs,
            refused)
    }
}

extension GrowthFigure: CustomStringConvertible {
    var description: String {
        String(
            format: "%d entries: %.0f µs a leaf (%.0f/s), receipt with proof in %.0f µs (%d bytes), %.0f MiB of memory",
            entries, appendUs, appendedPerSecond, proofUs, proofBytes, residentMib)
            + (auditSeconds.map {
                String(format: "; audited in %.1f s (%.0f leaves/s)", $0, Double(entries) / $0)
            } ?? "") + (mirror.map { "; \($0)" } ?? "")
    }
}
