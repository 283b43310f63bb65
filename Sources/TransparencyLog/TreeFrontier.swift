public import Octets

/// The right edge of a growing tree: all that is needed to append leaves and to compute the root.
///
/// Holds one hash for each bit set in the size, at most 63.
public struct TreeFrontier: Hashable, Sendable {
    /// The number of leaves.
    public private(set) var size: UInt64
    /// The maximal complete subtrees, largest (leftmost) first.
    public private(set) var hashes: [MerkleHash]

    /// The empty tree.
    public init() {
        size = 0
        hashes = []
    }

    /// A frontier as stored.
    ///
    /// - Throws: ``TransparencyLogError/sizeOutOfRange`` beyond ``MerkleTree/maximumSize``,
    ///   ``TransparencyLogError/frontierMismatch(size:hashes:)`` where the number of hashes is not the number of bits
    ///   set in `size`.
    public init(size: UInt64, hashes: [MerkleHash]) throws(TransparencyLogError) {
        guard size <= MerkleTree.maximumSize else { throw .sizeOutOfRange }
        guard hashes.count == size.nonzeroBitCount else {
            throw .frontierMismatch(size: size, hashes: hashes.count)
        }
        self.size = size
        self.hashes = hashes
    }

    /// The frontier of the tree of `size` leaves, read from stored hashes.
    public init<Failure: Error>(
        size: UInt64, resolving hash: (Subtree) throws(Failure) -> MerkleHash
    ) throws(Failure) {
        self.size = size
        var found: [MerkleHash] = []
        if size > 0 {
            for subtree in LeafRun(0, size).subtrees { found.append(try hash(subtree)) }
        }
        hashes = found
    }

    /// The root: SHA-256 of nothing for an empty tree. At most 62 hashes.
    public var root: MerkleHash {
        guard var result = hashes.last else { return MerkleTree.emptyRoot }
        for left in hashes.dropLast().reversed() { result = MerkleTree.nodeHash(left, result) }
        return result
    }

    /// Appends one leaf, amortized one hash.
    ///
    /// - Returns: the subtrees that this leaf completes, the leaf itself first: what a log stores.
    /// - Throws: ``TransparencyLogError/sizeOutOfRange`` for a full tree, which stays as it was.
    @discardableResult
    public mutating func append(_ leafHash: MerkleHash) throws(TransparencyLogError) -> [SubtreeHash] {
        guard size < MerkleTree.maximumSize else { throw .sizeOutOfRange }
        var hash = leafHash
        var completed = [SubtreeHash(subtree: Subtree(level: 0, index: size), hash: hash)]
        var level: UInt8 = 0
        while size >> UInt64(level) & 1 == 1, let left = hashes.popLast() {
            hash = MerkleTree.nodeHash(left, hash)
            level += 1
            completed.append(SubtreeHash(subtree: Subtree(level: level, index: size >> UInt64(level)), hash: hash))
        }
        hashes.append(hash)
        size += 1
        return completed
    }
}
