internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// New leaves, known to be those of a tree that the log signed, divided into what is judged at once.
private struct NewLeaves {
    /// The tree after each part.
    var steps: [(size: UInt64, root: MerkleHash)] = []
    /// The leaves of the first part.
    var first: [[UInt8]] = []
}

extension WitnessNode {
    /// Cosigns a checkpoint that extends what was cosigned last, once all its leaves are judged.
    func extend(
        _ offered: Checkpoint, _ note: SignedNote, _ path: [MerkleHash], old: UInt64, from known: WitnessHead
    ) async throws(WitnessRefusal) -> [UInt8] {
        let asked = clock.now()
        let decision: CosigningDecision
        do throws(WitnessRefusal) {
            decision = try CosigningDecision(offered, old: old, path: path, after: known.cosigned, at: asked)
        } catch {
            if case .inconsistent = error { await convict(error, of: offered, note, path, with: known) }
            throw error
        }
        guard offered.size >= known.frontier.size else {
            throw .unavailable("\(known.frontier.size) leaves are verified already; ask for the newest checkpoint")
        }
        // Hashes first: a source that serves something else costs no execution.
        let new = try await newLeaves(of: offered, beyond: known.frontier)
        // Taken out, so that the state is not copied to be changed.
        guard var working = copy else { throw .unavailable("the witness's own copy is being read") }
        copy = nil
        var isStored = true
        do throws(WitnessRefusal) {
            var leaves = new.first
            for (position, step) in new.steps.enumerated() {
                if position > 0 { leaves = try await fetch(from: working.frontier, to: step.size, root: step.root) }
                isStored = false
                try await judge(leaves, of: note, &working)
                if position + 1 < new.steps.count {
                    try await keep(leaves, working, decision)
                    isStored = true
                }
            }
            let now = clock.now()
            try CosigningDecision.demandClock(now, after: known.cosigned)
            guard now.milliseconds(since: asked) <= Self.maximumExaminationMilliseconds else {
                if !isStored { try await keep(leaves, working, decision) }
                isStored = true
                throw WitnessRefusal.unavailable("\(offered.size) leaves took long to verify; ask again")
            }
            isStored = false
            let line = try await cosign(
                note, decision, new.steps.isEmpty ? [] : leaves, at: now, &working)
            copy = working
            return line
        } catch {
            // Otherwise it is read anew from the disk.
            if isStored { copy = working }
            throw error
        }
    }

    /// Keeps what proves that an offered tree does not begin with what was cosigned last; a proof that fails proves nothing,
    /// since anybody may send one.
    private func convict(
        _ refusal: WitnessRefusal, of offered: Checkpoint, _ note: SignedNote, _ path: [MerkleHash],
        with known: WitnessHead
    ) async {
        guard known.cosigned != nil else { return }
        let proof = ConsistencyProof(oldSize: known.cosignedSize, newSize: offered.size, path: path)
        if offered.size == known.cosignedSize, offered.root != known.cosignedRoot {
            await convict(refusal, note, previous: known)
        } else if let other = proof.provenOldRoot(below: offered.root), other != known.cosignedRoot {
            await convict(refusal, note, previous: known, proof: path)
        }
    }

    /// Fetches the leaves beyond `edge` and holds them against the offered root.
    private func newLeaves(
        of offered: Checkpoint, beyond edge: TreeFrontier
    ) async throws(WitnessRefusal) -> NewLeaves {
        var frontier = edge
        var new = NewLeaves()
        var bytes = 0
        while frontier.size < offered.size {
            for leaf in try await served(from: frontier.size, to: offered.size) {
                if bytes > 0, bytes + leaf.count > stepBytes {
                    new.steps.append((frontier.size, frontier.root))
                    bytes = 0
                }
                bytes += leaf.count
                if new.steps.isEmpty { new.first.append(leaf) }
                do { try frontier.append(MerkleTree.leafHash(of: leaf)) } catch { throw .malformed("\(error)") }
            }
        }
        if bytes > 0 || frontier.size > (new.steps.last?.size ?? edge.size) {
            new.steps.append((frontier.size, frontier.root))
        }
        guard frontier.root == offered.root else {
            throw .inconsistent("the leaves served do not hash to the checkpoint's root")
        }
        return new
    }

    /// Fetches a step's leaves again: they were not kept while the whole was hashed.
    private func fetch(
        from edge: TreeFrontier, to size: UInt64, root: MerkleHash
    ) async throws(WitnessRefusal) -> [[UInt8]] {
        var frontier = edge
        var leaves: [[UInt8]] = []
        var bytes = 0
        while frontier.size < size {
            for leaf in try await served(from: frontier.size, to: size) {
                bytes += leaf.count
                guard leaves.isEmpty || bytes <= stepBytes else {
                    throw .unavailable("the log serves longer leaves than a moment ago")
                }
                leaves.append(leaf)
                do { try frontier.append(MerkleTree.leafHash(of: leaf)) } catch { throw .malformed("\(error)") }
            }
        }
        guard frontier.root == root else { throw .unavailable("the log serves other leaves than a moment ago") }
        return leaves
    }

    /// One answer of the source, within its bounds.
    private func served(from start: UInt64, to end: UInt64) async throws(WitnessRefusal) -> [[UInt8]] {
        let leaves: [[UInt8]]
        do { leaves = try await source.entries(from: start, to: end) } catch { throw .unavailable("\(error)") }
        guard !leaves.isEmpty, UInt64(leaves.count) <= end - start else {
            throw .unavailable("the log serves no leaves from \(start) on, or too many")
        }
        guard leaves.allSatisfy({ $0.count <= Self.maximumLeafBytes }) else {
            throw .unavailable("the log serves a leaf that is too long")
        }
        return leaves
    }

    /// Re-executes leaves, and keeps one that breaks a rule: it is in a tree that the log signed.
    private func judge(
        _ leaves: [[UInt8]], of note: SignedNote, _ working: inout WitnessCopy
    ) async throws(WitnessRefusal) {
        let times = working.head.permittedTimes(at: clock.now(), skew: Self.maximumSkewMilliseconds)
        for leaf in leaves {
            let index = working.frontier.size
            do { try working.apply(leaf, checking: times) } catch {
                let refusal = WitnessRefusal.ruleBroken(index: index, "\(error)")
                if error is ContractViolation {
                    await convict(refusal, note, previous: working.head, index: index, leaf: leaf)
                }
                throw refusal
            }
        }
    }

    /// Makes leaves durable that are verified and not cosigned yet.
    private func keep(
        _ leaves: [[UInt8]], _ working: WitnessCopy, _ decision: CosigningDecision
    ) async throws(WitnessRefusal) {
        let frontier = working.frontier
        do {
            try await store.write {
                try WitnessCopy.save($0, leaves: leaves, reaching: frontier, by: decision, cosigning: nil)
            }
        } catch { throw .unavailable("\(error)") }
    }

    private func cosign(
        _ note: SignedNote, _ decision: CosigningDecision, _ leaves: [[UInt8]], at now: Timestamp,
        _ working: inout WitnessCopy
    ) async throws(WitnessRefusal) -> [UInt8] {
        let frontier = working.frontier
        do {
            let seconds = now.milliseconds / 1_000
            let signature = try signer.cosign(text: note.text, time: seconds)
            // Lines of others are not this witness's to keep.
            let log = try note.verified(by: [identity.log]).map(\.signature)
            let tree = CosignedTree(
                note: try SignedNote(text: note.text, signatures: log + [signature]),
                checkpoint: decision.offered, time: seconds)
            try await store.write {
                try WitnessCopy.save($0, leaves: leaves, reaching: frontier, by: decision, cosigning: tree)
            }
            working.didCosign(tree)
            return signature.encoded
        } catch { throw .unavailable("\(error)") }
    }

    private func convict(
        _ refusal: WitnessRefusal, _ note: SignedNote, previous known: WitnessHead, proof: [MerkleHash] = [],
        index: UInt64? = nil, leaf: [UInt8]? = nil
    ) async {
        let seenAt = clock.now()
        // Evidence is beside the answer: that it cannot be kept must not change the refusal.
        try? await store.write { [identity] in
            let log = try note.verified(by: [identity.log]).map(\.signature)
            let evidence = WitnessEvidence(
                seenAt: seenAt, reason: "\(refusal)",
                checkpoint: try SignedNote(text: note.text, signatures: log), previous: known.cosigned?.note,
                proof: proof, index: index, leaf: leaf)
            try evidence.save($0)
        }
    }
}

extension WitnessHead {
    /// When a leaf may claim to have been sequenced that this witness sees now and did not see before.
    fileprivate func permittedTimes(at now: Timestamp, skew: UInt64) -> ClosedRange<Timestamp> {
        let latest = now.adding(milliseconds: skew)
        let (cosigned, overflow) = (cosigned?.time ?? 0).multipliedReportingOverflow(by: 1_000)
        let earliest = Timestamp(milliseconds: overflow || cosigned < skew ? 0 : cosigned - skew)
        return min(earliest, latest)...latest
    }
}
