internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

extension LedgerNode {
    /// A lone submission is sequenced at once; what comes while a batch is being committed forms the next.
    func startSequencing() {
        guard !isSequencing else { return }
        isSequencing = true
        Task { await self.sequenceQueue() }
    }

    private func sequenceQueue() async {
        while !queue.isEmpty {
            if !isHeadConfirmed, case .failed(let error) = await requestRound() {
                // A database restored from a backup would fork the log. Only witnesses know.
                refuseQueue(
                    .unreachable("the witnesses do not confirm that this is the newest state of the log: \(error)"))
                break
            }
            let batch = Array(queue.prefix(configuration.maximumBatch))
            queue.removeFirst(batch.count)
            queuedBytes -= batch.reduce(0) { $0 + $1.transaction.serialized.count }
            await sequence(batch)
        }
        isSequencing = false
    }

    private func refuseQueue(_ error: LedgerError) {
        let refused = queue
        queue = []
        queuedBytes = 0
        for submission in refused { submission.answer.resume(returning: .failure(error)) }
    }

    private func sequence(_ batch: [Submission]) async {
        let now = clock.now()
        let start = frontier.size
        var entries: [StagedBatch.Entry] = []
        var nodes: [SubtreeHash] = []
        for submission in batch {
            do throws(LedgerError) {
                let index: UInt64
                if let known = state.index(of: submission.transaction.id) {
                    index = known
                } else {
                    index = frontier.size
                    let entry = try apply(submission, at: now)
                    do { nodes += try frontier.append(MerkleTree.leafHash(of: entry.serialized)) } catch {
                        throw .storage("\(error)")
                    }
                    entries.append(StagedBatch.Entry(transaction: entry.transaction.id, leaf: entry.serialized))
                }
                waiters[index, default: []].append(submission.answer)
            } catch {
                submission.answer.resume(returning: .failure(error))
            }
        }
        if !entries.isEmpty {
            do throws(LedgerError) {
                try await commit(start: start, entries: entries, nodes: nodes)
            } catch {
                await undo(from: start, because: error)
            }
        }
        startFinalizing()
    }

    /// Applies a submission to the state as the next leaf, or refuses it and changes nothing.
    private func apply(_ submission: Submission, at now: Timestamp) throws(LedgerError) -> LedgerEntry {
        let time = try nextTime(now)
        do throws(ContractViolation) {
            let entry = try LedgerEntry(sequencedAt: time, submission.transaction)
            try configuration.checkFounding(submission.transaction)
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
        let highest = max(now, latestReading ?? now)
        latestReading = highest
        guard let last = state.lastSequencedAt else { return now }
        if last < now { return now }
        let next = Timestamp(milliseconds: last.milliseconds + 1)
        guard next.milliseconds(since: now) <= configuration.maximumLeadMilliseconds else {
            let wentBack = highest.milliseconds(since: now)
            guard wentBack > 0 else { throw .busy(queued: queue.count) }
            throw .clockWentBack(milliseconds: wentBack)
        }
        return next
    }

    /// Signs the new head and makes it durable with its leaves.
    ///
    /// - Throws: where the batch is known not to be committed. Where nobody can know, halts.
    private func commit(
        start: UInt64, entries: [StagedBatch.Entry], nodes: [SubtreeHash]
    ) async throws(LedgerError) {
        let new: SignedHead
        do {
            let checkpoint = try Checkpoint(
                origin: configuration.origin, size: frontier.size, root: frontier.root)
            new = SignedHead(checkpoint: checkpoint, note: try checkpoint.signed(by: configuration.signer))
        } catch {
            throw .storage("the head cannot be signed: \(error)")
        }
        let batch = StagedBatch(start: start, entries: entries, nodes: nodes, head: new)
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
        batchesCommitted += 1
    }

    /// Takes a batch back that was applied and not committed: its submitters are told, the state is loaded anew.
    private func undo(from start: UInt64, because error: LedgerError) async {
        let indices = waiters.keys.filter { $0 >= start }
        for index in indices {
            for answer in waiters.removeValue(forKey: index) ?? [] { answer.resume(returning: .failure(error)) }
        }
        do throws(LedgerError) {
            let loaded = try await LedgerLoader(store: store, configuration: configuration).load()
            state = loaded.state
            frontier = loaded.frontier
        } catch {
            halt(error)
        }
    }
}
