public import Octets

/// That one leaf is in a tree: the hashes beside its way to the root (RFC 6962, section 2.1.1).
public struct InclusionProof: Hashable, Sendable {
    /// The leaf's position, from 0.
    public let index: UInt64
    /// The number of leaves of the tree it is proved in.
    public let size: UInt64
    /// The leaf's sibling first, the root's child last.
    public let path: [MerkleHash]

    /// A proof as received; nothing about it holds until ``verify(leafHash:root:)`` returns.
    public init(index: UInt64, size: UInt64, path: [MerkleHash]) {
        self.index = index
        self.size = size
        self.path = path
    }

    /// Which stored hashes the path consists of, leaf's sibling first.
    ///
    /// - Throws: ``TransparencyLogError/indexOutOfRange(index:size:)``, ``TransparencyLogError/sizeOutOfRange``.
    public static func plan(index: UInt64, size: UInt64) throws(TransparencyLogError) -> [LeafRun] {
        guard size <= MerkleTree.maximumSize else { throw .sizeOutOfRange }
        guard index < size else { throw .indexOutOfRange(index: index, size: size) }
        var start: UInt64 = 0
        var end = size
        var runs: [LeafRun] = []
        while end - start > 1 {
            let middle = start + MerkleTree.split(of: end - start)
            if index < middle {
                runs.append(LeafRun(middle, end))
                end = middle
            } else {
                runs.append(LeafRun(start, middle))
                start = middle
            }
        }
        return runs.reversed()
    }

    /// Makes a proof from stored hashes; `hash` gives that of a complete subtree of the tree.
    ///
    /// - Throws: what ``plan(index:size:)`` throws, or what `hash` throws.
    public static func make(
        index: UInt64, size: UInt64, resolving hash: (Subtree) throws -> MerkleHash
    ) throws -> InclusionProof {
        let runs = try plan(index: index, size: size)
        return InclusionProof(index: index, size: size, path: try runs.map { try $0.resolved(hash) })
    }

    /// Checks the proof (RFC 9162, section 2.1.3.2).
    ///
    /// - Throws: ``TransparencyLogError/sizeOutOfRange``, ``TransparencyLogError/indexOutOfRange(index:size:)``,
    ///   ``TransparencyLogError/pathTooLong``, ``TransparencyLogError/inclusionNotProved``.
    public func verify(leafHash: MerkleHash, root: MerkleHash) throws(TransparencyLogError) {
        guard size <= MerkleTree.maximumSize else { throw .sizeOutOfRange }
        guard index < size else { throw .indexOutOfRange(index: index, size: size) }
        guard path.count <= MerkleTree.maximumPathLength else { throw .pathTooLong }
        var node = index
        var last = size - 1
        var hash = leafHash
        for sibling in path {
            guard last != 0 else { throw .inclusionNotProved }
            if node & 1 == 1 || node == last {
                hash = MerkleTree.nodeHash(sibling, hash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = MerkleTree.nodeHash(hash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0, hash == root else { throw .inclusionNotProved }
    }
}
