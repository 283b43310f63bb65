internal import Octets
internal import TransparencyLog

/// The hashes of complete subtrees of one tree, as far as they are known, and the paths that can be made of them.
struct KnownTree: Hashable, Sendable {
    /// The number of leaves of the whole tree.
    let size: UInt64
    private var nodes: [Subtree: MerkleHash] = [:]

    private struct Unknown: Error {}

    init(size: UInt64) { self.size = size }

    mutating func note(_ hashes: some Sequence<SubtreeHash>) {
        for node in hashes { nodes[node.subtree] = node.hash }
    }

    /// Takes over the right edge of the tree of its first leaves.
    mutating func note(edge: TreeFrontier) { note(edge.subtreeHashes) }

    /// What of this joins the tree of the first `boundary` leaves to the whole: about one hash for each level.
    func beyond(_ boundary: UInt64) -> [SubtreeHash] {
        Self.joining(boundary, to: size)
            .filter { $0.index << UInt64($0.level) >= boundary }
            .compactMap { subtree in nodes[subtree].map { SubtreeHash(subtree: subtree, hash: $0) } }
    }

    /// The subtrees that a proof between the two sizes consists of.
    static func joining(_ boundary: UInt64, to size: UInt64) -> [Subtree] {
        ((try? ConsistencyProof.plan(oldSize: boundary, newSize: size)) ?? []).flatMap(\.subtrees)
    }

    /// The path of a ``PrefixProof``; nil where too little is known.
    func prefixPath(of prefix: UInt64) -> [MerkleHash]? {
        try? PrefixProof.make(prefix: prefix, size: size) { try hash(of: $0) }.path
    }

    /// The path of an inclusion proof; nil where too little is known.
    func inclusionPath(of index: UInt64) -> [MerkleHash]? {
        try? InclusionProof.make(index: index, size: size) { try hash(of: $0) }.path
    }

    private func hash(of subtree: Subtree) throws(Unknown) -> MerkleHash {
        if let known = nodes[subtree] { return known }
        guard subtree.level > 0 else { throw Unknown() }
        let left = Subtree(level: subtree.level - 1, index: subtree.index * 2)
        return MerkleTree.nodeHash(
            try hash(of: left), try hash(of: Subtree(level: left.level, index: left.index + 1)))
    }
}

extension TreeFrontier {
    /// Its hashes with their places, largest first.
    var subtreeHashes: [SubtreeHash] {
        var position: UInt64 = 0
        return zip((0..<UInt8(63)).reversed().filter { size >> UInt64($0) & 1 == 1 }, hashes).map { level, hash in
            defer { position += 1 << UInt64(level) }
            return SubtreeHash(subtree: Subtree(level: level, index: position >> UInt64(level)), hash: hash)
        }
    }
}
