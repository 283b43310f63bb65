package import ServiceProtocols
package import SharingContracts
import TransparencyLog

/// A verified copy of a ledger's meaning: it believes nothing but signatures, hashes and rules.
///
/// It fetches the newest final checkpoint and the leaves below it, re-executes every rule on them, and accepts the result
/// only if the leaves hash to the checkpoint's root. What it has once accepted can only be extended. Holds the world state
/// and the tree's right edge, not the leaves.
package actor LedgerReplica {
    private let source: any Ledger
    private let trust: TrustAnchor
    private let heads: any ReplicaHeadStore
    /// As of ``head``; nil while an advance works on it: what is not final yet is nobody's to read.
    private var state: WorldState?
    /// What leaves beyond ``head`` have made of the state, where an advance ended before it could be accepted.
    private var unfinished: WorldState?
    private var frontier = TreeFrontier()
    private var head: FinalCheckpoint?
    /// A checkpoint from an earlier life, which the tree must pass through.
    private var rememberedHead: FinalCheckpoint?
    /// The largest final checkpoint that the ledger has shown, reached or not.
    private var seen: Checkpoint?
    private var hasLoadedHead = false
    /// The advance that works now, or that worked last.
    private var current: Task<FinalCheckpoint, any Error>?
    /// The one after it, which has not looked at the ledger yet.
    private var next: Task<FinalCheckpoint, any Error>?

    package init(source: any Ledger, trust: TrustAnchor, heads: any ReplicaHeadStore) {
        self.source = source
        self.trust = trust
        self.heads = heads
        state = WorldState(origin: trust.originName)
    }

    /// Follows the ledger to its newest final checkpoint.
    ///
    /// A call sees everything that was final when it was made. Calls that come while an advance runs share the one after it.
    ///
    /// - Returns: The checkpoint reached.
    /// - Throws: ``ReplicaError``. Where the ledger was merely not to be had, what was verified of it is kept, and the next call
    ///   goes on from there; where it was caught, the next call re-executes everything.
    /// - Complexity: linear in the number of new leaves.
    @discardableResult
    package func catchUp() async throws(ReplicaError) -> FinalCheckpoint {
        do {
            return try await sharedAdvance().value
        } catch let error as ReplicaError {
            throw error
        } catch {
            throw .storage("\(error)")
        }
    }

    private func sharedAdvance() -> Task<FinalCheckpoint, any Error> {
        if let next { return next }
        let advance = Task { [previous = current] in
            _ = await previous?.result
            // From here on it looks at the ledger, and is too early for whoever comes later.
            current = next
            next = nil
            return try await self.advance()
        }
        next = advance
        return advance
    }

    /// Reads the state of the newest final checkpoint reached, without suspension within `body`.
    ///
    /// After an advance that failed half-way that is the state of an empty ledger, which permits nothing.
    package func read<Value: Sendable, Failure: Error>(
        _ body: (WorldState) throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        while true {
            if let state { return try body(state) }
            _ = await current?.result
        }
    }

    /// The newest final checkpoint reached, of which ``read(_:)`` reads; nil where there is none.
    package var checkpoint: FinalCheckpoint? { unfinished == nil ? head : nil }

    private func advance() async throws(ReplicaError) -> FinalCheckpoint {
        try await loadHead()
        let note: [UInt8]
        do { note = try await source.checkpoint() } catch { throw .ledger(error) }
        let offered: FinalCheckpoint
        do { offered = try trust.verify(checkpoint: note) } catch { throw .checkpoint(error) }
        let target = offered.checkpoint
        try demandNotRolledBack(target)
        seen = target

        // The state is taken out, so that it changes in place and unseen.
        var working = unfinished ?? state ?? WorldState(origin: trust.originName)
        state = nil
        do throws(ReplicaError) {
            try await extend(&working, to: target)
            do { try await heads.saveHead(offered.note) } catch { throw ReplicaError.storage("\(error)") }
        } catch {
            putBack(working, after: error)
            throw error
        }
        state = working
        unfinished = nil
        head = offered
        rememberedHead = nil
        return offered
    }

    /// No smaller tree than any seen before, and no other one of the same size.
    private func demandNotRolledBack(_ target: Checkpoint) throws(ReplicaError) {
        for known in [head?.checkpoint, rememberedHead?.checkpoint, seen] {
            guard let known else { continue }
            guard target.size > known.size || (target.size == known.size && target.root == known.root) else {
                throw .rolledBack(known: known.size, offered: target.size)
            }
        }
    }

    /// After an advance that failed: keeps what was verified, and lets nobody read what is not accepted.
    private func putBack(_ working: WorldState, after error: ReplicaError) {
        if error.condemnsEntries {
            state = WorldState(origin: trust.originName)
            unfinished = nil
            frontier = TreeFrontier()
            rememberedHead = head ?? rememberedHead
            head = nil
        } else if frontier.size == head?.checkpoint.size ?? 0 {
            state = working
            unfinished = nil
        } else {
            state = WorldState(origin: trust.originName)
            unfinished = working
        }
    }

    private func extend(_ state: inout WorldState, to target: Checkpoint) async throws(ReplicaError) {
        while frontier.size < target.size {
            let entries: [[UInt8]]
            do {
                entries = try await source.entries(from: frontier.size, to: target.size)
            } catch {
                throw .ledger(error)
            }
            guard !entries.isEmpty, UInt64(entries.count) <= target.size - frontier.size else {
                throw .missingEntries(from: frontier.size, size: target.size)
            }
            for entry in entries { try apply(entry, to: &state) }
        }
        guard frontier.root == target.root else { throw .rootMismatch(size: target.size) }
    }

    private func apply(
        _ bytes: [UInt8], to state: inout WorldState
    ) throws(ReplicaError) {
        let index = frontier.size
        do {
            let entry = try LedgerEntry(serialized: bytes)
            try state.apply(entry)
        } catch {
            throw .ruleBroken(index: index, error)
        }
        if index == 0, !isTrusted(state.founding?.witnessPolicy) { throw .foreignPolicy }
        do { try frontier.append(MerkleTree.leafHash(of: bytes)) } catch { throw .checkpoint(error) }
        if let remembered = rememberedHead?.checkpoint, remembered.size == frontier.size,
            remembered.root != frontier.root
        {
            throw .rolledBack(known: remembered.size, offered: frontier.size)
        }
    }

    /// To the byte: strings are equal when they merely look the same.
    private func isTrusted(_ policyText: String?) -> Bool {
        policyText.map { $0.utf8.elementsEqual(trust.policyText.utf8) } ?? false
    }

    private func loadHead() async throws(ReplicaError) {
        guard !hasLoadedHead else { return }
        let note: [UInt8]?
        do { note = try await heads.loadHead() } catch { throw .storage("\(error)") }
        if let note {
            do { rememberedHead = try trust.verify(checkpoint: note) } catch { throw .checkpoint(error) }
        }
        hasLoadedHead = true
    }
}
