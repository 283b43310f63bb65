internal import LedgerReplica
internal import Logging
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
    /// What joins the tree after each part to the whole.
    var tree: KnownTree
}

extension WitnessNode {
    /// Cosigns a checkpoint that extends what was cosigned last, once all its leaves are judged.
    func extend(
        _ offered: Checkpoint, _ note: SignedNote, _ path: [MerkleHash], old: UInt64, from known: WitnessHead,
        bringing leaves: [[UInt8]]
    ) async throws(WitnessRefusal) -> [UInt8] {
        let asked = clock.now()
        let whole = Offered(note: note, checkpoint: offered)
        let decision: CosigningDecision
        do throws(WitnessRefusal) {
            decision = try CosigningDecision(offered, old: old, path: path, after: known.cosigned, at: asked)
        } catch {
            if case .inconsistent = error { await convictFork(whole, path: path, with: known) }
            throw error
        }
        if let held = known.held?.checkpoint, held.size == offered.size, held.root != offered.root {
            await convictFork(whole, withHeld: known)
            throw .inconsistent("another tree of \(held.size) leaves is signed and verified already")
        }
        guard offered.size >= known.frontier.size else {
            throw .unavailable("\(known.frontier.size) leaves are verified already; ask for the newest checkpoint")
        }
        // Only now are they hashed: whoever brings junk has a fitting proof at least.
        let brought = BroughtLeaves(leaves, from: old, beyond: known.frontier, of: offered)
        // Hashes first: a source that serves something else costs no execution.
        let new: NewLeaves
        let source: any EntrySource = brought ?? source
        do throws(WitnessRefusal) {
            new = try await newLeaves(of: offered, beyond: known.frontier, from: source)
        } catch {
            if case .inconsistent = error { await convictFork(whole, withHeld: known) }
            throw error
        }
        // Taken out, so that the state is not copied to be changed.
        guard var working = copy else { throw .unavailable("the witness's own copy is being read") }
        copy = nil
        var isStored = true
        do throws(WitnessRefusal) {
            var leaves = new.first
            for (position, step) in new.steps.enumerated() {
                if position > 0 {
                    leaves = try await fetch(from: source, beyond: working.frontier, to: step.size, root: step.root)
                }
                isStored = false
                try await judge(leaves, of: whole, in: new.tree, &working)
                if position + 1 < new.steps.count {
                    try await keep(leaves, of: whole, in: new.tree, &working, decision)
                    isStored = true
                }
            }
            let now = clock.now()
            try CosigningDecision.demandClock(now, after: known.cosigned)
            guard now.milliseconds(since: asked) <= Self.maximumExaminationMilliseconds else {
                if !isStored { try await keep(leaves, of: whole, in: new.tree, &working, decision) }
                isStored = true
                throw WitnessRefusal.unavailable("\(offered.size) leaves took long to verify; ask again")
            }
            do throws(WitnessRefusal) {
                try await demandNewest(offered, after: working.state.lastSequencedAt, at: now)
            } catch {
                if !isStored { try await keep(leaves, of: whole, in: new.tree, &working, decision) }
                isStored = true
                throw error
            }
            isStored = false
            let line = try await cosign(
                note, decision, new.steps.isEmpty ? [] : leaves, at: now, &working)
            // What is cosigned is durable, whatever becomes of the rows.
            do throws(StateError) {
                try await working.settle(ifAtLeast: settlementLeaves)
                if isMilestone(offered.size, after: known.cosigned?.checkpoint.size ?? 0) {
                    await beginStateNote(of: working.execution, cosignedAt: now.milliseconds / 1_000)
                }
                copy = working
            } catch { logger.error("the world state cannot be written", metadata: ["reason": "\(error)"]) }
            return line
        } catch {
            // Otherwise it is read anew from the disk.
            if isStored { copy = working }
            throw error
        }
    }

    /// Refuses to vouch now for a head that the log has left behind long ago, as when a request was on its way for minutes.
    ///
    /// What the log sequenced meanwhile would look backdated to this witness ever after. So where the head's last leaf is old, be
    /// it because the log is idle or because the request is, the log is asked what comes next. A log that hides it harms
    /// only itself.
    private func demandNewest(
        _ offered: Checkpoint, after last: Timestamp?, at now: Timestamp
    ) async throws(WitnessRefusal) {
        let earliest = Self.earliestTime(afterCosigningAt: now.milliseconds / 1_000)
        if let last, last >= earliest { return }
        let next: [[UInt8]]
        do throws(LedgerError) {
            next = try await source.entries(from: offered.size, to: offered.size + 1)
        } catch {
            if case .outOfRange = error { return }
            throw .unavailable("whether the log has gone on is not known: \(error)")
        }
        guard let leaf = next.first, leaf.count <= Self.maximumLeafBytes,
            let entry = try? LedgerEntry(serialized: leaf), entry.sequencedAt < earliest
        else { return }
        throw .unavailable(
            "leaf \(offered.size) was sequenced at \(entry.sequencedAt) already; ask about the newest checkpoint")
    }

    /// Before which no leaf may claim to have been sequenced that this witness first sees after it cosigned, in seconds since
    /// 1970.
    static func earliestTime(afterCosigningAt seconds: UInt64) -> Timestamp {
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        return Timestamp(
            milliseconds: overflow || milliseconds < maximumSkewMilliseconds
                ? 0 : milliseconds - maximumSkewMilliseconds)
    }

    /// Fetches the leaves beyond `edge` and holds them against the offered root.
    private func newLeaves(
        of offered: Checkpoint, beyond edge: TreeFrontier, from source: any EntrySource
    ) async throws(WitnessRefusal) -> NewLeaves {
        var frontier = edge
        var new = NewLeaves(tree: KnownTree(size: offered.size))
        var wanted: Set<Subtree> = []
        var bytes = 0
        while frontier.size < offered.size {
            for leaf in try await served(by: source, from: frontier.size, to: offered.size) {
                if bytes > 0, bytes + leaf.count > stepBytes {
                    new.steps.append((frontier.size, frontier.root))
                    wanted.formUnion(KnownTree.joining(frontier.size, to: offered.size))
                    bytes = 0
                }
                bytes += leaf.count
                if new.steps.isEmpty { new.first.append(leaf) }
                let completed: [SubtreeHash]
                do { completed = try frontier.append(MerkleTree.leafHash(of: leaf)) } catch {
                    throw .malformed("\(error)")
                }
                new.tree.note(completed.lazy.filter { wanted.contains($0.subtree) })
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
        from source: any EntrySource, beyond edge: TreeFrontier, to size: UInt64, root: MerkleHash
    ) async throws(WitnessRefusal) -> [[UInt8]] {
        var frontier = edge
        var leaves: [[UInt8]] = []
        var bytes = 0
        while frontier.size < size {
            for leaf in try await served(by: source, from: frontier.size, to: size) {
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
    func served(
        by source: any EntrySource, from start: UInt64, to end: UInt64
    ) async throws(WitnessRefusal) -> [[UInt8]] {
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

    /// Leaves that are executed between two moments at which others may be served.
    private static let batchLeaves = 256

    /// Re-executes leaves, and keeps one that breaks a rule: it is in a tree that the log signed.
    private func judge(
        _ leaves: [[UInt8]], of offered: Offered, in tree: KnownTree, _ working: inout WitnessCopy
    ) async throws(WitnessRefusal) {
        let times = working.head.permittedTimes(at: clock.now(), skew: Self.maximumSkewMilliseconds)
        let start = working.size
        for first in stride(from: 0, to: leaves.count, by: Self.batchLeaves) {
            let batch = Array(leaves[first..<min(first + Self.batchLeaves, leaves.count)])
            do { try working.apply(await working.decoded(batch), checking: times) } catch {
                let index = working.size
                switch error {
                case StateError.ruleBroken(_, let violation):
                    let rest = leaves[Int(index - start)...]
                    convictLeaf(violation, offered, after: working.frontier, rest, in: tree)
                    throw .ruleBroken(index: index, "\(violation)")
                case is WitnessObjection, is TransparencyLogError: throw .ruleBroken(index: index, "\(error)")
                // That the state cannot be read says nothing of the leaf.
                default: throw .unavailable("the witness's own state: \(error)")
                }
            }
        }
    }

    /// Makes leaves durable that are verified and not cosigned yet, with the signed tree that they are of.
    private func keep(
        _ leaves: [[UInt8]], of offered: Offered, in tree: KnownTree, _ working: inout WitnessCopy,
        _ decision: CosigningDecision
    ) async throws(WitnessRefusal) {
        let frontier = working.frontier
        let held = logsOwn(offered.note).map {
            HeldTree(note: $0, checkpoint: offered.checkpoint, beyond: tree.beyond(frontier.size))
        }
        do {
            try await store.write {
                try WitnessCopy.save(
                    $0, leaves: leaves, reaching: frontier, by: decision, cosigning: nil, holding: held)
            }
            working.didHold(held)
            try await working.settle(ifAtLeast: settlementLeaves)
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
                try WitnessCopy.save(
                    $0, leaves: leaves, reaching: frontier, by: decision, cosigning: tree, holding: nil)
            }
            working.didCosign(tree)
            return signature.encoded
        } catch { throw .unavailable("\(error)") }
    }
}

extension WitnessHead {
    /// When a leaf may claim to have been sequenced that this witness sees now and did not see before.
    fileprivate func permittedTimes(at now: Timestamp, skew: UInt64) -> ClosedRange<Timestamp> {
        let latest = now.adding(milliseconds: skew)
        let earliest = WitnessNode.earliestTime(afterCosigningAt: cosigned?.time ?? 0)
        return min(earliest, latest)...latest
    }
}
