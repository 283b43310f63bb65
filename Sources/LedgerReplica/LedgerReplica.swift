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
    /// Nil while an advance works on it: what is not final yet is nobody's to read.
    private var state: WorldState?
    private var frontier = TreeFrontier()
    private var head: FinalCheckpoint?
    /// A checkpoint from an earlier life, which the tree must pass through.
    private var rememberedHead: FinalCheckpoint?
    private var hasLoadedHead = false
    private var lastAdvance: Task<FinalCheckpoint, any Error>?

    package init(source: any Ledger, trust: TrustAnchor, heads: any ReplicaHeadStore) {
        self.source = source
        self.trust = trust
        self.heads = heads
        state = WorldState(origin: trust.originName)
    }

    /// Follows the ledger to its newest final checkpoint.
    ///
    /// A call sees everything that was final when it was made: calls wait for one another instead of sharing an answer.
    ///
    /// - Returns: The checkpoint reached.
    /// - Complexity: linear in the number of new leaves.
    @discardableResult
    package func catchUp() async throws(ReplicaError) -> FinalCheckpoint {
        let previous = lastAdvance
        let advance = Task {
            _ = await previous?.result
            return try await self.advance()
        }
        lastAdvance = advance
        do {
            return try await advance.value
        } catch let error as ReplicaError {
            throw error
        } catch {
            throw .storage("\(error)")
        }
    }

    /// Reads the state of the newest final checkpoint reached, without suspension within `body`.
    package func read<Value: Sendable, Failure: Error>(
        _ body: (WorldState) throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        while true {
            if let state { return try body(state) }
            _ = await lastAdvance?.result
        }
    }

    /// The newest final checkpoint reached; nil before the first ``catchUp()``.
    package var checkpoint: FinalCheckpoint? { head }

    private func advance() async throws(ReplicaError) -> FinalCheckpoint {
        try await loadHead()
        let note: [UInt8]
        do { note = try await source.checkpoint() } catch { throw .ledger(error) }
        let offered: FinalCheckpoint
        do { offered = try trust.verify(checkpoint: note) } catch { throw .checkpoint(error) }
        let target = offered.checkpoint
        let known = max(head?.checkpoint.size ?? 0, rememberedHead?.checkpoint.size ?? 0)
        guard target.size >= known else { throw .rolledBack(known: known, offered: target.size) }

        // The state is taken out, so that it changes in place and unseen. Where the ledger is caught half-way it is put
        // back empty: nothing is permitted by an empty state, and the next call re-executes everything.
        var working = state ?? WorldState(origin: trust.originName)
        state = nil
        do throws(ReplicaError) {
            try await extend(&working, to: target)
            do { try await heads.saveHead(offered.note) } catch { throw ReplicaError.storage("\(error)") }
        } catch {
            state = WorldState(origin: trust.originName)
            frontier = TreeFrontier()
            rememberedHead = head ?? rememberedHead
            head = nil
            throw error
        }
        state = working
        head = offered
        rememberedHead = nil
        return offered
    }

    private func extend(_ state: inout WorldState, to target: Checkpoint) async throws(ReplicaError) {
        let start = frontier.size
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
        guard frontier.root == target.root else {
            throw start == target.size
                ? .rolledBack(known: start, offered: target.size) : .rootMismatch(size: target.size)
        }
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
        if index == 0, state.founding?.witnessPolicy != trust.policyText { throw .foreignPolicy }
        do { try frontier.append(MerkleTree.leafHash(of: bytes)) } catch { throw .checkpoint(error) }
        if let remembered = rememberedHead?.checkpoint, remembered.size == frontier.size,
            remembered.root != frontier.root
        {
            throw .rolledBack(known: remembered.size, offered: frontier.size)
        }
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
