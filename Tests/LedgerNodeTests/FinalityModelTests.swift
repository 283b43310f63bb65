import Octets
import ServiceProtocols
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

/// With four witnesses and a quorum of three no two final checkpoints conflict, whatever a forking log, one liar, one dead
/// witness, lost, late and repeated messages and crashes do: every state of a small world is looked at.
@Suite struct FinalityModelTests {
    private static let forks = [["a1", "a2", "a3"], ["b1", "b2", "b3"]]
    private static let lateFork = [["c1", "a2", "a3", "a4"], ["c1", "b2", "b3"]]

    private func explore(
        _ histories: [[String]], quorum: Int = 3, honest: Int = 2, liars: Int = 1, flaw: WitnessFlaw = .none,
        requestsAtOnce: Int = 1
    ) throws -> FinalityExploration.Outcome {
        var generator = SeededGenerator(seed: 11)
        let log = try NoteSigner(
            name: KeyName("ledger.parasol.test"), algorithm: .ed25519, seed: .random(count: 32, using: &generator))
        let witnesses = try (0..<4).map { number in
            try NoteSigner(
                name: KeyName("w\(number).witness.test"), algorithm: .cosignatureV1,
                seed: .random(count: 32, using: &generator))
        }
        let policy = try TrustPolicy(
            log: log.verifierKey, witnesses: witnesses.map(\.verifierKey), threshold: quorum)
        let trees = try ForkedTrees(histories, log: log)
        let exploration = FinalityExploration(
            trees: trees,
            graph: try WitnessGraph(trees, witness: witnesses[0], flaw: flaw, requestsAtOnce: requestsAtOnce),
            finality: try FinalityTable(trees, policy: policy, witnesses: witnesses), honest: honest, liars: liars)
        return exploration.run()
    }

    /// The fourth is dead: it may as well never have been asked.
    @Test(arguments: [forks, lateFork])
    func oneLiarAndOneDeadWitnessMakeNoTwoForksFinal(histories: [[String]]) throws {
        let outcome = try explore(histories)
        print("explored \(outcome.states) states of two honest witnesses, a liar and a dead one")
        #expect(outcome.schedule == nil)
        #expect(outcome.states > 1_000)
    }

    @Test func threeHonestWitnessesAndALiarMakeNoTwoForksFinal() throws {
        let outcome = try explore(Self.forks.map { Array($0[..<2]) }, honest: 3)
        print("explored \(outcome.states) states of three honest witnesses and a liar")
        #expect(outcome.schedule == nil)
        #expect(outcome.states > 1_000)
    }

    /// More than the actor lets happen: what it compares when it stores is enough.
    @Test func requestsThatOverlapInOneWitnessMakeNoTwoForksFinal() throws {
        let outcome = try explore(Self.forks.map { Array($0[..<2]) }, requestsAtOnce: 2)
        print("explored \(outcome.states) states of two honest witnesses with overlapping requests")
        #expect(outcome.schedule == nil)
    }

    @Test(arguments: [
        ("two liars", 3, 2, WitnessFlaw.none, 1, 7),
        ("a quorum of two", 2, 1, .none, 1, 7),
        ("answers before it stores", 3, 1, .answersBeforeStoring, 1, 11),
        ("forgets at a crash", 3, 1, .forgetsAtCrash, 1, 15),
        ("compares nothing", 3, 1, .comparesNothing, 2, 13),
    ])
    func whatBreaksTheAssumptionsIsFoundByTheShortestSchedule(
        name: String, quorum: Int, liars: Int, flaw: WitnessFlaw, requestsAtOnce: Int, steps: Int
    ) throws {
        let outcome = try explore(
            Self.forks.map { Array($0[..<1]) }, quorum: quorum, liars: liars, flaw: flaw,
            requestsAtOnce: requestsAtOnce)
        let schedule = try #require(outcome.schedule)
        print("\(name), after \(outcome.states) states:\n  " + schedule.joined(separator: "\n  "))
        #expect(schedule.count == steps)
        #expect(schedule.last == "[a1] and [b1] are both final" || schedule.last == "[b1] and [a1] are both final")
    }
}
