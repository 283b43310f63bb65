import ServiceProtocols

/// Throughput and latency of a ledger, beside what the machine could do at most.
struct LedgerLoad {
    /// Folders in flight where nobody says how many: as many transactions can be on their way at once.
    static let folders = 1_024
    /// What a fresh folder must be there for, generously: transactions a second that no machine of today sustains here.
    private static let ampleRate = 12_000.0
    static let rates = [1.0, 100, 1_000]

    /// How long each load lasts.
    let duration: Duration
    /// To see one alone.
    let places: [WitnessPlace]
    /// Folders in flight, and so how many wait for a receipt at saturation.
    let submitters: Int

    func run() async throws -> LedgerLoadReport {
        var deployments: [LedgerLoadReport.Deployment] = []
        var limits: MachineLimits?
        var leavesPerCommit: Int?
        for place in places {
            let deployed = try await LedgerUnderLoad(witnesses: place)
            let (pool, sample) = try await prepared(deployed)
            let run = LoadRun(ledger: deployed.ledger, pool: pool)
            var loads: [LoadFigure] = []
            for rate in Self.rates { loads.append(try await run.arrivals(perSecond: rate, for: duration)) }
            let saturated = try await run.saturation(inFlight: submitters, for: duration)
            loads.append(saturated)
            deployments.append(.init(witnesses: place, loads: loads))
            await deployed.close()
            // Between the loads, so that the machine is the same; in batches as large as the first one's.
            let batch = leavesPerCommit ?? max(1, Int(saturated.leavesPerCommit.rounded()))
            leavesPerCommit = batch
            limits = try await MachineLimits.measure(sample, leavesPerCommit: batch, for: duration / 4)
                .best(with: limits)
        }
        guard let limits else { throw WrongResult(description: "no place for the witnesses was named") }
        return LedgerLoadReport(limits: limits, deployments: deployments)
    }

    /// A pool whose folders are spread evenly over their stories, each up to its place on the ledger; and the transactions of some.
    private func prepared(_ deployed: LedgerUnderLoad) async throws -> (FolderPool, [LoadTransaction]) {
        let seconds = duration / .seconds(1)
        let total = seconds * (Self.rates.reduce(0, +) + Self.ampleRate)
        let fresh = Int(total / Double(FolderStory.length)) + 16
        let stories = try await FolderStory.many(0..<submitters + fresh, in: deployed.hospital)
        // The length is prime, so that neighbours stand at places far apart and every place is taken.
        let begun = stories.prefix(submitters).enumerated().map { number, story in
            (story: story, position: number * 17 % FolderStory.length)
        }
        let ledger = deployed.ledger
        try await withThrowingDiscardingTaskGroup { group in
            for (story, position) in begun {
                group.addTask {
                    for transaction in story.transactions.prefix(position) {
                        try await ledger.submitUntilFinal(transaction.bytes)
                    }
                }
            }
        }
        let sample = stories.suffix(100).flatMap(\.transactions)
        return (FolderPool(begun: begun, fresh: Array(stories.dropFirst(submitters))), sample)
    }
}

/// What ``LedgerLoad`` measured.
struct LedgerLoadReport: Codable {
    struct Deployment: Codable {
        let witnesses: WitnessPlace
        /// At each of ``LedgerLoad/rates``, then at saturation.
        let loads: [LoadFigure]
    }

    let limits: MachineLimits
    let deployments: [Deployment]
}
