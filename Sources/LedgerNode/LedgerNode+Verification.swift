internal import LedgerReplica
internal import ServiceProtocols
internal import SharingContracts

extension LedgerNode {
    /// Transactions whose signatures are verified in one piece on one core, before it looks for other work.
    private static let verifiedTogether = 8
    /// Submissions that are looked up and verified in one go, so that the first ones are sequenced while others are verified.
    private static let verificationBatch = 256

    /// What becomes of a submission before it is sequenced.
    private enum Standing {
        /// It is a leaf already.
        case known(UInt64)
        /// Whose signatures it needs, as far as can be said: a transaction that is being sequenced may bring the keys.
        case new([RequiredSignature]?)
    }

    /// Verifies what came in, on all cores and while earlier batches are sequenced.
    func startVerifying() {
        guard !isVerifying else { return }
        isVerifying = true
        Task { await self.verifyIntake() }
    }

    private func verifyIntake() async {
        while !intake.isEmpty {
            let batch = Array(intake.prefix(Self.verificationBatch))
            intake.removeFirst(batch.count)
            do throws(LedgerError) {
                await sequence(try standings(of: batch))
            } catch {
                for submission in batch { dismiss(submission, .failure(error)) }
            }
        }
        isVerifying = false
    }

    /// Looks up all of them in one read of the state.
    private func standings(of batch: [Submission]) throws(LedgerError) -> [(Submission, Standing)] {
        do {
            // Copied once, and not for each of them.
            let state = state
            let standings = try states.duringOneRead {
                batch.map { submission in
                    if let index = state.index(of: submission.transaction.id) {
                        return (submission, Standing.known(index))
                    }
                    return (submission, Standing.new(try? state.requiredSignatures(of: submission.transaction)))
                }
            }
            try state.requireAvailable()
            return standings
        } catch { throw .storage("the world state cannot be read: \(error)") }
    }

    /// Puts those whose signatures verify into the queue. What is a leaf already needs no place there, and nothing that keeps new
    /// leaves back keeps its receipt back.
    private func sequence(_ batch: [(Submission, Standing)]) async {
        var unverified: [Submission] = []
        var isAwaited = false
        for (submission, standing) in batch {
            switch standing {
            case .known(let index) where index < committedSize:
                noteTaken(submission)
                waiters[index, default: []].append(submission.answer)
                isAwaited = true
            case .known: queue.append(submission)
            case .new(nil): queue.append(submission)
            case .new(let required?):
                var submission = submission
                submission.required = required
                unverified.append(submission)
            }
        }
        if isAwaited { startFinalizing() }
        for (submission, verdict) in await Self.verified(unverified, origin: state.origin) {
            if let halted {
                dismiss(submission, .failure(halted))
                continue
            }
            switch verdict {
            case .success(let signatures):
                var submission = submission
                submission.signatures = signatures
                queue.append(submission)
            case .failure(let violation): dismiss(submission, .failure(.refused(violation)))
            }
        }
        startSequencing()
    }

    /// In the order given.
    @concurrent private static func verified(
        _ submissions: [Submission], origin: String
    ) async -> [(Submission, Result<VerifiedSignatures, ContractViolation>)] {
        let starts = Array(stride(from: 0, to: submissions.count, by: verifiedTogether))
        return await withTaskGroup { group in
            for start in starts {
                group.addTask {
                    let part = submissions[start..<min(start + verifiedTogether, submissions.count)]
                    return (start, part.map { ($0, verdict(on: $0, origin: origin)) })
                }
            }
            var parts: [Int: [(Submission, Result<VerifiedSignatures, ContractViolation>)]] = [:]
            for await (start, verdicts) in group { parts[start] = verdicts }
            return starts.flatMap { parts[$0] ?? [] }
        }
    }

    private static func verdict(
        on submission: Submission, origin: String
    ) -> Result<VerifiedSignatures, ContractViolation> {
        Result { () throws(ContractViolation) in
            try VerifiedSignatures(
                verifying: submission.transaction, origin: origin, against: submission.required ?? [])
        }
    }
}
