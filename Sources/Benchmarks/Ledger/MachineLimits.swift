import Foundation
import Octets
import Persistence
import ServiceProtocols
import SharingContracts
import TransparencyLog

/// What this machine could do at most of what every transaction costs, with nothing else to do.
struct MachineLimits: Codable {
    let cores: Int
    /// Transactions a second whose signatures all cores together can verify, from the received bytes.
    let verifiedPerSecond: Double
    /// Leaves a second that SQLite makes durable, at full fsync.
    let committedPerSecond: Double
    /// Leaves in one commit of that: as many as the ledger had under the same load.
    let leavesPerCommit: Int

    /// The tighter of both.
    var tighterPerSecond: Double { min(verifiedPerSecond, committedPerSecond) }

    /// - Parameter leavesPerCommit: See ``leavesPerCommit``.
    static func measure(
        _ transactions: [LoadTransaction], leavesPerCommit: Int, for duration: Duration
    ) async throws -> MachineLimits {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let verified = try await verification(transactions, cores: cores, for: duration)
        let committed = try await CommitLimit(transactions, leavesPerCommit: leavesPerCommit).measure(for: duration)
        return MachineLimits(
            cores: cores, verifiedPerSecond: verified, committedPerSecond: committed, leavesPerCommit: leavesPerCommit)
    }

    /// The higher figures of two measurements: a slow spell of the machine, which other programs make, is not its limit.
    func best(with other: MachineLimits?) -> MachineLimits {
        guard let other else { return self }
        return MachineLimits(
            cores: cores, verifiedPerSecond: max(verifiedPerSecond, other.verifiedPerSecond),
            committedPerSecond: max(committedPerSecond, other.committedPerSecond), leavesPerCommit: leavesPerCommit)
    }

    /// Decodes and verifies the same transactions over and over, on every core.
    private static func verification(
        _ transactions: [LoadTransaction], cores: Int, for duration: Duration
    ) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let end = start.advanced(by: duration)
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for core in 0..<cores {
                group.addTask {
                    var count = 0
                    var next = core
                    while clock.now < end {
                        let transaction = transactions[next % transactions.count]
                        blackHole(
                            try VerifiedSignatures(
                                verifying: SignedTransaction(serialized: transaction.bytes),
                                origin: LedgerUnderLoad.origin, against: transaction.required))
                        next += cores
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(count) / (start.duration(to: clock.now) / .seconds(1))
    }
}

/// A ledger's rows without a ledger: leaves and heads of the same sizes, made beforehand and checked by nobody, in
/// transactions of a fixed number of leaves.
private struct CommitLimit {
    /// One commit's worth of leaves.
    private struct Batch {
        var leaves: [(id: [UInt8], leaf: [UInt8])] = []
    }

    /// The tables of a ledger's database that grow with each commit.
    private static let schema = Schema(
        applicationID: 0x5042_4331,  // "PBC1"
        migrations: [
            Migration(
                "1 rows",
                sql: """
                    CREATE TABLE staged (
                        position INTEGER PRIMARY KEY CHECK (position >= 0),
                        transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
                        leaf BLOB NOT NULL CHECK (length(leaf) <= 65535)
                    ) STRICT;
                    CREATE TABLE head (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        note BLOB NOT NULL
                    ) STRICT;
                    """)
        ])
    private static let note = [UInt8](repeating: 0x5a, count: 256)

    private var batches: [Batch] = []
    private let leavesPerCommit: Int

    init(_ transactions: [LoadTransaction], leavesPerCommit: Int) throws {
        self.leavesPerCommit = leavesPerCommit
        // Identifiers must differ from each other for as long as the measurement takes.
        var generator = SystemRandomNumberGenerator()
        for start in stride(from: 0, to: 50_000, by: leavesPerCommit) {
            var batch = Batch()
            for number in start..<start + leavesPerCommit {
                let transaction = transactions[number % transactions.count]
                let leaf = try LedgerEntry(
                    sequencedAt: SystemClock().now(), SignedTransaction(serialized: transaction.bytes)
                ).serialized
                batch.leaves.append((TransactionID.random(using: &generator).bytes, leaf))
            }
            batches.append(batch)
        }
    }

    /// Leaves a second, until time or the leaves that were made are over.
    func measure(for duration: Duration) async throws -> Double {
        let folder = try TemporaryFolder()
        let store = try Store(path: folder.path("limit.sqlite"), schema: Self.schema)
        let clock = ContinuousClock()
        let start = clock.now
        let end = start.advanced(by: duration)
        var committed = 0
        for batch in batches where clock.now < end {
            try await store.write { [committed] in try Self.insert(batch, from: committed, into: $0) }
            committed += leavesPerCommit
        }
        let seconds = start.duration(to: clock.now) / .seconds(1)
        try store.close()
        return Double(committed) / seconds
    }

    private static func insert(_ batch: Batch, from start: Int, into transaction: StoreTransaction) throws {
        try transaction.insert(
            "INSERT INTO staged (position, transaction_id, leaf)",
            batch.leaves.enumerated().map { [.integer(Int64(start + $0)), .blob($1.id), .blob($1.leaf)] })
        try transaction.execute(
            "INSERT INTO head (id, note) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET note = excluded.note",
            [.blob(note)])
    }
}
