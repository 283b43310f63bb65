import ServiceProtocols
import Synchronization
import TestKit

@testable import LedgerNode

/// What a ledger sent to a witness.
struct SentRequest: Sendable {
    let old: UInt64
    let proof: [[UInt8]]
    let checkpoint: [UInt8]
}

/// What stands between one opened ledger and its witnesses: every request waits here until the simulation has decided
/// what becomes of it, and a round's deadline is when the simulation says so.
final class FinalityNetwork: Sendable {
    typealias Reply = Result<[UInt8], WitnessRefusal>

    private struct State {
        var asked: [Int: (request: SentRequest, answer: CheckedContinuation<Reply, Never>)] = [:]
        var roundsStarted = 0
        var roundsEnded = 0
        var deadline: CheckedContinuation<Void, Never>?
        var isCut = false
    }

    private let state = Mutex(State())

    /// The lanes that wait for an answer.
    var asked: [Int: SentRequest] { state.withLock { $0.asked.mapValues(\.request) } }

    /// Whether the ledger waits for a round's end, with every one of `lanes` asked.
    func isRoundOpen(lanes: Int) -> Bool {
        state.withLock { $0.roundsStarted > $0.roundsEnded && $0.asked.count == lanes }
    }

    func ask(_ lane: Int, _ request: SentRequest) async throws(WitnessRefusal) -> [UInt8] {
        let reply = await withCheckedContinuation { (continuation: CheckedContinuation<Reply, Never>) in
            let isCut = state.withLock { state in
                if !state.isCut { state.asked[lane] = (request, continuation) }
                return state.isCut
            }
            if isCut { continuation.resume(returning: .failure(.unavailable("cut off"))) }
        }
        return try reply.get()
    }

    func answer(_ lane: Int, _ reply: Reply) {
        state.withLock { $0.asked.removeValue(forKey: lane) }?.answer.resume(returning: reply)
    }

    /// The ledger's ``LedgerConfiguration/roundDeadline``.
    func waitForDeadline() async {
        state.withLock { $0.roundsStarted += 1 }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let isOver = state.isCut || state.roundsEnded >= state.roundsStarted
                    if !isOver { state.deadline = continuation }
                    return isOver
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            endRound()
        }
    }

    /// Passes the deadline of the round that is open, if one is.
    func endRound() {
        let waiting = state.withLock { state in
            state.roundsEnded = state.roundsStarted
            defer { state.deadline = nil }
            return state.deadline
        }
        waiting?.resume()
    }

    /// Whatever is asked from now on gets no answer.
    func cut() {
        let waiting = state.withLock { state in
            state.isCut = true
            defer { state.asked = [:] }
            return state.asked.values.map(\.answer)
        }
        for answer in waiting { answer.resume(returning: .failure(.unavailable("cut off"))) }
        endRound()
    }
}

/// One end of the network, as the ledger sees it.
struct FinalityPort: Witnessing {
    let lane: Int
    let network: FinalityNetwork

    func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8]
    ) async throws(WitnessRefusal) -> [UInt8] {
        try await network.ask(lane, SentRequest(old: old, proof: consistencyProof, checkpoint: checkpoint))
    }
}

/// Serves one witness the leaves of the tree that it is asked about just now, and may do something else first.
final class FinalitySource: EntrySource {
    private let leaves = Mutex<[[UInt8]]>([])
    private let interruption = Mutex<(@Sendable () async -> Void)?>(nil)

    func serve(_ new: [[UInt8]], interruptedBy interruption: (@Sendable () async -> Void)? = nil) {
        leaves.withLock { $0 = new }
        self.interruption.withLock { $0 = interruption }
    }

    func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        let interrupt = interruption.withLock { interruption in
            defer { interruption = nil }
            return interruption
        }
        await interrupt?()
        let leaves = leaves.withLock { $0 }
        return start < leaves.count ? Array(leaves[Int(start)..<min(Int(end), leaves.count)]) : []
    }
}
