internal import Octets
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// What convicts the log is found where it is refused. That it cannot be made or kept never changes the refusal; that it could not
/// be kept is said in the witness's log and counted.
extension WitnessNode {
    /// How much evidence was found and could not be written since this witness was opened, and why the last of it: an operator
    /// who sees any has a disk to mend, and the evidence, base64, in the witness's log.
    package var lostEvidence: (count: UInt64, last: String?) { evidenceFolder.failures }

    /// A checkpoint that is offered and has been refused, or is about to be.
    struct Offered: Sendable {
        let note: SignedNote
        let checkpoint: Checkpoint
    }

    /// Looks for the proof that an offered tree does not begin with what was cosigned last. A consistency proof that fails is
    /// none, since anybody may send one.
    func convictFork(_ offered: Offered, path: [MerkleHash], with known: WitnessHead) async {
        guard let cosigned = known.cosigned, cosigned.checkpoint.size > 0 else { return }
        let size = cosigned.checkpoint.size
        let own = LedgerEvidence.SignedTree(note: cosigned.note, path: [])
        guard offered.checkpoint.size > size else {
            if offered.checkpoint.size == size, offered.checkpoint.root != cosigned.checkpoint.root {
                keepFork(prefix: size, own, offered, path: [])
            }
            return
        }
        // The log's own path says what its tree begins with, except from a size that is a power of two.
        let said = PrefixProof(prefix: size, size: offered.checkpoint.size, path: path)
        if size.nonzeroBitCount > 1, said.prefixRoot(in: offered.checkpoint.root) != nil {
            keepFork(prefix: size, own, offered, path: path)
        } else if await !isContinued(known.frontier, by: offered.checkpoint),
            let found = await servedPath(of: size, in: offered.checkpoint)
        {
            keepFork(prefix: size, own, offered, path: found)
        }
    }

    /// Looks for the proof that an offered tree does not begin with leaves which are verified, of another tree that the log
    /// signed, and not cosigned yet.
    func convictFork(_ offered: Offered, withHeld known: WitnessHead) async {
        guard let held = known.held, known.frontier.size > 0 else { return }
        if held.checkpoint.size == offered.checkpoint.size {
            guard held.checkpoint.root != offered.checkpoint.root else { return }
            keepFork(
                prefix: offered.checkpoint.size, LedgerEvidence.SignedTree(note: held.note, path: []), offered, path: []
            )
        } else if offered.checkpoint.size >= known.frontier.size, let own = held.path(from: known.frontier),
            let found = await servedPath(of: known.frontier.size, in: offered.checkpoint)
        {
            keepFork(
                prefix: known.frontier.size, LedgerEvidence.SignedTree(note: held.note, path: own), offered, path: found
            )
        }
    }

    /// Keeps a leaf that breaks a contract rule, with the proof that it is in the tree that was offered.
    ///
    /// - Parameters:
    ///   - edge: The tree before that leaf.
    ///   - leaves: That leaf, and those after it as far as they are at hand.
    ///   - tree: What joins them to the whole.
    func convictLeaf(
        _ violation: ContractViolation, _ offered: Offered, after edge: TreeFrontier, _ leaves: ArraySlice<[UInt8]>,
        in tree: KnownTree
    ) {
        guard let leaf = leaves.first else { return }
        var known = tree
        known.note(edge: edge)
        var frontier = edge
        for leaf in leaves { known.note((try? frontier.append(MerkleTree.leafHash(of: leaf))) ?? []) }
        guard let path = known.inclusionPath(of: edge.size), let note = logsOwn(offered.note) else { return }
        keep(
            LedgerEvidence(
                seenAt: clock.now(),
                .brokenRule(violation.code, index: edge.size, leaf: leaf, .init(note: note, path: path))),
            about: note)
    }

    /// Whether the leaves served beyond an edge lead to the offered root: then it is no fork, whatever proof was sent. Asked
    /// before anything longer is read, so that a false proof costs no more than a true one.
    private func isContinued(_ edge: TreeFrontier, by offered: Checkpoint) async -> Bool {
        guard edge.size <= offered.size else { return true }
        var frontier = edge
        guard await read(to: offered.size, from: &frontier, each: { _, _ in }) else { return true }
        return frontier.root == offered.root
    }

    /// Which leaves the offered tree begins with, as the log itself serves it: all of it, hashed and not kept.
    private func servedPath(of prefix: UInt64, in offered: Checkpoint) async -> [MerkleHash]? {
        let wanted = Set(KnownTree.joining(prefix, to: offered.size))
        var tree = KnownTree(size: offered.size)
        var frontier = TreeFrontier()
        let isComplete = await read(to: offered.size, from: &frontier) { edge, completed in
            tree.note(completed.lazy.filter { wanted.contains($0.subtree) })
            if edge.size == prefix { tree.note(edge: edge) }
        }
        guard isComplete, frontier.root == offered.root else { return nil }
        return tree.prefixPath(of: prefix)
    }

    private func read(
        to size: UInt64, from frontier: inout TreeFrontier, each: (TreeFrontier, [SubtreeHash]) -> Void
    ) async -> Bool {
        while frontier.size < size {
            guard let leaves = try? await served(by: source, from: frontier.size, to: size) else { return false }
            for leaf in leaves {
                guard let completed = try? frontier.append(MerkleTree.leafHash(of: leaf)) else { return false }
                each(frontier, completed)
            }
        }
        return true
    }

    private func keepFork(prefix: UInt64, _ own: LedgerEvidence.SignedTree, _ offered: Offered, path: [MerkleHash]) {
        guard let ownNote = logsOwn(own.note), let note = logsOwn(offered.note),
            let evidence = try? LedgerEvidence.fork(
                seenAt: clock.now(), prefix: prefix, .init(note: ownNote, path: own.path),
                .init(note: note, path: path))
        else { return }
        keep(evidence, about: note)
    }

    /// Nothing is kept that a stranger would not be convinced by.
    private func keep(_ evidence: LedgerEvidence, about refused: SignedNote) {
        guard (try? evidence.verify(log: identity.log)) != nil else { return }
        evidenceFolder.keep(evidence, about: refused.text)
    }

    /// A note with the log's signature and no other: lines of strangers would make the same evidence look new.
    func logsOwn(_ note: SignedNote) -> SignedNote? {
        guard let verified = try? note.verified(by: [identity.log]) else { return nil }
        return try? SignedNote(text: note.text, signatures: verified.map(\.signature))
    }
}
