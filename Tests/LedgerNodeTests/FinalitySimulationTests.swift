import Foundation
import TestKit
import Testing

@testable import LedgerNode

/// Real nodes on simulated networks and clocks, thousands of schedules where asked for.
///
/// `PARASOL_FINALITY_SCHEDULES=5000` runs that many in place of a sample, `PARASOL_FINALITY_FIRST_SEED=100000` others than
/// usual, `PARASOL_FINALITY_SEED=17` exactly one, with its trace.
@Suite(.serialized) struct FinalitySimulationTests {
    private static func environment(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    private static func seeds(sample: UInt64) -> [UInt64] {
        if let seed = environment("PARASOL_FINALITY_SEED") { return [seed] }
        let first = environment("PARASOL_FINALITY_FIRST_SEED") ?? 1
        return Array(first..<first + (environment("PARASOL_FINALITY_SCHEDULES") ?? sample))
    }

    /// Runs schedules, several at once since each waits for its disk, until one fails.
    private func firstFailure(
        _ seeds: [UInt64], _ parties: FinalityParties,
        _ options: @escaping @Sendable (UInt64) -> FinalitySimulation.Options
    ) async throws -> FinalityFailure? {
        try await withThrowingTaskGroup(of: FinalityFailure?.self) { group in
            var next = seeds.makeIterator()
            var failures: [FinalityFailure] = []
            func start() {
                guard failures.isEmpty, let seed = next.next() else { return }
                group.addTask { try await Self.failure(of: seed, parties, options(seed), isTraced: seeds.count == 1) }
            }
            for _ in 0..<4 { start() }
            while let outcome = try await group.next() {
                if let outcome { failures.append(outcome) }
                start()
            }
            return failures.min { $0.seed < $1.seed }
        }
    }

    @concurrent private static func failure(
        of seed: UInt64, _ parties: FinalityParties, _ options: FinalitySimulation.Options, isTraced: Bool
    ) async throws -> FinalityFailure? {
        let simulation = try await FinalitySimulation(seed: seed, parties: parties, options: options)
        do { try await simulation.run() } catch let failure as FinalityFailure { return failure }
        if isTraced { print(simulation.trace.joined(separator: "\n")) }
        return nil
    }

    @Test func noScheduleMakesTwoConflictingCheckpointsFinalOrLosesAReceipt() async throws {
        let seeds = Self.seeds(sample: 24)
        let start = ContinuousClock.now
        let failure = try await firstFailure(seeds, try FinalityParties()) { seed in
            FinalitySimulation.Options(
                characters: [.honest, .liar, .honest, seed.isMultiple(of: 2) ? .dead : .honest])
        }
        print("\(seeds.count) schedules with forks in \(ContinuousClock.now - start)")
        if let failure { Issue.record("\(failure)") }
    }

    @Test func whereNobodyForksNoScheduleLocksAWitnessOut() async throws {
        let seeds = Self.seeds(sample: 8)
        let failure = try await firstFailure(seeds, try FinalityParties()) { _ in
            FinalitySimulation.Options(characters: [.honest, .liar, .honest, .dead], forks: false)
        }
        if let failure { Issue.record("\(failure)") }
    }

    /// Otherwise the schedules above would prove nothing.
    @Test func aWitnessThatForgetsWhatItCosignedIsFoundAndItsSeedReplays() async throws {
        let parties = try FinalityParties()
        let options = FinalitySimulation.Options(characters: [.forgetful, .liar, .forgetful, .dead])
        let found = try #require(try await firstFailure(Array(1...400), parties) { _ in options })
        #expect(found.reason.contains("conflict"))
        let again = try #require(try await firstFailure([found.seed], parties) { _ in options })
        #expect(again.reason == found.reason)
        #expect(again.trace == found.trace)
    }
}
