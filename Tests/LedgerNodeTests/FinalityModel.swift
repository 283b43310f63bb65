import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import TransparencyLog

@testable import LedgerNode

/// A small world of conflicting trees that one log key has signed, and what can be sent of them to a witness.
struct ForkedTrees {
    /// What a witness can be asked: any checkpoint, from any size, with any proof that some tree yields.
    struct Offer: Hashable {
        let tree: Int
        let old: UInt64
        let path: [MerkleHash]
    }

    let checkpoints: [Checkpoint]
    /// The note of each tree with the log's signature.
    let notes: [SignedNote]
    let names: [String]
    let offers: [Offer]
    private let leaves: [[String]]

    /// - Parameter histories: Leaves; every beginning of every history is a tree, equal ones once.
    init(_ histories: [[String]], log: NoteSigner) throws {
        var leaves: [[String]] = []
        for history in histories {
            for size in 1...history.count where !leaves.contains(Array(history[..<size])) {
                leaves.append(Array(history[..<size]))
            }
        }
        self.leaves = leaves
        let forged = try leaves.map { try ForgedLog(signer: log, leaves: $0.map { Array($0.utf8) }) }
        notes = try forged.map { try $0.note() }
        checkpoints = try notes.map { try Checkpoint(text: $0.text) }
        names = leaves.map { $0.joined(separator: ",") }
        var offers: [Offer] = []
        for tree in leaves.indices {
            for old in 0...UInt64(leaves[tree].count) {
                var paths: [[MerkleHash]] = [[]]
                for other in forged where other.leaves.count == leaves[tree].count {
                    paths.append(try other.proof(from: Int(old)).map { try MerkleHash($0) })
                }
                for path in paths where !offers.contains(Offer(tree: tree, old: old, path: path)) {
                    offers.append(Offer(tree: tree, old: old, path: path))
                }
            }
        }
        self.offers = offers
    }

    /// Whether no one log can contain both.
    func conflict(_ first: Int, _ second: Int) -> Bool {
        zip(leaves[first], leaves[second]).contains { $0 != $1 }
    }
}

/// How a witness departs from the rule; to show that the exploration would notice.
enum WitnessFlaw {
    case none
    /// Its cosignature leaves before it is durable.
    case answersBeforeStoring
    /// It stores without looking whether what it cosigned last is still stored.
    case comparesNothing
    /// After a crash it starts from an empty disk.
    case forgetsAtCrash
}

/// All that one witness can do, as a graph: the shipped ``CosigningDecision`` run on every state that can be reached.
struct WitnessGraph {
    /// What one witness has on its disk, in its memory and under way, and what has ever left it.
    struct State: Hashable {
        enum Step: Hashable, Comparable {
            case decided(Int)
            case stored(Int)
        }

        var durable: Int?
        var memory: Int?
        /// Sorted.
        var underWay: [Step] = []
        /// One bit for each tree.
        var answered: UInt32 = 0
    }

    struct Transition {
        let label: String
        let target: Int
    }

    private(set) var states: [State] = []
    private(set) var transitions: [[Transition]] = []
    private var identifiers: [State: Int] = [:]
    private var decisions: [(decision: CosigningDecision, tree: Int)] = []
    private let trees: ForkedTrees
    /// What is stored for each tree once it is cosigned.
    private let cosigned: [CosignedTree]
    private let flaw: WitnessFlaw
    private let requestsAtOnce: Int
    private static let now = Timestamp(milliseconds: 1_000_000)

    /// - Parameter requestsAtOnce: How many requests are under way at once; the actor takes one, which is less.
    init(_ trees: ForkedTrees, witness: NoteSigner, flaw: WitnessFlaw = .none, requestsAtOnce: Int = 1) throws {
        self.trees = trees
        self.flaw = flaw
        self.requestsAtOnce = requestsAtOnce
        cosigned = try zip(trees.notes, trees.checkpoints).map { note, checkpoint in
            let line = try witness.cosign(text: note.text, time: Self.now.milliseconds / 1_000)
            let both = try SignedNote(text: note.text, signatures: note.signatures + [line])
            return CosignedTree(note: both, checkpoint: checkpoint, time: Self.now.milliseconds / 1_000)
        }
        _ = identifier(State())
        var next = 0
        while next < states.count {
            transitions.append(successors(of: states[next]).map { Transition(label: $0, target: identifier($1)) })
            next += 1
        }
    }

    private mutating func identifier(_ state: State) -> Int {
        if let known = identifiers[state] { return known }
        identifiers[state] = states.count
        states.append(state)
        return states.count - 1
    }

    private mutating func successors(of state: State) -> [(String, State)] {
        var found: [(String, State)] = []
        func add(_ label: String, _ target: State) {
            if target != state, !found.contains(where: { $0.1 == target }) { found.append((label, target)) }
        }
        if state.underWay.count < requestsAtOnce {
            for offer in trees.offers {
                guard let decided = decide(offer, state) else { continue }
                var target = state
                target.underWay = (target.underWay + [.decided(decided)]).sorted()
                add("is sent [\(trees.names[offer.tree])] from \(offer.old) and permits it", target)
            }
        }
        for (position, step) in state.underWay.enumerated() {
            var target = state
            target.underWay.remove(at: position)
            switch step {
            case .decided(let decision):
                let tree = decisions[decision].tree
                if store(decision, state) {
                    var target = target
                    target.durable = tree
                    target.underWay = (target.underWay + [.stored(tree)]).sorted()
                    add("stores [\(trees.names[tree])]", target)
                } else {
                    add("cannot store [\(trees.names[tree])] any more", target)
                }
                if flaw == .answersBeforeStoring {
                    var target = state
                    target.answered |= 1 << UInt32(tree)
                    add("answers [\(trees.names[tree])]", target)
                }
            case .stored(let tree):
                target.memory = tree
                target.answered |= 1 << UInt32(tree)
                add("answers [\(trees.names[tree])]", target)
            }
        }
        var crashed = state
        crashed.underWay = []
        if flaw == .forgetsAtCrash { crashed.durable = nil }
        crashed.memory = crashed.durable
        add("crashes and starts again", crashed)
        return found
    }

    private mutating func decide(_ offer: ForkedTrees.Offer, _ state: State) -> Int? {
        guard
            let decision = try? CosigningDecision(
                trees.checkpoints[offer.tree], old: offer.old, path: offer.path,
                after: state.memory.map { cosigned[$0] }, at: Self.now)
        else { return nil }
        if let known = decisions.firstIndex(where: { $0.decision == decision }) { return known }
        decisions.append((decision, offer.tree))
        return decisions.count - 1
    }

    private func store(_ decision: Int, _ state: State) -> Bool {
        guard flaw != .comparesNothing else { return true }
        do {
            try decisions[decision].decision.demandUnchanged(state.durable.map { cosigned[$0].note.encoded })
            return true
        } catch { return false }
    }
}

/// Which trees are final by the real policy, under every set of witnesses that may have cosigned each.
struct FinalityTable {
    /// By tree, then by the set of cosigners as bits.
    private let isFinal: [[Bool]]

    init(_ trees: ForkedTrees, policy: TrustPolicy, witnesses: [NoteSigner]) throws {
        isFinal = try trees.notes.map { note in
            let lines = try witnesses.map { try $0.cosign(text: note.text, time: 1_000) }
            return try (0..<1 << witnesses.count).map { cosigners in
                let chosen = lines.indices.filter { cosigners >> $0 & 1 == 1 }.map { lines[$0] }
                let cosigned = try SignedNote(text: note.text, signatures: note.signatures + chosen)
                return (try? policy.verify(cosigned)) != nil
            }
        }
    }

    func isFinal(_ tree: Int, cosigners: Int) -> Bool { isFinal[tree][cosigners] }
}

/// Every state that a forking log, honest witnesses, liars and dead ones can bring about, breadth first.
///
/// The log may send any offer to any witness at any time, as often as it likes or never: so the network has no state. A
/// liar has cosigned everything from the start, a dead witness nothing. Honest witnesses are interchangeable.
struct FinalityExploration {
    struct Outcome {
        var states = 0
        /// The shortest way to two final checkpoints that conflict; nil where there is none.
        var schedule: [String]?
    }

    let trees: ForkedTrees
    let graph: WitnessGraph
    let finality: FinalityTable
    let honest: Int
    let liars: Int

    func run() -> Outcome {
        let start = [Int](repeating: 0, count: honest)
        var seen: [[Int]: Int] = [start: 0]
        var order: [[Int]] = [start]
        var parents: [(state: Int, witness: Int, transition: Int)] = [(-1, 0, 0)]
        var next = 0
        while next < order.count {
            let state = order[next]
            if let pair = conflict(in: state) {
                return Outcome(states: order.count, schedule: schedule(to: next, order, parents) + [pair])
            }
            for witness in state.indices where witness == 0 || state[witness] != state[witness - 1] {
                for (number, transition) in graph.transitions[state[witness]].enumerated() {
                    var target = state
                    target[witness] = transition.target
                    target.sort()
                    guard seen[target] == nil else { continue }
                    seen[target] = order.count
                    order.append(target)
                    parents.append((next, witness, number))
                }
            }
            next += 1
        }
        return Outcome(states: order.count)
    }

    private func conflict(in state: [Int]) -> String? {
        let liarBits = (1 << liars) - 1
        var final: [Int] = []
        for tree in trees.checkpoints.indices {
            var cosigners = liarBits
            for (position, local) in state.enumerated() where graph.states[local].answered >> UInt32(tree) & 1 == 1 {
                cosigners |= 1 << (liars + position)
            }
            if finality.isFinal(tree, cosigners: cosigners) { final.append(tree) }
        }
        for first in final {
            for second in final where first < second && trees.conflict(first, second) {
                return "[\(trees.names[first])] and [\(trees.names[second])] are both final"
            }
        }
        return nil
    }

    /// Replays the way, so that witnesses keep their numbers although states are sorted.
    private func schedule(
        to end: Int, _ order: [[Int]], _ parents: [(state: Int, witness: Int, transition: Int)]
    ) -> [String] {
        var way: [Int] = []
        var position = end
        while parents[position].state >= 0 {
            way.append(position)
            position = parents[position].state
        }
        var current = order[0]
        return way.reversed().map { reached in
            let (before, witness, number) = parents[reached]
            let local = order[before][witness]
            let transition = graph.transitions[local][number]
            let actor = current.firstIndex(of: local) ?? 0
            current[actor] = transition.target
            return "witness \(actor + 1) \(transition.label)"
        }
    }
}
