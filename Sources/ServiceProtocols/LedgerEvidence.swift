internal import Octets
package import SharingContracts
package import TransparencyLog

/// What convicts a log, whoever tells of it: signed by the log, and checked offline with nothing but the log's key
/// (Protocols/evidence.md).
///
/// What anybody could make up is no evidence: a proof that leads nowhere, leaves that do not hash to a signed root, a time that
/// only one clock contradicts. Whether this one is, ``verify(log:earlier:)`` says.
package struct LedgerEvidence: Hashable, Sendable {
    /// A signed tree, and the path from part of it to its root.
    package struct SignedTree: Hashable, Sendable {
        /// The signed checkpoint, as the log gave it out.
        package let note: SignedNote
        package let path: [MerkleHash]

        package init(note: SignedNote, path: [MerkleHash]) {
            self.note = note
            self.path = path
        }
    }

    package enum Charge: Hashable, Sendable {
        /// The log signed two trees whose first `prefix` leaves are not the same: each path is a ``PrefixProof``.
        ///
        /// The smaller tree first, of two of one size the one with the smaller root; of one size, `prefix` is that size.
        case fork(prefix: UInt64, SignedTree, SignedTree)
        /// The log signed a tree with this leaf in it, which breaks this rule. The path is an ``InclusionProof``.
        case brokenRule(ContractViolation.Code, index: UInt64, leaf: [UInt8], SignedTree)
    }

    /// When whoever collected this saw it, by their clock. Nobody vouches for it.
    package let seenAt: Timestamp
    package let charge: Charge

    package init(seenAt: Timestamp, _ charge: Charge) {
        self.seenAt = seenAt
        self.charge = charge
    }

    /// A fork of two trees in either order.
    ///
    /// - Throws: ``EvidenceError/notACheckpoint(_:)``.
    package static func fork(
        seenAt: Timestamp, prefix: UInt64, _ one: SignedTree, _ other: SignedTree
    ) throws(EvidenceError) -> LedgerEvidence {
        let isInOrder = try inOrder(one.checkpoint, other.checkpoint)
        return LedgerEvidence(
            seenAt: seenAt, isInOrder ? .fork(prefix: prefix, one, other) : .fork(prefix: prefix, other, one))
    }

    static func inOrder(_ first: Checkpoint, _ second: Checkpoint) -> Bool {
        first.size < second.size
            || (first.size == second.size && !second.root.bytes.lexicographicallyPrecedes(first.root.bytes))
    }

    /// The signed checkpoints, in the order of the file.
    package var notes: [SignedNote] {
        switch charge {
        case .fork(_, let first, let second): [first.note, second.note]
        case .brokenRule(_, _, _, let tree): [tree.note]
        }
    }
}

extension LedgerEvidence.SignedTree {
    /// What the note says, whoever signed it.
    var checkpoint: Checkpoint {
        get throws(EvidenceError) {
            do { return try Checkpoint(text: note.text) } catch { throw .notACheckpoint(error) }
        }
    }
}

/// Why something is not the evidence that it claims to be.
package enum EvidenceError: Error, Hashable, Sendable {
    /// Longer than ``LedgerEvidence/maximumBytes``.
    case tooLarge(bytes: Int)
    /// Not the one spelling of Protocols/evidence.md, from this line on.
    case malformed(line: Int)
    /// A note's text is no checkpoint.
    case notACheckpoint(TransparencyLogError)
    /// A checkpoint without a valid signature by the log.
    case notSigned(TransparencyLogError)
    /// A checkpoint of another origin than the log's.
    case otherLog(LogOrigin)
    /// A path that does not lead to its signed root.
    case leadsNowhere(size: UInt64)
    /// Both trees begin alike: no fork.
    case noConflict(prefix: UInt64)
    /// The leaf is a valid one: it breaks no rule.
    case noRuleBroken(index: UInt64)
    /// The leaf breaks another rule than the one that is charged.
    case otherRule(charged: ContractViolation.Code, found: ContractViolation)
    /// The leaves that were given as those before it are not the signed tree's, or fewer.
    case otherEarlierLeaves(count: UInt64)
}

extension EvidenceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let bytes): "\(bytes) bytes, at most \(LedgerEvidence.maximumBytes) are read as evidence"
        case .malformed(let line): "not evidence in its one spelling, from line \(line) on"
        case .notACheckpoint(let reason): "a note is not a checkpoint: \(reason)"
        case .notSigned(let reason): "a checkpoint is not signed by the log: \(reason)"
        case .otherLog(let origin): "a checkpoint is of \(origin), which is another log"
        case .leadsNowhere(let size): "the path does not lead to the signed root of \(size) leaves"
        case .noConflict(let prefix): "both trees begin with the same \(prefix) leaves: no fork"
        case .noRuleBroken(let index): "leaf \(index) breaks no rule"
        case .otherRule(let charged, let found): "charged with \(charged.rawValue), but found \(found)"
        case .otherEarlierLeaves(let count):
            "the leaves given as the \(count) before it are not those of the signed tree"
        }
    }
}
