public import Octets

/// That one tree is the beginning of another (RFC 6962, section 2.1.2).
///
/// The boundary, where the RFC leaves a choice: with `oldSize` 0 everything is consistent, and the path must be empty
/// (so says the witness protocol); equal sizes need an empty path and equal roots; a tree of size 0, old or new, must
/// have the empty tree's root; an old size above the new one is refused.
public struct ConsistencyProof: Hashable, Sendable {
    public let oldSize: UInt64
    public let newSize: UInt64
    public let path: [MerkleHash]

    /// A proof as received; nothing about it holds until ``verify(oldRoot:newRoot:)`` returns.
    public init(oldSize: UInt64, newSize: UInt64, path: [MerkleHash]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.path = path
    }

    /// Which stored hashes the path consists of, in order.
    ///
    /// - Throws: ``TransparencyLogError/shrunk(oldSize:newSize:)``, ``TransparencyLogError/sizeOutOfRange``.
    public static func plan(oldSize: UInt64, newSize: UInt64) throws(TransparencyLogError) -> [LeafRun] {
        guard newSize <= MerkleTree.maximumSize else { throw .sizeOutOfRange }
        guard oldSize <= newSize else { throw .shrunk(oldSize: oldSize, newSize: newSize) }
        guard oldSize > 0, oldSize < newSize else { return [] }
        var start: UInt64 = 0
        var end = newSize
        var runs: [LeafRun] = []
        // The old tree ends inside start..<end. As long as start is 0, the left part needs no hash of its own.
        while oldSize < end {
            let middle = start + MerkleTree.split(of: end - start)
            if oldSize <= middle {
                runs.append(LeafRun(middle, end))
                end = middle
            } else {
                runs.append(LeafRun(start, middle))
                start = middle
            }
        }
        if start > 0 { runs.append(LeafRun(start, end)) }
        return runs.reversed()
    }

    /// Makes a proof from stored hashes; `hash` gives that of a complete subtree of the new tree.
    ///
    /// - Throws: what ``plan(oldSize:newSize:)`` throws, or what `hash` throws.
    public static func make(
        oldSize: UInt64, newSize: UInt64, resolving hash: (Subtree) throws -> MerkleHash
    ) throws -> ConsistencyProof {
        let runs = try plan(oldSize: oldSize, newSize: newSize)
        return ConsistencyProof(
            oldSize: oldSize, newSize: newSize, path: try runs.map { try $0.resolved(hash) })
    }

    /// Checks the proof (RFC 9162, section 2.1.4.2).
    ///
    /// - Throws: ``TransparencyLogError/sizeOutOfRange``, ``TransparencyLogError/shrunk(oldSize:newSize:)``,
    ///   ``TransparencyLogError/pathTooLong``, ``TransparencyLogError/consistencyNotProved``.
    public func verify(oldRoot: MerkleHash, newRoot: MerkleHash) throws(TransparencyLogError) {
        guard newSize <= MerkleTree.maximumSize else { throw .sizeOutOfRange }
        guard oldSize <= newSize else { throw .shrunk(oldSize: oldSize, newSize: newSize) }
        guard path.count <= MerkleTree.maximumPathLength else { throw .pathTooLong }
        guard oldSize > 0 || oldRoot == MerkleTree.emptyRoot, newSize > 0 || newRoot == MerkleTree.emptyRoot else {
            throw .consistencyNotProved
        }
        if oldSize == 0 || oldSize == newSize {
            guard path.isEmpty, oldSize == 0 || oldRoot == newRoot else { throw .consistencyNotProved }
            return
        }
        guard let (old, new) = recomputedRoots(oldRoot: oldRoot), old == oldRoot, new == newRoot else {
            throw .consistencyNotProved
        }
    }

    /// Both roots as the path gives them, for 0 < oldSize < newSize; nil where the path has the wrong length.
    func recomputedRoots(oldRoot: MerkleHash) -> (old: MerkleHash, new: MerkleHash)? {
        guard let first = path.first else { return nil }
        var node = oldSize - 1
        var last = newSize - 1
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        // An old tree that is complete is itself a node of the new tree, and the path leaves it out.
        let isComplete = oldSize.nonzeroBitCount == 1
        var old = isComplete ? oldRoot : first
        var new = old
        for sibling in isComplete ? path[...] : path.dropFirst() {
            guard last != 0 else { return nil }
            if node & 1 == 1 || node == last {
                old = MerkleTree.nodeHash(sibling, old)
                new = MerkleTree.nodeHash(sibling, new)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                new = MerkleTree.nodeHash(new, sibling)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 ? (old, new) : nil
    }
}
