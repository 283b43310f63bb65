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

    /// Has the newest head cosigned as long as somebody waits for it or it has not been tried.
    func startFinalizing() {
        guard !isFinalizing, halted == nil else { return }
        isFinalizing = true
        Task { await self.finalize() }
    }

    /// Whether the newest cosigned checkpoint is older than readers should be given.
    var isStale: Bool {
        guard let latest else { return true }
        let (milliseconds, overflow) = latest.quorumTime(of: configuration.policy).multipliedReportingOverflow(
            by: 1_000)
        let age = clock.now().milliseconds(since: Timestamp(milliseconds: overflow ? .max : milliseconds))
        return age > configuration.refreshIntervalMilliseconds
    }

    private func finalize() async {
        while halted == nil {
            await answerFinal()
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

    private func emptyHead() throws(LedgerError) -> SignedHead {
        do {
            let checkpoint = try Checkpoint(origin: configuration.origin, size: 0, root: MerkleTree.emptyRoot)
            return SignedHead(checkpoint: checkpoint, note: try checkpoint.signed(by: configuration.signer))
        } catch {
            throw .storage("the empty head cannot be signed: \(error)")
        }
    }

    private func publish(_ note: SignedNote, of head: SignedHead) async throws(LedgerError) {
        guard head.size > 0 else { return }
        let verified: VerifiedCheckpoint
        do { verified = try configuration.policy.verify(note, origin: configuration.origin) } catch {
            throw .storage("the cosigned checkpoint does not verify: \(error)")
        }
        try await store.publish(note, size: head.size, isNew: head.size > finalSize)
        latest = verified
    }

    /// Answers everybody whose leaf is below the newest final checkpoint.
    private func answerFinal() async {
        let ready = waiters.filter { $0.key < finalSize }
        guard !ready.isEmpty else { return }
        for index in ready.keys { waiters[index] = nil }
        let answers: Result<[UInt64: Receipt], LedgerError>
        do throws(LedgerError) {
            answers = .success(try await store.receipts(of: Array(ready.keys)))
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

/// What the witnesses said.
private enum Cosigning {
    /// Enough of them, with their lines.
    case quorum(SignedNote)
    /// A quorum has cosigned a larger tree, the largest of this size.
    case ahead(UInt64)
    /// Too few, and why.
    case missing(String)
}

extension LedgerNode {
    /// Asks all witnesses at once, and goes on as soon as the quorum is met. Slow ones finish on their own.
    private func gatherCosignatures(on head: SignedHead) async -> Cosigning {
        let store = store
        let request = CosigningRequest(head: head) { old throws(LedgerError) in
            try await store.consistencyProof(from: old, to: head.size)
        }
        typealias Reply = (key: VerifierKey, result: Result<NoteSignature, WitnessRefusal>)
        let (replies, feed) = AsyncStream.makeStream(of: Reply.self)
        for lane in lanes {
            Task { feed.yield((lane.key, await lane.cosign(request))) }
        }
        var signatures: [VerifierKey: NoteSignature] = [:]
        var ahead: [VerifierKey: UInt64] = [:]
        var reasons: [String] = []
        var awaited = lanes.count
        var incoming = replies.makeAsyncIterator()
        while awaited > 0, !configuration.policy.isMet(by: signatures.keys), let reply = await incoming.next() {
            awaited -= 1
            switch reply.result {
            case .success(let signature): signatures[reply.key] = signature
            case .failure(let refusal):
                if case .conflict(let size) = refusal, size > head.size { ahead[reply.key] = size }
                reasons.append("\(reply.key.name): \(refusal)")
            }
        }
        feed.finish()
        if configuration.policy.isMet(by: signatures.keys) {
            // In the policy's order, so that equal answers make equal notes.
            let lines = configuration.policy.witnesses.compactMap { signatures[$0.key] }
            var note = head.note
            do { try note.append(lines) } catch { return .missing("\(error)") }
            return .quorum(note)
        }
        if let largest = ahead.values.max(), configuration.policy.isMet(by: ahead.keys) { return .ahead(largest) }
        return .missing(reasons.isEmpty ? "no witness is connected" : reasons.sorted().joined(separator: "; "))
    }
}

extension VerifiedCheckpoint {
    /// Seconds since 1970 at which a whole quorum had vouched: of the cosignatures, newest first, the time of the one that
    /// completes the quorum. 0 for a policy without quorum.
    func quorumTime(of policy: TrustPolicy) -> UInt64 {
        var cosigners: [VerifierKey] = []
        var time: UInt64 = 0
        for cosignature in cosignatures.sorted(by: { $0.time > $1.time }) {
            if policy.isMet(by: cosigners) { break }
            cosigners.append(cosignature.key)
            time = cosignature.time
        }
        return time
    }
}
