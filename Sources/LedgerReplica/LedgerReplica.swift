internal import Logging
package import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

/// A verified copy of a ledger's meaning: it believes nothing but signatures, hashes and rules.
///
/// It fetches the newest final checkpoint and the leaves below it, re-executes every rule on them, and accepts the result
/// only if the leaves hash to the checkpoint's root. What it has once accepted can only be extended. Holds the tree's right edge,
/// not the leaves, and the world state over a database where it is given one, else in memory.
///
/// Only what is proved to be of a final tree is written to that database. So the next start begins there, once the ledger has
/// proved the same of its newest tree.
package actor LedgerReplica {
    private let source: any Ledger
    private let trust: TrustAnchor
    private let heads: any ReplicaHeadStore
    private let states: StateStore?
    private let settlementLeaves: UInt64
    private let logger = Logger(label: "parasol.replica")
    /// What was executed, up to ``head`` or beyond; nil while an advance works on it, and where it must be opened anew.
    private var tree: ExecutedTree?
    private var head: FinalCheckpoint?
    /// A checkpoint from an earlier life, which the tree must pass through.
    private var rememberedHead: FinalCheckpoint?
    /// The largest final checkpoint that the ledger has shown, reached or not.
    private var seen: Checkpoint?
    private var hasLoadedHead = false
    /// Nil for as long as it takes.
    private var patience: Duration?
    /// Is called with the rows written, now and then; nil for nobody.
    private var keeping: (@Sendable () async -> Void)?
    /// How many leaves' rows the database had when it was opened, or when ``keeping`` was called last.
    private var keptLeaves: UInt64 = 0
    /// Whether the leaves that the database had are known to be those of the ledger.
    private var hasProvedState = false
    private var isAdvancing = false
    /// The advance that works now, or that worked last.
    private var current: Task<FinalCheckpoint, any Error>?
    /// The one after it, which has not looked at the ledger yet.
    private var next: Task<FinalCheckpoint, any Error>?

    /// - Parameters:
    ///   - states: Where the world state is kept; nil to keep it in memory and execute everything once.
    ///   - settlementLeaves: Leaves after which their rows are written.
    package init(
        source: any Ledger, trust: TrustAnchor, heads: any ReplicaHeadStore, states: StateStore? = nil,
        settlementLeaves: UInt64 = ExecutedTree.defaultSettlementLeaves
    ) {
        self.source = source
        self.trust = trust
        self.heads = heads
        self.states = states
        self.settlementLeaves = settlementLeaves
    }

    /// Lets nobody wait for the ledger longer than this: where it may be cut off, its callers are told so before they give up themselves.
    package func limitWaiting(to patience: Duration) { self.patience = patience }

    /// Has the rows written, and `keep` called, at the end of an advance that would be long to do again: so that whoever is killed
    /// afterwards, without having settled, loses little of it. `keep` reads the database's file as it likes, and nothing of this.
    package func keepRows(_ keep: @escaping @Sendable () async -> Void) { keeping = keep }

    /// Whether executing leaves again takes longer than keeping the rows of `size`, which is linear in them.
    private static func isWorthKeeping(_ leaves: UInt64, of size: UInt64) -> Bool { leaves >= max(32, size / 256) }

    /// Follows the ledger to its newest final checkpoint.
    ///
    /// A call sees everything that was final when it was made. Calls that come while an advance runs share the one after it.
    ///
    /// Waiting ends when the caller is cancelled, or after `limit` or what ``limitWaiting(to:)`` says; following goes on, for whoever else waits and for the next call.
    ///
    /// - Returns: The checkpoint reached.
    /// - Throws: ``ReplicaError``. Where the ledger was merely not to be had, what was verified of it is kept, and the next call
    ///   goes on from there; where it was caught, the next call re-executes whatever is not in the database.
    /// - Complexity: linear in the number of new leaves.
    @discardableResult
    package func catchUp(within limit: Duration? = nil) async throws(ReplicaError) -> FinalCheckpoint {
        do {
            return try await sharedAdvance().shared(within: limit ?? patience)
        } catch let error as ReplicaError {
            throw error
        } catch let error as WaitError {
            throw .ledger(.unreachable("following the ledger: \(error)"))
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
    /// After an advance that failed half-way that is the state of an empty ledger, which permits nothing. An advance that works is waited for,
    /// no longer than ``limitWaiting(to:)`` allows and until the caller is cancelled.
    ///
    /// - Parameter failure: What to throw where a row cannot be read: then `body` saw it as absent, and its answer is void.
    package func read<Value: Sendable, Failure: Error>(
        _ body: (WorldState) throws(Failure) -> Value, orThrow failure: (StateError) -> Failure
    ) async throws(Failure) -> Value {
        while isAdvancing, let working = current {
            do { _ = try await working.shared(within: patience) } catch let error as WaitError {
                throw failure(
                    .unavailable(path: states?.path ?? "the state in memory", reason: "following the ledger: \(error)"))
            } catch {}
        }
        guard let tree, isReadable else { return try body(WorldState(origin: trust.originName)) }
        let answer: Result<Value, Failure>
        do throws(Failure) { answer = .success(try body(tree.state)) } catch { answer = .failure(error) }
        do throws(StateError) { try tree.execution.requireAvailable() } catch {
            reopenNext()
            throw failure(error)
        }
        return try answer.get()
    }

    /// As ``read(_:orThrow:)``; throws ``ReplicaError/state(_:)`` where a row cannot be read.
    package func read<Value: Sendable>(_ body: (WorldState) -> Value) async throws(ReplicaError) -> Value {
        try await read({ (state) throws(ReplicaError) in body(state) }, orThrow: { .state($0) })
    }

    /// The newest final checkpoint reached, of which ``read(_:)`` reads; nil where there is none.
    package var checkpoint: FinalCheckpoint? { isReadable || isAdvancing ? head : nil }

    /// Whether what was executed is just what was accepted.
    private var isReadable: Bool { tree?.size == head?.checkpoint.size ?? 0 }

    /// Writes what is accepted and not written yet, so that the next start has nothing to execute again.
    package func settle() async throws(StateError) {
        guard !isAdvancing, isReadable, var working = tree else { return }
        tree = nil
        try await working.settle()
        tree = working
    }

    // MARK: Advancing

    private func advance() async throws(ReplicaError) -> FinalCheckpoint {
        try await loadHead()
        if tree == nil { tree = try await openedTree() }
        let news: LedgerNews
        do { news = try await source.news(after: tree?.size ?? 0) } catch { throw .ledger(error) }
        let offered: FinalCheckpoint
        do { offered = try trust.verify(checkpoint: news.checkpoint) } catch { throw .checkpoint(error) }
        let target = offered.checkpoint
        try demandNotRolledBack(target)
        seen = target

        // Taken out, so that it changes in place and unseen.
        guard var working = tree else { throw .storage("the world state is being written") }
        tree = nil
        isAdvancing = true
        defer { isAdvancing = false }
        do throws(ReplicaError) {
            try await demandStateOf(target, working.edge)
            try await extend(&working, to: target, beginningWith: news.entries)
            do { try await heads.saveHead(offered.note) } catch { throw ReplicaError.storage("\(error)") }
        } catch {
            putBack(working, after: error)
            throw error
        }
        head = offered
        rememberedHead = nil
        let isKept =
            states != nil && keeping != nil && Self.isWorthKeeping(working.size - keptLeaves, of: working.size)
        do throws(StateError) { try await working.settle(ifAtLeast: isKept ? 1 : settlementLeaves) } catch {
            reopenNext()
            throw .state(error)
        }
        tree = working
        if isKept {
            keptLeaves = working.size
            await keeping?()
        }
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
    private func putBack(_ working: ExecutedTree, after error: ReplicaError) {
        if case .state = error { return reopenNext() }
        tree = working
        guard error.condemnsEntries else { return }
        tree?.discard()
        mustPassThroughHead()
    }

    /// Has the state opened anew by the next advance.
    private func reopenNext() {
        tree = nil
        mustPassThroughHead()
    }

    private func mustPassThroughHead() {
        rememberedHead = head ?? rememberedHead
        head = nil
    }

    /// - Parameter first: The leaves from `working`'s end on that came with the checkpoint; empty where none did.
    private func extend(
        _ working: inout ExecutedTree, to target: Checkpoint, beginningWith first: [[UInt8]]
    ) async throws(ReplicaError) {
        var first = first
        while working.size < target.size {
            let start = working.size
            var entries: [[UInt8]] = []
            swap(&entries, &first)
            if entries.isEmpty {
                do { entries = try await source.entries(from: start, to: target.size) } catch { throw .ledger(error) }
            }
            guard !entries.isEmpty, UInt64(entries.count) <= target.size - start else {
                throw .missingEntries(from: start, size: target.size)
            }
            try apply(await DecodedLeaf.decoded(entries, from: start, in: working.execution), to: &working)
            if working.unsettledLeaves >= settlementLeaves, working.size < target.size {
                try await settle(&working, onTheWayTo: target)
            }
        }
        guard working.edge.root == target.root else { throw .rootMismatch(size: target.size) }
    }

    private func apply(_ leaves: [DecodedLeaf], to working: inout ExecutedTree) throws(ReplicaError) {
        do {
            try working.changeDuringOneRead { tree in
                for leaf in leaves { try tree.append(leaf) { try demandTrusted($0, $1) } }
            }
        } catch StateError.ruleBroken(let index, let violation) {
            throw .ruleBroken(index: index, violation)
        } catch let error as ReplicaError {
            throw error
        } catch let error as TransparencyLogError {
            throw .checkpoint(error)
        } catch { throw .state(error as? StateError ?? .unavailable(path: working.execution.path, reason: "\(error)")) }
    }

    /// The founding states the policy that is trusted here, and the tree passes through what was accepted before.
    private func demandTrusted(_ state: WorldState, _ edge: TreeFrontier) throws(ReplicaError) {
        if edge.size == 1, !isTrusted(state.founding?.witnessPolicy) { throw .foreignPolicy }
        if let remembered = rememberedHead?.checkpoint, remembered.size == edge.size, remembered.root != edge.root {
            throw .rolledBack(known: remembered.size, offered: edge.size)
        }
    }

    /// To the byte: strings are equal when they merely look the same.
    private func isTrusted(_ policyText: String?) -> Bool {
        policyText.map { $0.utf8.elementsEqual(trust.policyText.utf8) } ?? false
    }

    // MARK: The database

    private func loadHead() async throws(ReplicaError) {
        guard !hasLoadedHead else { return }
        let note: [UInt8]?
        do { note = try await heads.loadHead() } catch { throw .storage("\(error)") }
        if let note {
            do { rememberedHead = try trust.verify(checkpoint: note) } catch { throw .checkpoint(error) }
        }
        hasLoadedHead = true
    }

    private func openedTree() async throws(ReplicaError) -> ExecutedTree {
        guard let states else { return ExecutedTree(inMemoryOf: trust.originName) }
        hasProvedState = false
        let opened: (tree: ExecutedTree, removedLeaves: UInt64)
        do throws(StateError) { opened = try await ExecutedTree.open(over: states, origin: trust.originName) } catch {
            throw .state(error)
        }
        keptLeaves = opened.tree.size
        if opened.tree.size > 0 {
            guard isTrusted(opened.tree.state.founding?.witnessPolicy) else { throw .foreignPolicy }
        } else if let remembered = rememberedHead {
            logger.notice(
                "the world state is missing or of an older version: all leaves are executed again",
                metadata: ["leaves": "\(remembered.checkpoint.size)", "removed": "\(opened.removedLeaves)"])
        }
        return opened.tree
    }

    /// Demands, once after the state was opened, that it is of the first leaves of the tree accepted last and of `target`.
    private func demandStateOf(_ target: Checkpoint, _ edge: TreeFrontier) async throws(ReplicaError) {
        guard !hasProvedState, edge.size > 0, let path = states?.path else { return }
        let foreign = ReplicaError.foreignState(path: path, size: edge.size)
        if let remembered = rememberedHead?.checkpoint, remembered.size <= edge.size {
            // No leaf that is still to come passes through it.
            guard remembered.size < edge.size || remembered.root == edge.root else { throw foreign }
            try await demandPart(
                PrefixClaim(size: remembered.size, root: remembered.root), of: target,
                else: .rolledBack(known: remembered.size, offered: target.size))
            hasProvedState = remembered.size == edge.size
            if hasProvedState { return }
        }
        guard edge.size <= target.size else { throw .rolledBack(known: edge.size, offered: target.size) }
        try await demandPart(PrefixClaim(edge), of: target, else: foreign)
        hasProvedState = true
    }

    /// Writes rows before the final tree is reached: only once they are proved to be of it.
    private func settle(_ working: inout ExecutedTree, onTheWayTo target: Checkpoint) async throws(ReplicaError) {
        try await demandPart(PrefixClaim(working.edge), of: target, else: .rootMismatch(size: target.size))
        do throws(StateError) { try await working.settle() } catch { throw .state(error) }
    }

    private func demandPart(
        _ claim: PrefixClaim, of target: Checkpoint, else error: ReplicaError
    ) async throws(ReplicaError) {
        do throws(PrefixClaim.Refutation) { try await claim.demandProof(in: target, by: source) } catch let refutation {
            if case .ledger(let failure) = refutation { throw .ledger(failure) }
            throw error
        }
    }
}
