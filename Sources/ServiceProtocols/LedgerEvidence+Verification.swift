internal import Octets
package import SharingContracts
package import TransparencyLog

/// What a piece of evidence establishes, and no more than that.
package enum EvidenceFinding: Hashable, Sendable {
    /// What a verdict on a leaf rests on.
    package enum Basis: Hashable, Sendable {
        /// The leaf's bytes alone.
        case leafAlone
        /// The leaves before it, which are in the same signed tree, executed again.
        case earlierLeaves
    }

    /// The log signed both, and their first `prefix` leaves differ: it forked.
    case forked(Checkpoint, Checkpoint, prefix: UInt64)
    /// The log signed a tree whose leaf `index` breaks a rule.
    case ruleBroken(Checkpoint, index: UInt64, ContractViolation, Basis)
    /// The log signed a tree with this leaf. Whether it breaks the rule that is charged depends on the leaves before it, and
    /// those were not at hand: **not established**.
    case leafSigned(Checkpoint, index: UInt64, charged: ContractViolation.Code)

    /// Whether the log is convicted.
    package var convicts: Bool {
        if case .leafSigned = self { false } else { true }
    }
}

extension EvidenceFinding: CustomStringConvertible {
    package var description: String {
        switch self {
        case .forked(let first, let second, let prefix) where first.size == second.size:
            "FORK: \(first.origin) signed two different trees of \(prefix) leaves"
        case .forked(let first, let second, let prefix):
            "FORK: \(first.origin) signed a tree of \(first.size) and one of \(second.size) leaves, and their first "
                + "\(prefix) leaves differ"
        case .ruleBroken(let checkpoint, let index, let violation, let basis):
            "RULE BROKEN: \(checkpoint.origin) signed a tree of \(checkpoint.size) leaves whose leaf \(index) is not valid: "
                + "\(violation) ("
                + (basis == .leafAlone ? "shown by the leaf alone" : "shown by executing the leaves before it again")
                + ")"
        case .leafSigned(let checkpoint, let index, let charged):
            "NOT ESTABLISHED: \(checkpoint.origin) signed a tree of \(checkpoint.size) leaves with this leaf \(index); "
                + "whether it breaks the rule \(charged.rawValue) needs the \(index) leaves before it"
        }
    }
}

extension LedgerEvidence {
    /// The leaves of a range from its start on, at least one of them: from a copy of the log, trusted by nobody.
    package typealias Leaves = (Range<UInt64>) throws -> [[UInt8]]

    /// Establishes what can be, offline.
    ///
    /// - Parameters:
    ///   - log: The log's key. The checkpoints' origin must be its name.
    ///   - earlier: Where the leaves before a charged leaf can be read, for rules that depend on them. They count only where
    ///     they are those of the signed tree.
    /// - Returns: What is established; ``EvidenceFinding/convicts`` whether the log is convicted.
    /// - Throws: ``EvidenceError`` for what is no evidence, and what `earlier` throws.
    /// - Complexity: constant, or the execution of all earlier leaves, in flat memory.
    package func verify(log: VerifierKey, earlier: Leaves? = nil) throws -> EvidenceFinding {
        switch charge {
        case .fork(let prefix, let first, let second):
            let (one, other) = (try Self.signed(first, by: log), try Self.signed(second, by: log))
            let roots = (try Self.root(of: prefix, first, one), try Self.root(of: prefix, second, other))
            guard roots.0 != roots.1 else { throw EvidenceError.noConflict(prefix: prefix) }
            return .forked(one, other, prefix: prefix)
        case .brokenRule(let code, let index, let leaf, let tree):
            let checkpoint = try Self.signed(tree, by: log)
            let proof = InclusionProof(index: index, size: checkpoint.size, path: tree.path)
            do { try proof.verify(leafHash: MerkleTree.leafHash(of: leaf), root: checkpoint.root) } catch {
                throw EvidenceError.leadsNowhere(size: checkpoint.size)
            }
            do throws(ContractViolation) { _ = try LedgerEntry(serialized: leaf) } catch {
                try Self.demand(code, error)
                return .ruleBroken(checkpoint, index: index, error, .leafAlone)
            }
            guard index == 0 || earlier != nil else { return .leafSigned(checkpoint, index: index, charged: code) }
            let (position, violation) = try Self.firstViolation(
                upTo: leaf, proof, origin: checkpoint.origin, earlier: earlier ?? { _ in [] })
            if position == index { try Self.demand(code, violation) }
            return .ruleBroken(checkpoint, index: position, violation, .earlierLeaves)
        }
    }

    private static func demand(_ code: ContractViolation.Code, _ found: ContractViolation) throws(EvidenceError) {
        guard found.code == code else { throw .otherRule(charged: code, found: found) }
    }

    private static func signed(_ tree: SignedTree, by log: VerifierKey) throws(EvidenceError) -> Checkpoint {
        let checkpoint: Checkpoint
        do { checkpoint = try VerifiedCheckpoint(tree.note, logs: [log], witnesses: []).checkpoint } catch {
            throw .notSigned(error)
        }
        guard checkpoint.origin == LogOrigin(log.name) else { throw .otherLog(checkpoint.origin) }
        return checkpoint
    }

    private static func root(
        of prefix: UInt64, _ tree: SignedTree, _ checkpoint: Checkpoint
    ) throws(EvidenceError) -> MerkleHash {
        let proof = PrefixProof(prefix: prefix, size: checkpoint.size, path: tree.path)
        guard let root = proof.prefixRoot(in: checkpoint.root) else { throw .leadsNowhere(size: checkpoint.size) }
        return root
    }

    /// Executes the earlier leaves and the charged one, up to the first that is not valid.
    ///
    /// The hashes to the left of an inclusion path are the right edge of the tree before the leaf, and so say which leaves the
    /// earlier ones are.
    private static func firstViolation(
        upTo leaf: [UInt8], _ proof: InclusionProof, origin: LogOrigin, earlier: Leaves
    ) throws -> (index: UInt64, ContractViolation) {
        var frontier = TreeFrontier()
        var state = WorldState(origin: "\(origin)")
        var found: (UInt64, ContractViolation)?
        func execute(_ leaf: [UInt8]) {
            guard found == nil else { return }
            do throws(ContractViolation) { try state.apply(LedgerEntry(serialized: leaf)) } catch {
                found = (frontier.size, error)
            }
        }
        while frontier.size < proof.index {
            let leaves = try earlier(frontier.size..<proof.index)
            guard !leaves.isEmpty, UInt64(leaves.count) <= proof.index - frontier.size else {
                throw EvidenceError.otherEarlierLeaves(count: proof.index)
            }
            for leaf in leaves {
                execute(leaf)
                try frontier.append(MerkleTree.leafHash(of: leaf))
            }
        }
        let plan = try InclusionProof.plan(index: proof.index, size: proof.size)
        let left = zip(plan, proof.path).filter { $0.0.isBefore(proof.index) }.map { $0.1 }
        guard Array(left.reversed()) == frontier.hashes else {
            throw EvidenceError.otherEarlierLeaves(count: proof.index)
        }
        execute(leaf)
        guard let found else { throw EvidenceError.noRuleBroken(index: proof.index) }
        return found
    }
}

extension LeafRun {
    /// Whether all its leaves are before `index`.
    fileprivate func isBefore(_ index: UInt64) -> Bool {
        subtrees.allSatisfy { ($0.index + 1) << UInt64($0.level) <= index }
    }
}
