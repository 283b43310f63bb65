public import Octets

/// Which root the first leaves of a tree have, whatever anybody expected.
///
/// A consistency proof (RFC 6962, section 2.1.2) joins two roots that both sides know, and from a size that is a power of two
/// it leaves the old root out: where it fails, it proves nothing. This is the same path with the root of the first leaves in
/// front where the other leaves it out, so that it *says* what a tree begins with. Two trees of one log that say different
/// things about the same number of leaves are a fork.
public struct PrefixProof: Hashable, Sendable {
    /// More than any path has.
    public static let maximumPathLength = MerkleTree.maximumPathLength + 1

    /// How many leaves are the beginning; at least 1.
    public let prefix: UInt64
    /// The number of leaves of the tree.
    public let size: UInt64
    /// Empty where the beginning is the whole.
    public let path: [MerkleHash]

    /// A proof as received; nothing about it holds until ``prefixRoot(in:)`` gives a root.
    public init(prefix: UInt64, size: UInt64, path: [MerkleHash]) {
        self.prefix = prefix
        self.size = size
        self.path = path
    }

    /// Makes a proof from stored hashes; `hash` gives that of a complete subtree of the tree.
    ///
    /// - Throws: what ``ConsistencyProof/plan(oldSize:newSize:)`` throws, or what `hash` throws.
    public static func make(
        prefix: UInt64, size: UInt64, resolving hash: (Subtree) throws -> MerkleHash
    ) throws -> PrefixProof {
        var path = try ConsistencyProof.make(oldSize: prefix, newSize: size, resolving: hash).path
        if prefix.nonzeroBitCount == 1, prefix < size {
            let level = UInt8(prefix.trailingZeroBitCount)
            path.insert(try hash(Subtree(level: level, index: 0)), at: 0)
        }
        return PrefixProof(prefix: prefix, size: size, path: path)
    }

    /// The root of the first ``prefix`` leaves of the tree of ``size`` leaves that has `root`; nil where the path does not
    /// lead to `root`, and so proves nothing.
    ///
    /// - Complexity: two hashes for each of the path.
    public func prefixRoot(in root: MerkleHash) -> MerkleHash? {
        guard prefix > 0, prefix <= size, size <= MerkleTree.maximumSize, path.count <= Self.maximumPathLength else {
            return nil
        }
        guard prefix < size else { return path.isEmpty ? root : nil }
        guard let first = path.first else { return nil }
        let rest = prefix.nonzeroBitCount == 1 ? Array(path.dropFirst()) : path
        let proof = ConsistencyProof(oldSize: prefix, newSize: size, path: rest)
        guard let (old, new) = proof.recomputedRoots(oldRoot: first), new == root else { return nil }
        return old
    }
}
