internal import DurableFiles
internal import LedgerReplica
internal import LogStorage
internal import Octets
internal import ServiceProtocols
internal import TransparencyLog

extension LedgerMirror {
    func advance() async throws(MirrorError) -> FinalCheckpoint {
        try demandRunning()
        let note: [UInt8]
        do { note = try await source.checkpoint() } catch { throw .source(error) }
        let offered: FinalCheckpoint
        do { offered = try trust.verify(checkpoint: note) } catch { throw .checkpoint(error) }
        try demandNotRolledBack(offered.checkpoint)
        seen = offered.checkpoint
        milestone = await milestone(upTo: offered)
        while tree.size < offered.checkpoint.size { try await step(to: nextGoal(upTo: offered)) }
        guard tree.root == offered.checkpoint.root else { throw .forked(size: tree.size) }
        // The same tree, cosigned anew.
        if published.map({ $0.checkpoint.size < tree.size || $0.cosignedAt < offered.cosignedAt }) ?? true {
            try publish(offered)
        }
        return published ?? offered
    }

    private var known: [FinalCheckpoint] {
        [published, pending?.target, snapshot?.checkpoint, milestone].compactMap { $0 }
    }

    /// No smaller tree than any that is known to be final, and no other one of the same size.
    private func demandNotRolledBack(_ offered: Checkpoint) throws(MirrorError) {
        for known in known.map(\.checkpoint) + (seen.map { [$0] } ?? []) {
            guard offered.size >= known.size else { throw .rolledBack(known: known.size, offered: offered.size) }
            guard offered.size > known.size || offered.root == known.root else { throw .forked(size: offered.size) }
        }
    }

    /// The smallest tree beyond this one that is known to be final: all are passed through.
    private func nextGoal(upTo offered: FinalCheckpoint) -> FinalCheckpoint {
        let beyond = known.filter { $0.checkpoint.size > tree.size } + [offered]
        return beyond.min { $0.checkpoint.size < $1.checkpoint.size } ?? offered
    }

    /// Takes the next leaves towards a final tree: proved first, then executed, then durable.
    private func step(to goal: FinalCheckpoint) async throws(MirrorError) {
        let start = tree.size
        let leaves = try await fetch(from: start, to: goal.checkpoint.size)
        var grown = tree
        do { for leaf in leaves { try grown.append(leaf) } } catch {
            throw .notPartOfFinalTree(size: grown.size, finalSize: goal.checkpoint.size, error)
        }
        try await demandPart(grown, of: goal.checkpoint)
        // Those below a snapshot are executed later.
        if execution.size <= start {
            let decoded = await DecodedLeaf.decoded(leaves, from: start, in: execution)
            try demandRunning()
            do throws(MirrorError) { try execution.apply(decoded, trust: trust) } catch {
                execution.discard()
                if case .state = error { throw halt(error) }
                throw error
            }
        }
        try demandRunning()
        do throws(MirrorError) { try await settle(grown, towards: goal) } catch { throw halt(error) }
        if let milestone, milestone.checkpoint == goal.checkpoint, tree.size == goal.checkpoint.size {
            await beginSnapshot(at: milestone)
        }
    }

    /// The leaves of one step: it ends where a bundle does, or the goal.
    private func fetch(from start: UInt64, to goal: UInt64) async throws(MirrorError) -> [[UInt8]] {
        let stop = min(goal, (start + options.stepLeaves) & ~0xff)
        var leaves: [[UInt8]] = []
        var bytes = 0
        while start + UInt64(leaves.count) < stop {
            let next = start + UInt64(leaves.count)
            let isFull = bytes >= options.stepBytes
            if isFull, next & 0xff == 0 { break }
            let end = isFull ? min(stop, (next >> 8 + 1) << 8) : stop
            let answer: [[UInt8]]
            do { answer = try await source.entries(from: next, to: end) } catch { throw .source(error) }
            guard !answer.isEmpty, UInt64(answer.count) <= end - next else {
                throw .missingEntries(from: next, to: end)
            }
            leaves += answer
            bytes += answer.reduce(0) { $0 + $1.count }
        }
        return leaves
    }

    /// Demands that a tree is the beginning of a final one, or that one itself.
    private func demandPart(_ grown: TileGrowth, of final: Checkpoint) async throws(MirrorError) {
        guard grown.size < final.size else {
            guard grown.root == final.root else { throw .forked(size: final.size) }
            return
        }
        do throws(PrefixClaim.Refutation) {
            try await PrefixClaim(size: grown.size, root: grown.root).demandProof(in: final, by: source)
        } catch {
            switch error {
            case .ledger(let error): throw .source(error)
            case .notProved(let error):
                throw .notPartOfFinalTree(size: grown.size, finalSize: final.size, error)
            }
        }
    }

    // MARK: Durability

    /// Makes a step durable: its tiles, then either the checkpoint that they complete or how far they reach, then the rows.
    ///
    /// Interrupted before the second, the step is done again; before the third, its leaves are executed again.
    private func settle(_ grown: TileGrowth, towards goal: FinalCheckpoint) async throws(MirrorError) {
        var grown = grown
        try write(&grown)
        tree = grown
        if grown.size == goal.checkpoint.size { try publish(goal) } else { try note(goal) }
        try await execution.writeRows(try execution.changedRows())
        execution.didWrite()
    }

    private func write(_ grown: inout TileGrowth) throws(MirrorError) {
        do {
            if !hasTidied {
                try writer.removeLeftovers(around: try grown.unwritten().flatMap { [$0.tile, $0.tile.filled] })
                hasTidied = true
            }
            try writer.write(&grown)
        } catch let error as LogFolderError {
            throw .log(error)
        } catch { throw .damagedTiles(folder: files.log.path, size: grown.size) }
    }

    /// Remembers how far the tiles reach, and towards which final tree.
    private func note(_ goal: FinalCheckpoint) throws(MirrorError) {
        let reached: Checkpoint
        do { reached = try Checkpoint(origin: trust.origin, size: tree.size, root: tree.root) } catch {
            throw .damagedTiles(folder: files.log.path, size: tree.size)
        }
        let now = PendingTree(reached: reached, target: goal)
        do { try files.fileSystem.replace(files.pending, with: now.encoded) } catch { throw .file(error) }
        pending = now
    }

    /// Publishes a final checkpoint whose tiles are durable: from here on they are served.
    private func publish(_ final: FinalCheckpoint) throws(MirrorError) {
        do { try writer.publish(checkpoint: final.note) } catch { throw halt(.log(error)) }
        let isNew = published?.checkpoint.size != final.checkpoint.size
        published = final
        if isNew { followers.tell(final.published) }
        guard pending != nil else { return }
        // One that stays is known by its size to be done with.
        do { try files.fileSystem.remove(files.pending) } catch { throw halt(.file(error)) }
        pending = nil
    }
}
