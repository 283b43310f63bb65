import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import TransparencyLog

@testable import LedgerNode

extension FinalitySimulation {
    /// One cosigning round of the ledger, to its end.
    func round() async throws {
        try await refresh()
        cosigners = []
        askedAgain = []
        for lane in network.asked.keys.sorted() { send(lane) }
        let end = now + 10_000
        while !network.asked.isEmpty, !parties.policy.isMet(by: cosigners), !isLedgerDown {
            guard let first = queue.first, first.at <= end else {
                note("the round ends without a quorum")
                advance(to: end)
                break
            }
            queue.removeFirst()
            advance(to: first.at)
            try await process(first.event)
        }
        // Whoever has not answered fails, rather than the deadline passing: the outcome must not hang on whether an answer or
        // the deadline came first.
        for lane in network.asked.keys.sorted() { network.answer(lane, .failure(.unavailable("no answer"))) }
    }

    /// Puts what the ledger asks one witness on its way: perhaps twice, perhaps never.
    private func send(_ lane: Int) {
        guard let request = network.asked[lane] else { return }
        sent.append((lane, request, nil))
        if !chance(lossPercent) {
            schedule(in: delay(), .request(witness: lane, request, leaves: nil, life: life))
        }
        if chance(10) { schedule(in: delay(), .request(witness: lane, request, leaves: nil, life: nil)) }
    }

    func process(_ event: Event) async throws {
        switch event {
        case .request(let witness, let request, let leaves, let life):
            let reply = try await deliver(request, to: witness, leaves ?? honest)
            if let life, !chance(lossPercent) {
                schedule(in: delay(), .reply(witness: witness, request, reply, life: life))
            }
        case .reply(let witness, let request, let reply, let life):
            if life == self.life { try await answer(witness, request, reply) }
        case .fork(let witness): try await sendFork(to: witness)
        case .witnessCrash(let witness):
            note("witness \(witness) crashes")
            try await witnesses[witness].crash()
        case .ledgerCrash:
            note("the ledger crashes")
            isLedgerDown = true
            await ledger.close()
            network.cut()
        }
    }

    private func size(_ request: SentRequest) throws -> UInt64 {
        try Checkpoint(text: SignedNote(encoded: request.checkpoint).text).size
    }

    private func deliver(
        _ request: SentRequest, to number: Int, _ leaves: [[UInt8]]
    ) async throws -> FinalityNetwork.Reply {
        let witness = witnesses[number]
        let diesMidway = chance(4)
        let diesBeforeAnswering = chance(4)
        let what = "witness \(number) is asked about \(try size(request)) leaves from \(request.old)"
        var reply: FinalityNetwork.Reply
        do throws(WitnessRefusal) {
            let answer = try await witness.receive(
                request, leaves: leaves, dyingMidway: diesMidway, generator: &generator)
            note(what + ": cosigned")
            reply = .success(answer)
        } catch {
            note(what + ": \(error)")
            reply = .failure(error)
        }
        // Also what did not leave before a crash: whoever stored it may answer it again.
        if case .success(let line) = reply { try? pool.add(line, to: request.checkpoint) }
        if diesMidway || diesBeforeAnswering {
            note("witness \(number) crashes")
            try await witness.crash()
            reply = .failure(.unavailable("connection lost"))
        }
        return reply
    }

    /// Hands a reply to the ledger, if it still waits for this one, and follows what it does then.
    private func answer(_ lane: Int, _ request: SentRequest, _ reply: FinalityNetwork.Reply) async throws {
        guard let asked = network.asked[lane], asked.old == request.old, asked.checkpoint == request.checkpoint
        else { return }
        switch reply {
        case .success(let line):
            let note = try SignedNote(encoded: request.checkpoint)
            let key = parties.witnesses[lane].verifierKey
            if let signature = try? NoteSignature(encoded: line),
                (try? SignedNote(text: note.text, signatures: [signature]).verified(by: [key])) != nil
            {
                cosigners.insert(key)
            }
            network.answer(lane, reply)
        case .failure(.conflict(let size)):
            let asksAgain = try size != request.old && size <= self.size(request) && !askedAgain.contains(lane)
            network.answer(lane, reply)
            guard asksAgain else { return }
            askedAgain.insert(lane)
            await until { network.asked[lane] != nil }
            send(lane)
        case .failure: network.answer(lane, reply)
        }
    }

    // MARK: The forking operator

    /// Shows a witness another tree under the log's signature, and finds out where that witness stands.
    private func sendFork(to number: Int) async throws {
        var fork: ForgedLog
        if !forks.isEmpty, chance(70) {
            let chosen = Int.random(in: forks.indices, using: &generator)
            fork = forks[chosen]
            if chance(30) { try extend(&fork) }
            forks[chosen] = fork
        } else {
            let shared = chance(50) ? honest.count : Int.random(in: 0...honest.count, using: &generator)
            fork = try ForgedLog(signer: parties.log, leaves: Array(honest[..<shared]))
            try extend(&fork)
            forks.append(fork)
        }
        let checkpoint = try fork.checkpoint()
        for (number, witness) in witnesses.enumerated() where witness.character == .liar {
            let line = try witness.cosign(SentRequest(old: 0, proof: [], checkpoint: checkpoint))
            note("witness \(number) lies about a fork of \(fork.leaves.count) leaves")
            try pool.add(line, to: checkpoint)
        }
        guard witnesses[number].character != .liar else { return }
        var old: UInt64 = 0
        for _ in 0..<2 {
            guard old <= fork.leaves.count else { return }
            let request = SentRequest(old: old, proof: try fork.proof(from: Int(old)), checkpoint: checkpoint)
            sent.append((number, request, fork.leaves))
            note("the operator shows a fork")
            guard case .failure(.conflict(let size)) = try await deliver(request, to: number, fork.leaves) else {
                return
            }
            old = size
        }
    }

    /// One more leaf, valid there.
    private func extend(_ fork: inout ForgedLog) throws {
        let entries = try fork.leaves.map { try LedgerEntry(serialized: $0) }
        let used = Set(entries.map(\.transaction.id))
        let unused = parties.transactions.filter { !used.contains($0.id) }
        guard let next = entries.isEmpty ? unused.first : pick(unused) else { return }
        let last = entries.last?.sequencedAt
        let time = max(clocks[0].now(), last?.adding(microseconds: 1) ?? clocks[0].now())
        try fork.append(try LedgerEntry(sequencedAt: time, next).serialized)
    }

    // MARK: What must hold

    /// The root after each number of leaves.
    func roots(of leaves: [[UInt8]]) -> [MerkleHash] {
        var frontier = TreeFrontier()
        var roots = [frontier.root]
        for leaf in leaves where (try? frontier.append(MerkleTree.leafHash(of: leaf))) != nil {
            roots.append(frontier.root)
        }
        return roots
    }

    /// Every two checkpoints that anybody can show to be final are in one history.
    func checkFinality() throws {
        let final = pool.finalCheckpoints
        guard final.count > checkedFinal else { return }
        checkedFinal = final.count
        let histories = ([honest] + forks.map(\.leaves)).map { roots(of: $0) }
        func contains(_ history: [MerkleHash], _ checkpoint: Checkpoint) -> Bool {
            checkpoint.size < history.count && history[Int(checkpoint.size)] == checkpoint.root
        }
        for first in final {
            for second in final
            where !histories.contains(where: { contains($0, first) && contains($0, second) }) {
                throw fail("two final checkpoints conflict, of \(first.size) and of \(second.size) leaves")
            }
        }
    }

    /// What was final is there after another restart, with the same receipt.
    func checkReceipts() async throws {
        isLedgerDown = true
        await ledger.close()
        network.cut()
        try await restartLedger()
        let stored = try await ledger.entries(from: 0, to: await ledger.committedSize)
        guard stored == honest else { throw fail("the ledger's leaves changed") }
        for (transaction, receipt) in receipts.sorted(by: { $0.key < $1.key }) {
            let again = try await ledger.receipt(of: parties.transactions[transaction].id)
            guard again == receipt else { throw fail("the receipt of \(transaction) is lost or changed") }
        }
    }

    /// Where nobody forked, whatever came late or not at all has locked no honest witness out.
    func demandProgress() async throws {
        queue = []
        isCalm = true
        for number in witnesses.indices where witnesses[number].character == .honest {
            for transaction in parties.transactions.indices where receipts[transaction] == nil {
                guard honest.count < parties.transactions.count else { break }
                for _ in 0..<20 where receipts[transaction] == nil {
                    try learn(
                        await perform { [parties] ledger in
                            try await ledger.submit(parties.transactions[transaction].serialized)
                        }, of: transaction)
                }
                guard receipts[transaction] != nil else { throw fail("nothing becomes final any more") }
            }
            guard let head = try await newestRequest() else { return }
            var reply = try await deliver(head, to: number, honest)
            for _ in 0..<3 {
                guard case .failure(let refusal) = reply else { break }
                var old = head.old
                if case .conflict(let size) = refusal { old = size }
                let proof = try ForgedLog(signer: parties.log, leaves: honest).proof(from: Int(old))
                reply = try await deliver(
                    SentRequest(old: old, proof: proof, checkpoint: head.checkpoint), to: number, honest)
            }
            guard case .success = reply else { throw fail("witness \(number) is locked out") }
        }
    }

    private func newestRequest() async throws -> SentRequest? {
        guard !honest.isEmpty else { return nil }
        let log = try ForgedLog(signer: parties.log, leaves: honest)
        return SentRequest(old: 0, proof: [], checkpoint: try log.checkpoint())
    }
}
