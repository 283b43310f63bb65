internal import LedgerReplica
internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// How asking the witnesses ended.
enum RoundOutcome: Sendable {
    case final
    case failed(LedgerError)
}

extension LedgerNode {
    /// Asks the witnesses about the newest head once more, whatever is known, and waits for the outcome.
    func requestRound() async -> RoundOutcome {
        if let halted { return .failed(halted) }
        return await withCheckedContinuation { continuation in
            roundWaiters.append(continuation)
            startFinalizing()
        }
    }

    /// As ``requestRound()``, for somebody who only reads: does not wait for witnesses that do not answer.
    func roundForReader() async -> RoundOutcome {
        let round = Task { await requestRound() }
        do { return try await round.shared(within: configuration.readerPatience) } catch {
            return .failed(.unreachable("the witnesses: \(error)"))
        }
    }

    /// Has the newest head cosigned as long as somebody waits for it or it has not been tried.
    func startFinalizing() {
        guard !isFinalizing, halted == nil else { return }
        isFinalizing = true
        Task { await self.finalize() }
    }

    /// Whether the newest cosigned checkpoint is older than readers should be given.
    var isStale: Bool {
        guard let latest else { return true }
        let age = clock.now().milliseconds(since: Timestamp(quorumTimeOf: latest, by: configuration.policy))
        return age > configuration.refreshIntervalMilliseconds
    }

    private func finalize() async {
        while halted == nil {
            answerFinal()
            let size = committedSize
            let isAwaited = waiters.keys.contains { $0 >= finalSize && $0 < size }
            guard isAwaited || !roundWaiters.isEmpty || (size > finalSize && size > attemptedSize) else { break }
            let asking = roundWaiters
            roundWaiters = []
            let outcome = await round()
            for waiter in asking { waiter.resume(returning: outcome) }
        }
        isFinalizing = false
    }

    /// Asks every witness about the head as it is now.
    private func round() async -> RoundOutcome {
        do throws(LedgerError) {
            let head: SignedHead
            if let committed = self.head { head = committed } else { head = try emptyHead() }
            attemptedSize = head.size
            try await writeTiles(of: head)
            switch await gatherCosignatures(on: head) {
            case .quorum(let note):
                try await publish(note, of: head)
                isHeadConfirmed = true
                return .final
            case .ahead(let size):
                let error = LedgerError.inconsistent(
                    "a quorum of witnesses has cosigned \(size) leaves, and \(head.size) are stored: "
                        + "the database is an old copy")
                halt(error)
                return .failed(error)
            case .missing(let reason):
                for index in waiters.keys where index < head.size && index >= finalSize {
                    let error = LedgerError.notFinal(index: index, reason: reason)
                    for answer in waiters.removeValue(forKey: index) ?? [] {
                        answer.resume(returning: .failure(error))
                    }
                }
                return .failed(.unreachable(reason))
            }
        } catch {
            halt(error)
            return .failed(error)
        }
    }

    /// Makes the tiles of a committed head durable, before anybody is asked to vouch for it.
    private func writeTiles(of head: SignedHead) async throws(LedgerError) {
        guard head.size > tiledSize else { return }
        guard let leaves = tail.leaves(from: tiledSize, to: head.size) else {
            throw .inconsistent("the leaves \(tiledSize)..<\(head.size) are committed and not at hand")
        }
        try await tiles.write(Array(leaves), reaching: head.note)
        tiledSize = head.size
    }

    private func emptyHead() throws(LedgerError) -> SignedHead {
        do {
            let checkpoint = try Checkpoint(origin: configuration.origin, size: 0, root: MerkleTree.emptyRoot)
            return SignedHead(checkpoint: checkpoint, note: try checkpoint.signed(by: configuration.signer))
        } catch {
            throw .storage("the empty head cannot be signed: \(error)")
        }
    }

    private func publish(_ note: SignedNote, of head: SignedHead) async throws(LedgerError) {
        let verified: VerifiedCheckpoint
        do { verified = try configuration.policy.verify(note, origin: configuration.origin) } catch {
            throw .storage("the cosigned checkpoint does not verify: \(error)")
        }
        let time = Timestamp(quorumTimeOf: verified, by: configuration.policy)
        quorumTime = max(time, quorumTime ?? time)
        guard head.size > 0 else { return }
        let isNew = head.size > finalSize
        let start = finalSize
        try await store.publish(note, size: head.size, isNew: isNew)
        try await tiles.publish(note)
        if isNew { newestFinal = (start, FinalNote(size: head.size, note: note)) }
        latest = verified
        backlog.settle(upTo: head.size)
        if isNew { followers.tell(PublishedCheckpoint(size: head.size, note: note.encoded)) }
    }

    /// Answers everybody whose leaf is below the newest final checkpoint. The next round does not wait for that.
    private func answerFinal() {
        let ready = waiters.filter { $0.key < finalSize }
        for index in ready.keys { waiters[index] = nil }
        // Not before: until here its leaves were read for witnesses. The answers have leaves of their own.
        let held = tail
        tail.settle(tiled: finalSize)
        guard !ready.isEmpty else { return }
        Task { await answer(ready, from: held) }
    }

    private func answer(
        _ ready: [UInt64: [CheckedContinuation<Answer, Never>]], from held: LeafTail
    ) async {
        let answers: Result<[UInt64: Receipt], LedgerError>
        do throws(LedgerError) {
            answers = .success(try await receipts(of: Array(ready.keys), from: held))
        } catch {
            answers = .failure(error)
        }
        for (index, continuations) in ready {
            let answer = answers.flatMap { receipts in
                receipts[index].map { Answer.success($0) }
                    ?? .failure(.inconsistent("leaf \(index) is final and has no receipt"))
            }
            for continuation in continuations { continuation.resume(returning: answer) }
        }
    }
}

extension LedgerNode {
    /// Asks all witnesses at once, and goes on as soon as the quorum is met or the round has lasted long enough. Slow ones
    /// finish on their own.
    private func gatherCosignatures(on head: SignedHead) async -> Cosigning {
        let request = CosigningRequest(
            head: head,
            proof: { [tiles] old throws(LedgerError) in try await tiles.consistencyPath(from: old, to: head.size) },
            tail: tail)
        let (events, feed) = AsyncStream.makeStream(of: RoundEvent.self)
        for lane in lanes {
            Task { feed.yield(.reply(lane.key, await lane.cosign(request))) }
        }
        let deadline = Task { [wait = configuration.roundDeadline] in
            await wait()
            feed.yield(.deadline)
        }
        var replies = RoundReplies(lanes.map(\.key), head: head)
        var incoming = events.makeAsyncIterator()
        while !replies.isComplete, !configuration.policy.isMet(by: replies.signatures.keys),
            let event = await incoming.next()
        {
            replies.take(event)
        }
        deadline.cancel()
        feed.finish()
        return replies.outcome(by: configuration.policy)
    }
}

extension Timestamp {
    /// When a whole quorum of the policy had vouched for a checkpoint. To the second.
    init(quorumTimeOf verified: VerifiedCheckpoint, by policy: TrustPolicy) {
        let (milliseconds, overflow) = policy.quorumTime(of: verified).multipliedReportingOverflow(by: 1_000)
        self.init(milliseconds: overflow ? .max : milliseconds)
    }
}
