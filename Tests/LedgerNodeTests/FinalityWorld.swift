import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import TransparencyLog

@testable import LedgerNode

/// What stays the same in all schedules: keys, the policy that any three of four must cosign, transactions to submit.
struct FinalityParties: Sendable {
    let log: NoteSigner
    let witnesses: [NoteSigner]
    let policyText: String
    let policy: TrustPolicy
    /// A founding, then enrolments, which are valid in any order.
    let transactions: [SignedTransaction]

    init() throws {
        var generator = SeededGenerator(seed: 21)
        log = try NoteSigner(
            name: KeyName("ledger.parasol.test"), algorithm: .ed25519, seed: .random(count: 32, using: &generator))
        witnesses = try (0..<4).map { number in
            try NoteSigner(
                name: KeyName("w\(number).witness.test"), algorithm: .cosignatureV1,
                seed: .random(count: 32, using: &generator))
        }
        var text = "log \(log.verifierKey)\n"
        for (number, witness) in witnesses.enumerated() { text += "witness w\(number) \(witness.verifierKey)\n" }
        policyText = text + "group three 3 w0 w1 w2 w3\nquorum three\n"
        policy = try TrustPolicy(text: Array(policyText.utf8))
        transactions = try SharingScenario(origin: "ledger.parasol.test", seed: 21, witnessPolicy: policyText)
            .entries.map(\.signedTransaction)
    }
}

/// What broke, and the way there.
struct FinalityFailure: Error, CustomStringConvertible {
    let seed: UInt64
    let reason: String
    let trace: [String]

    var description: String {
        "seed \(seed): \(reason)\n  " + trace.joined(separator: "\n  ")
            + "\nPARASOL_FINALITY_SEED=\(seed) replays it"
    }
}

/// All cosignatures that ever left a witness, whoever got them.
struct CosignaturePool {
    private var lines: [[UInt8]: [NoteSignature]] = [:]
    private var final: Set<[UInt8]> = []
    private let policy: TrustPolicy
    /// Every checkpoint that somebody can show to be final.
    private(set) var finalCheckpoints: [Checkpoint] = []

    init(policy: TrustPolicy) { self.policy = policy }

    mutating func add(_ answer: [UInt8], to checkpoint: [UInt8]) throws {
        let note = try SignedNote(encoded: checkpoint)
        let line = try NoteSignature(encoded: answer)
        guard !final.contains(note.text) else { return }
        // One line of each witness is enough.
        guard !(lines[note.text] ?? []).contains(where: { $0.name == line.name }) else { return }
        lines[note.text, default: note.signatures].append(line)
        let all = try SignedNote(text: note.text, signatures: lines[note.text] ?? [])
        guard let verified = try? policy.verify(all) else { return }
        final.insert(note.text)
        finalCheckpoints.append(verified.checkpoint)
    }
}

/// One of the four, in whatever condition.
final class SimulatedWitness {
    enum Character {
        case honest
        /// Cosigns whatever it sees, lies about sizes, answers rubbish.
        case liar
        case dead
        /// Its disk does not outlive it. No assumption allows that: to show that the simulation would notice.
        case forgetful
    }

    let character: Character
    let source = FinalitySource()
    let signer: NoteSigner
    private let path: String
    private let log: VerifierKey
    private let clock: ManualClock
    private var node: WitnessNode?
    private var life = 0

    init(_ character: Character, signer: NoteSigner, log: VerifierKey, path: String, clock: ManualClock) async throws {
        self.character = character
        self.signer = signer
        self.log = log
        self.path = path
        self.clock = clock
        try await start()
    }

    private func start() async throws {
        guard character == .honest || character == .forgetful else { return }
        let name = character == .forgetful ? "\(path)-\(life)" : path
        life += 1
        node = try await WitnessNode.open(path: name, signer: signer, log: log, source: source, clock: clock)
    }

    func crash() async throws {
        await node?.close()
        try await start()
    }

    func close() async { await node?.close() }

    /// - Parameter dyingMidway: It is killed as soon as it fetches leaves.
    func receive(
        _ request: SentRequest, leaves: [[UInt8]], dyingMidway: Bool, generator: inout SeededGenerator
    ) async throws(WitnessRefusal) -> [UInt8] {
        guard let node else { return try lie(about: request, &generator) }
        if dyingMidway { source.serve(leaves) { await node.close() } } else { source.serve(leaves) }
        return try await node.addCheckpoint(
            old: request.old, consistencyProof: request.proof, checkpoint: request.checkpoint)
    }

    private func lie(
        about request: SentRequest, _ generator: inout SeededGenerator
    ) throws(WitnessRefusal) -> [UInt8] {
        guard character == .liar else { throw .unavailable("dead") }
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: throw .conflict(size: .random(in: 0...12, using: &generator))
        case 1: return [0xff, 0x0a]
        default: return try cosign(request)
        }
    }

    /// Without looking at anything.
    func cosign(_ request: SentRequest) throws(WitnessRefusal) -> [UInt8] {
        do {
            let note = try SignedNote(encoded: request.checkpoint)
            return try signer.cosign(text: note.text, time: clock.now().milliseconds / 1_000).encoded
        } catch { throw .malformed("\(error)") }
    }
}
