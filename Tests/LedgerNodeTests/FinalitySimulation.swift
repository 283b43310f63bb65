import Octets
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import TransparencyLog

@testable import LedgerNode

/// One schedule of a real ledger node, two real witnesses with their databases, a liar, and a fourth that is dead or honest,
/// on a network and clocks of the seed's making, against an operator who holds the log's key and forks it.
///
/// One task drives all of it, step by step, so that a seed gives the same schedule again.
final class FinalitySimulation {
    struct Options: Sendable {
        var characters: [SimulatedWitness.Character]
        var forks = true
        var operations = 10
    }

    enum Event {
        /// The leaves are the ledger's where none are given. `life` is that of the ledger in which it waits for an answer.
        case request(witness: Int, SentRequest, leaves: [[UInt8]]?, life: Int?)
        case reply(witness: Int, SentRequest, FinalityNetwork.Reply, life: Int)
        case fork(witness: Int)
        case witnessCrash(Int)
        case ledgerCrash
    }

    let seed: UInt64
    let parties: FinalityParties
    let options: Options
    var generator: SeededGenerator
    let folder: TemporaryFolder
    /// The ledger's first, then the witnesses', each somewhat off.
    let clocks: [ManualClock]
    var now: UInt64 = 0
    var queue: [(at: UInt64, number: Int, event: Event)] = []
    var scheduled = 0
    var trace: [String] = []

    var ledger: LedgerNode
    var network = FinalityNetwork()
    /// How often the ledger was started.
    var life = 0
    var isLedgerDown = false
    var witnesses: [SimulatedWitness] = []
    var pool: CosignaturePool
    var honest: [[UInt8]] = []
    var forks: [ForgedLog] = []
    /// Everything that was ever sent, to be sent again.
    var sent: [(witness: Int, request: SentRequest, leaves: [[UInt8]]?)] = []
    /// By transaction.
    var receipts: [Int: Receipt] = [:]
    /// Of the open round.
    var cosigners: Set<VerifierKey> = []
    var askedAgain: Set<Int> = []
    let lossPercent: Int
    /// Nothing goes wrong any more.
    var isCalm = false
    /// How many final checkpoints have been compared.
    var checkedFinal = 0

    init(seed: UInt64, parties: FinalityParties, options: Options) async throws {
        self.seed = seed
        self.parties = parties
        self.options = options
        var generator = SeededGenerator(seed: seed)
        lossPercent = [0, 5, 25][Int.random(in: 0..<3, using: &generator)]
        clocks = (0...4).map { _ in
            ManualClock(milliseconds: 1_772_366_400_000 + .random(in: 0...8_000, using: &generator))
        }
        folder = try TemporaryFolder()
        pool = CosignaturePool(policy: parties.policy)
        ledger = try await Self.open(parties, folder, clocks[0], network)
        for (number, character) in options.characters.enumerated() {
            witnesses.append(
                try await SimulatedWitness(
                    character, signer: parties.witnesses[number], log: parties.log.verifierKey,
                    path: folder.path("witness-\(number).sqlite"), clock: clocks[number + 1]))
        }
        self.generator = generator
    }

    private static func open(
        _ parties: FinalityParties, _ folder: TemporaryFolder, _ clock: ManualClock, _ network: FinalityNetwork
    ) async throws -> LedgerNode {
        var configuration = try LedgerConfiguration(signer: parties.log, policyText: parties.policyText)
        configuration.roundDeadline = { await network.waitForDeadline() }
        let ledger = try await LedgerNode.open(
            path: folder.path("ledger.sqlite"), configuration: configuration, clock: clock)
        try await ledger.connect(
            parties.witnesses.enumerated().map {
                WitnessEndpoint(key: $1.verifierKey, witness: FinalityPort(lane: $0, network: network))
            })
        return ledger
    }

    // MARK: Chance

    func chance(_ percent: Int) -> Bool { !isCalm && Int.random(in: 0..<100, using: &generator) < percent }

    func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &generator) }

    func note(_ line: String) { trace.append("\(now) ms: \(line)") }

    func schedule(in milliseconds: UInt64, _ event: Event) {
        scheduled += 1
        queue.append((now + milliseconds, scheduled, event))
        queue.sort { ($0.at, $0.number) < ($1.at, $1.number) }
    }

    func advance(to time: UInt64) {
        guard time > now else { return }
        for clock in clocks { clock.advance(milliseconds: time - now) }
        now = time
    }

    /// A message's way: mostly fast, sometimes longer than a round, sometimes longer than clocks may differ.
    func delay() -> UInt64 {
        if isCalm { return 1 }
        return switch Int.random(in: 0..<20, using: &generator) {
        case 0: .random(in: 60_000...120_000, using: &generator)
        case 1: .random(in: 10_000...30_000, using: &generator)
        default: .random(in: 1...2_000, using: &generator)
        }
    }

    // MARK: Running

    func run() async throws {
        do {
            for _ in 0..<options.operations {
                try await disturb()
                try await pass(.random(in: 0...(chance(15) ? 70_000 : 3_000), using: &generator))
                try await operate()
                try checkFinality()
            }
            try await pass(130_000)
            try checkFinality()
            try await checkReceipts()
            if !options.forks { try await demandProgress() }
        } catch {
            await close()
            throw error as? FinalityFailure ?? FinalityFailure(seed: seed, reason: "\(error)", trace: trace)
        }
        await close()
    }

    func fail(_ reason: String) -> FinalityFailure { FinalityFailure(seed: seed, reason: reason, trace: trace) }

    private func close() async {
        network.cut()
        await ledger.close()
        for witness in witnesses { await witness.close() }
    }

    private func disturb() async throws {
        if options.forks, chance(50) {
            for witness in witnesses.indices where chance(70) {
                schedule(in: .random(in: 0...5_000, using: &generator), .fork(witness: witness))
            }
        }
        if chance(20) { schedule(in: .random(in: 0...5_000, using: &generator), .ledgerCrash) }
        for witness in witnesses.indices where chance(20) {
            schedule(in: .random(in: 0...5_000, using: &generator), .witnessCrash(witness))
        }
        if let old = pick(sent), chance(30) {
            schedule(in: delay(), .request(witness: old.witness, old.request, leaves: old.leaves, life: nil))
        }
    }

    /// Lets time pass without the ledger being asked for anything.
    private func pass(_ milliseconds: UInt64) async throws {
        let end = now + milliseconds
        while let first = queue.first, first.at <= end {
            queue.removeFirst()
            advance(to: first.at)
            try await process(first.event)
            if isLedgerDown { try await restartLedger() }
        }
        advance(to: end)
    }

    private func operate() async throws {
        let known = receipts.count
        let number = chance(75) ? known : Int.random(in: 0...known, using: &generator)
        let index = min(number, parties.transactions.count - 1)
        let transaction = parties.transactions[index]
        switch Int.random(in: 0..<10, using: &generator) {
        case 0:
            note("somebody asks for the newest checkpoint")
            _ = try await perform { ledger in try await ledger.checkpoint() }
        case 1:
            note("somebody asks for the receipt of \(index)")
            try learn(await perform { ledger in try await ledger.receipt(of: transaction.id) } ?? nil, of: index)
        default:
            note("somebody submits \(index)")
            try learn(await perform { ledger in try await ledger.submit(transaction.serialized) }, of: index)
        }
    }

    /// A receipt is valid, and the same for ever.
    func learn(_ receipt: Receipt?, of transaction: Int) throws {
        guard let receipt else { return }
        note("transaction \(transaction) is final")
        if let known = receipts[transaction], known != receipt { throw fail("the receipt of \(transaction) changed") }
        receipts[transaction] = receipt
        let proof = try LogProof(encoded: receipt.proof)
        let verified = try proof.verify(leafHash: MerkleTree.leafHash(of: receipt.entry), policy: parties.policy)
        let entry = try LedgerEntry(serialized: receipt.entry)
        guard entry.signedTransaction == parties.transactions[transaction] else {
            throw fail("the receipt of \(transaction) is another's")
        }
        guard roots(of: honest)[Int(verified.checkpoint.size)] == verified.checkpoint.root else {
            throw fail("the receipt of \(transaction) is not of the ledger's own tree")
        }
    }

    /// Asks the ledger for something, and plays the network until it has answered.
    ///
    /// - Returns: The answer; nil for an error.
    func perform<Answer: Sendable>(
        _ operation: @escaping @Sendable (LedgerNode) async throws -> Answer
    ) async throws -> Answer? {
        let slot = FinalityAnswer<Answer>()
        let ledger = ledger
        Task {
            do { slot.fill(.success(try await operation(ledger))) } catch { slot.fill(.failure(error)) }
        }
        while true {
            await until { slot.isFilled || (!isLedgerDown && network.isRoundOpen(lanes: 4)) }
            if slot.isFilled { break }
            try await round()
        }
        if isLedgerDown { try await restartLedger() } else { try await refresh() }
        do { return try slot.answer?.get() } catch {
            note("answered: " + ("\(error)".split(separator: ":").first ?? ""))
            return nil
        }
    }

    /// Reads what the ledger has committed beyond what is known: its leaves never change.
    func refresh() async throws {
        let size = await ledger.committedSize
        guard size > UInt64(honest.count) else { return }
        honest += try await ledger.entries(from: UInt64(honest.count), to: size)
    }

    func restartLedger() async throws {
        isLedgerDown = false
        life += 1
        network = FinalityNetwork()
        ledger = try await Self.open(parties, folder, clocks[0], network)
        try await refresh()
    }
}

/// Where one answer of the ledger arrives.
final class FinalityAnswer<Answer: Sendable>: Sendable {
    private let slot = Mutex<Result<Answer, any Error>?>(nil)

    var answer: Result<Answer, any Error>? { slot.withLock { $0 } }
    var isFilled: Bool { answer != nil }

    func fill(_ answer: Result<Answer, any Error>) { slot.withLock { $0 = answer } }
}
