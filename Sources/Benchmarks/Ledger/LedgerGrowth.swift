import LedgerNode
import ParasolClient
import ServiceProtocols
import SharingContracts

/// What a ledger costs as it grows: submits folder after folder, and looks at it at the sizes asked for.
struct LedgerGrowth {
    /// Ascending numbers of entries.
    let sizes: [Int]

    /// Proofs timed at each size.
    private static let proofs = 200

    /// - Parameter note: Told of each size when it is reached.
    func run(_ note: (GrowthFigure) -> Void = { _ in }) async throws -> [GrowthFigure] {
        let clock = ContinuousClock()
        let deployed = try await LedgerUnderLoad(witnesses: .elsewhere)
        let ledger = deployed.ledger
        var figures: [GrowthFigure] = []
        var known: [TransactionID] = []
        var folders = 0
        for size in sizes {
            var appended = 0
            var seconds = 0.0
            while await ledger.committedSize < UInt64(size) {
                let missing = size - Int(await ledger.committedSize)
                let count = min(LedgerLoad.folders, missing / FolderStory.length + 1)
                let stories = try await FolderStory.many(folders..<folders + count, in: deployed.hospital)
                folders += count
                seconds += try await clock.measure { try await Self.submit(stories, to: ledger) } / .seconds(1)
                appended += count * FolderStory.length
                known.append(contentsOf: stories.prefix(4).flatMap { $0.transactions.map(\.id) })
            }
            let proof = try await Self.proofMedian(of: known, in: ledger)
            var figure = GrowthFigure(
                entries: Int(await ledger.committedSize), appendedPerSecond: Double(appended) / seconds,
                appendUs: seconds / Double(appended) * 1e6, proofUs: proof.microseconds, proofBytes: proof.bytes,
                residentMib: try ProcessUsage.residentMebibytes())
            // Of the largest only: the audit's own memory would be counted with the next one's.
            if size == sizes.last {
                figure.auditSeconds = try await Self.auditSeconds(of: deployed)
                figure.mirror = try await MirrorFigure.measure(deployed)
            }
            figures.append(figure)
            note(figure)
        }
        await deployed.close()
        return figures
    }

    /// Re-executes all of the published log, as `parasol audit verify` does.
    private static func auditSeconds(of deployed: LedgerUnderLoad) async throws -> Double {
        // Whatever is not final yet is not published either.
        _ = try await deployed.ledger.checkpoint()
        let size = await deployed.ledger.committedSize
        let clock = ContinuousClock()
        let start = clock.now
        let report = try await Auditor(trust: deployed.trust).audit(deployed.log)
        let seconds = start.duration(to: clock.now) / .seconds(1)
        try expect(report.size == size, "\(report.size) leaves of \(size) are published")
        return seconds
    }

    /// Each folder's story in order, all folders at once.
    private static func submit(_ stories: [FolderStory], to ledger: LedgerNode) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for story in stories {
                group.addTask {
                    for transaction in story.transactions { try await ledger.submitUntilFinal(transaction.bytes) }
                }
            }
        }
    }

    /// The median time of fetching a receipt, inclusion proof included, and its longest proof in bytes.
    private static func proofMedian(
        of known: [TransactionID], in ledger: LedgerNode
    ) async throws -> (microseconds: Double, bytes: Int) {
        let clock = ContinuousClock()
        var times: [Double] = []
        var bytes = 0
        for number in 0..<proofs {
            let id = known[number * 7_919 % known.count]
            let start = clock.now
            guard let receipt = try await ledger.receipt(of: id) else {
                throw WrongResult(description: "transaction \(id) is final and has no receipt")
            }
            times.append(start.duration(to: clock.now) / .microseconds(1))
            bytes = max(bytes, receipt.proof.count)
        }
        return (times.sorted()[times.count / 2], bytes)
    }
}

/// What a ledger of one size costs.
struct GrowthFigure: Codable {
    let entries: Int
    /// Receipts a second while it grew from the size before, with ``LedgerLoad/folders`` submissions in flight.
    let appendedPerSecond: Double
    /// The reciprocal: what one more leaf costs, in microseconds.
    let appendUs: Double
    /// Fetching the receipt of any leaf, inclusion proof and all, the median in microseconds.
    let proofUs: Double
    /// The longest such proof, with its checkpoint.
    let proofBytes: Int
    /// Memory of the whole process, the load generator's included, in MiB.
    let residentMib: Double
    /// Of auditing all of it; nil for all but the largest size.
    var auditSeconds: Double?
    /// As ``auditSeconds``.
    var mirror: MirrorFigure?
}
