package import LedgerReplica
package import LogStorage
package import ServiceProtocols
package import SharingContracts
package import TransparencyLog

/// A state of a log that somebody was shown: a signed checkpoint, and where there is one the folder with its tiles.
package struct ShownLog: Sendable {
    package let note: [UInt8]
    package let checkpoint: Checkpoint
    package let folder: LogFolder?

    /// - Throws: ``AuditError/checkpoint(_:)`` where the checkpoint does not meet the policy.
    package init(note: [UInt8], folder: LogFolder? = nil, trust: TrustAnchor) throws(AuditError) {
        self.note = note
        self.folder = folder
        checkpoint = try trust.audited(checkpoint: note).final.checkpoint
    }

    /// The state that a folder is in.
    package init(folder: LogFolder, trust: TrustAnchor) throws(AuditError) {
        try self.init(note: try folder.storedCheckpoint(), folder: folder, trust: trust)
    }
}

/// Two states of one log that cannot both be honest, both of them signed and cosigned.
package struct LogFork: Sendable {
    /// The one of fewer leaves; where both have as many, the first named.
    package let smaller: ShownLog
    package let larger: ShownLog
    /// That the larger tree begins with other leaves than the smaller one's; nil where both have as many leaves and their
    /// roots say it.
    package let consistency: ConsistencyProof?
    /// What the larger tree begins with: the path of a `PrefixProof` of as many leaves as the smaller one has.
    package let prefixPath: [MerkleHash]
    /// The first leaf that differs, as each has it, proved in each; nil where one of the two is no folder.
    package let leaves: (smaller: LeafProof, larger: LeafProof)?
}

/// How two states of a log stand to each other.
package enum LogRelation: Sendable {
    case same
    /// The larger one begins with all leaves of the smaller one, which the proof shows.
    case extended(ConsistencyProof)
    case fork(LogFork)
    /// Nobody can say without the tiles of the larger one.
    case unknown

    /// Compares two states.
    ///
    /// - Throws: ``AuditError`` where tiles are missing or damaged: damage is never taken for a fork.
    /// - Complexity: O(log² n) tiles.
    package init(_ one: ShownLog, _ other: ShownLog) throws(AuditError) {
        let (smaller, larger) = one.checkpoint.size <= other.checkpoint.size ? (one, other) : (other, one)
        let old = smaller.checkpoint
        let new = larger.checkpoint
        if old.size == new.size {
            self = old.root == new.root ? .same : .fork(try LogFork(smaller, larger, nil, []))
            return
        }
        guard let folder = larger.folder else {
            self = .unknown
            return
        }
        do {
            var tiles = folder.lookup(size: new.size)
            guard try tiles.root(ofFirst: new.size) == new.root else { throw AuditError.wrongRoot(size: new.size) }
            let proof = try tiles.consistencyProof(from: old.size, to: new.size)
            do {
                try proof.verify(oldRoot: old.root, newRoot: new.root)
                self = .extended(proof)
            } catch TransparencyLogError.consistencyNotProved {
                let prefix = try PrefixProof.make(prefix: old.size, size: new.size) { try tiles.hash(of: $0) }
                self = .fork(try LogFork(smaller, larger, proof, prefix.path))
            }
        } catch { throw AuditError(storing: error) }
    }
}

extension LogFork {
    /// What convicts the log before anybody who knows its key (Protocols/evidence.md).
    ///
    /// - Parameter seenAt: When it was found.
    package func evidence(seenAt: Timestamp) throws -> LedgerEvidence {
        try LedgerEvidence.fork(
            seenAt: seenAt, prefix: smaller.checkpoint.size,
            LedgerEvidence.SignedTree(note: try SignedNote(encoded: smaller.note), path: []),
            LedgerEvidence.SignedTree(note: try SignedNote(encoded: larger.note), path: prefixPath))
    }

    /// - Parameter consistency: The larger tree's own proof from the smaller one's size.
    fileprivate init(
        _ smaller: ShownLog, _ larger: ShownLog, _ consistency: ConsistencyProof?, _ prefixPath: [MerkleHash]
    ) throws(AuditError) {
        self.smaller = smaller
        self.larger = larger
        self.consistency = consistency
        self.prefixPath = prefixPath
        guard let one = smaller.folder, let other = larger.folder else {
            leaves = nil
            return
        }
        let index = try Self.firstDifference(one, smaller.checkpoint, other, larger.checkpoint)
        let here = try LeafProof(of: .index(index), in: one, trust: nil)
        let there = try LeafProof(of: .index(index), in: other, trust: nil)
        // Both proofs verified: equal leaves would mean that tiles on the way here are damaged.
        guard here.leaf != there.leaf else { throw .wrongRoot(size: smaller.checkpoint.size) }
        leaves = (here, there)
    }

    /// Trees that share their first n leaves share the root of those, and never again once they differ.
    private static func firstDifference(
        _ one: LogFolder, _ old: Checkpoint, _ other: LogFolder, _ new: Checkpoint
    ) throws(AuditError) -> UInt64 {
        do {
            var here = one.lookup(size: old.size)
            var there = other.lookup(size: new.size)
            guard try here.root(ofFirst: old.size) == old.root else { throw AuditError.wrongRoot(size: old.size) }
            var same: UInt64 = 0
            var different = old.size
            while different - same > 1 {
                let middle = same + (different - same) / 2
                if try here.root(ofFirst: middle) == there.root(ofFirst: middle) {
                    same = middle
                } else {
                    different = middle
                }
            }
            return same
        } catch { throw AuditError(storing: error) }
    }
}
