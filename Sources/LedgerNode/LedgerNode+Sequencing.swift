internal import LedgerReplica
internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

extension LedgerNode {
    /// A lone submission is sequenced at once; what comes while a batch is being committed forms the next, and is applied
    /// meanwhile.
    func startSequencing() {
        guard !isSequencing else { return }
        isSequencing = true
        Task { await self.sequenceQueue() }
    }

    private func sequenceQueue() async {
        var commit: Task<Void, Never>?
        while !queue.isEmpty || commit != nil {
            guard !queue.isEmpty else {
                await commit?.value
                commit = nil
                continue
            }
            do throws(LedgerError) {
                try await demandConfirmedHead()
                let now = try await demandSteadyClock()
                if !hasRoom || isSettlementDue {
                    await commit?.value
                    commit = nil
                    await settleWhenDue()
                    try await demandRoom()
                    if halted != nil { continue }
                }
                let before = undone
                let batch = apply(nextBatch(), at: now)
                await commit?.value
                commit = nil
                // What was applied on top of a batch that did not become durable is undone with it.
                if halted == nil, before == undone { commit = Task { await self.commit(batch) } }
            } catch {
                refuseQueue(error)
            }
        }
        isSequencing = false
    }

    /// A database restored from a backup would fork the log. Only witnesses know.
    private func demandConfirmedHead() async throws(LedgerError) {
        if !isHeadConfirmed, case .failed(let error) = await requestRound() {
            throw .unreachable("the witnesses do not confirm that this is the newest state of the log: \(error)")
        }
    }

    /// Keeps back what witnesses would not cosign: a leaf whose time they do not believe, once committed, can neither become
    /// final nor be taken back, and nothing after it either.
    ///
    /// - Returns: The time.
    private func demandSteadyClock() async throws(LedgerError) -> Timestamp {
        let bound = configuration.maximumClockErrorMilliseconds
        let reading = clock.now()
        try demandNotBehind(reading)
        if quorumTime.map({ reading.milliseconds(since: $0) > bound }) ?? true {
            if case .failed(let error) = await requestRound() {
                throw .unreachable("the witnesses do not say what time it is: \(error)")
            }
            // They cosigned after the reading, so that what it is ahead of them is not the round's duration.
            let ahead = quorumTime.map { reading.milliseconds(since: $0) } ?? 0
            guard ahead <= bound else { throw .clockIsAhead(milliseconds: ahead) }
        }
        let now = clock.now()
        try demandNotBehind(now)
        let leap = now.milliseconds(since: reading)
        guard leap <= bound else { throw .clockIsAhead(milliseconds: leap) }
        latestReading = max(now, latestReading ?? now)
        return now
    }

    private func demandNotBehind(_ reading: Timestamp) throws(LedgerError) {
        let behind = max(latestReading ?? reading, quorumTime ?? reading).milliseconds(since: reading)
        guard behind <= configuration.maximumClockErrorMilliseconds else {
            throw .clockWentBack(milliseconds: behind)
        }
    }

    /// Commits no more than witnesses keep up with.
    private func demandRoom() async throws(LedgerError) {
        guard !hasRoom, case .failed = await requestRound() else { return }
        throw halted ?? .busy(queued: Int(clamping: notFinal))
    }

    private var hasRoom: Bool {
        notFinal < configuration.maximumNotFinal && notFinalBytes < configuration.maximumNotFinalBytes
    }

    /// Applied and not final, committed or not.
    private var notFinal: UInt64 { frontier.size - finalSize }
    private var notFinalBytes: Int { backlog.bytes + uncommittedBytes }

    /// Takes from the queue what may be committed at once: at least one.
    private func nextBatch() -> [Submission] {
        let room = Int(clamping: configuration.maximumNotFinal - min(notFinal, configuration.maximumNotFinal))
        var bytes = 0
        let roomBytes = configuration.maximumNotFinalBytes - notFinalBytes
        let batch = Array(
            queue.prefix(max(1, min(configuration.maximumBatch, room))).prefix { submission in
                defer { bytes += submission.transaction.serialized.count }
                return bytes < roomBytes || bytes == 0
            })
        queue.removeFirst(batch.count)
        for submission in batch { noteTaken(submission) }
        return batch
    }

    /// Refuses what waits, except where it is a leaf by now and only its receipt is wanted.
    private func refuseQueue(_ error: LedgerError) {
        let refused = queue
        queue = []
        for submission in refused {
            noteTaken(submission)
            if halted == nil, let index = state.index(of: submission.transaction.id) {
                waiters[index, default: []].append(submission.answer)
                startFinalizing()
            } else {
                submission.answer.resume(returning: .failure(error))
            }
        }
    }

    /// A batch that was applied and is not committed.
    private struct AppliedBatch {
        let start: UInt64
        var entries: [StagedBatch.Entry] = []
        /// The tree after it.
        var size: UInt64
        var root: MerkleHash

        var bytes: Int { entries.reduce(0) { $0 + $1.leaf.count } }
    }

    /// Applies submissions in order; those that are refused are answered.
    private func apply(_ batch: [Submission], at now: Timestamp) -> AppliedBatch {
        var applied = AppliedBatch(start: frontier.size, size: frontier.size, root: MerkleTree.emptyRoot)
        var taken = 0
        do {
            try states.duringOneRead {
                for submission in batch {
                    take(submission, at: now, into: &applied.entries)
                    taken += 1
                }
            }
            try state.requireAvailable()
        } catch {
            halt(.storage("the world state cannot be read: \(error)"))
            // These are neither in the queue any more nor waiting for a leaf.
            for submission in batch[taken...] {
                submission.answer.resume(returning: .failure(.storage("the world state cannot be read: \(error)")))
            }
        }
        applied.size = frontier.size
        applied.root = frontier.root
        uncommittedBytes += applied.bytes
        return applied
    }

    private func commit(_ batch: AppliedBatch) async {
        if !batch.entries.isEmpty {
            do throws(LedgerError) {
                try await makeDurable(batch)
                uncommittedBytes -= batch.bytes
            } catch {
                await undo(from: batch.start, because: error)
            }
        }
        startFinalizing()
    }

    private var isSettlementDue: Bool {
        committedSize - (settlement?.size ?? settledState) >= configuration.stateSettlementLeaves
    }

    /// Has the world state written where enough has changed. All that is applied must be committed.
    private func settleWhenDue() async {
        guard halted == nil, isSettlementDue else { return }
        // One at a time, so that what is not in the store stays bounded.
        await settlement?.task.value
        startSettlement()
    }

    /// Writes the rows of the world state that changed since they were written last, while sequencing goes on. All that is applied
    /// must be committed.
    func startSettlement() {
        guard settlement == nil, state.entryCount > settledState else { return }
        state.beginSettling()
        let size = state.entryCount
        settlement = (size, Task { [state] in await self.settle(state, size) })
    }

    private func settle(_ changed: WorldState, _ size: UInt64) async {
        do {
            try await Self.write(changed, to: states)
            state.finishSettling()
            settledState = size
        } catch {
            halt(.storage("the world state cannot be written: \(error)"))
        }
        settlement = nil
    }

    @concurrent private static func write(_ state: WorldState, to store: StateStore) async throws {
        try await store.write(try state.settlingRows)
    }

    /// Makes a submission the next leaf, or answers it.
    private func take(_ submission: Submission, at now: Timestamp, into entries: inout [StagedBatch.Entry]) {
        do throws(LedgerError) {
            let index: UInt64
            if let known = state.index(of: submission.transaction.id) {
                index = known
            } else {
                index = frontier.size
                let entry = try apply(submission, at: now)
                do { try frontier.append(MerkleTree.leafHash(of: entry.serialized)) } catch {
                    throw .storage("\(error)")
                }
                entries.append(StagedBatch.Entry(transaction: entry.transaction.id, leaf: entry.serialized))
            }
            waiters[index, default: []].append(submission.answer)
        } catch {
            submission.answer.resume(returning: .failure(error))
        }
    }

    /// Applies a submission to the state as the next leaf, or refuses it and changes nothing.
    private func apply(_ submission: Submission, at now: Timestamp) throws(LedgerError) -> LedgerEntry {
        let time = try nextTime(now)
        do throws(ContractViolation) {
            let entry = try LedgerEntry(sequencedAt: time, submission.transaction)
            try configuration.log.checkFounding(submission.transaction)
            do throws(ContractViolation) {
                try state.apply(entry, signatures: submission.signatures)
            } catch  where error.code == .signaturesNotVerified {
                // The state has changed since they were verified.
                try state.apply(entry)
            }
            return entry
        } catch {
            throw .refused(error)
        }
    }

    /// Strictly after the last leaf's, and the clock's wherever possible.
    private func nextTime(_ now: Timestamp) throws(LedgerError) -> Timestamp {
        guard let last = state.lastSequencedAt, last >= now else { return now }
        let next = last.adding(microseconds: 1)
        guard next.milliseconds(since: now) <= configuration.maximumLeadMilliseconds else {
            let wentBack = max(latestReading ?? now, last).milliseconds(since: now)
            guard wentBack > 0 else { throw .busy(queued: queue.count) }
            throw .clockWentBack(milliseconds: wentBack)
        }
        return next
    }

    /// Signs the new head and makes it durable with its leaves.
    ///
    /// - Throws: where the batch is known not to be committed. Where nobody can know, halts.
    private func makeDurable(_ applied: AppliedBatch) async throws(LedgerError) {
        let entries = applied.entries
        let new: SignedHead
        do {
            let checkpoint = try Checkpoint(origin: configuration.origin, size: applied.size, root: applied.root)
            new = SignedHead(checkpoint: checkpoint, note: try checkpoint.signed(by: configuration.signer))
        } catch {
            throw .storage("the head cannot be signed: \(error)")
        }
        let batch = StagedBatch(start: applied.start, entries: entries, head: new, settledBelow: tail.start)
        let old = head?.note.encoded
        switch await sequencer.replace(head: old, with: batch) {
        case .committed: break
        case .conflict:
            halt(.inconsistent("the head is not the one this node committed last: another sequencer is at work"))
            return
        case .unknown(let reason):
            let found: [UInt8]?
            do throws(LedgerError) { found = try await sequencer.committedHead() } catch {
                halt(.storage("a commit ended in \(reason), and the head cannot be read back: \(error)"))
                return
            }
            guard found != old else { throw .storage(reason) }
            guard found == new.note.encoded else {
                halt(.inconsistent("a commit ended in \(reason), and the head is neither the old nor the new one"))
                return
            }
        }
        head = new
        tail.append(entries.map(\.leaf))
        backlog.add(bytes: applied.bytes, upTo: new.size)
        batchesCommitted += 1
    }

    /// Takes back what was applied from `start` on and not committed: submitters are told, the state is loaded anew.
    private func undo(from start: UInt64, because error: LedgerError) async {
        undone += 1
        uncommittedBytes = 0
        let indices = waiters.keys.filter { $0 >= start }
        for index in indices {
            for answer in waiters.removeValue(forKey: index) ?? [] { answer.resume(returning: .failure(error)) }
        }
        await settlement?.task.value
        do throws(LedgerError) {
            let loaded = try await loadAgain()
            state = loaded.state
            settledState = loaded.settledState
            frontier = loaded.frontier
        } catch {
            halt(error)
        }
    }
}
