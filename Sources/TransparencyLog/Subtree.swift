public import Octets

/// A complete subtree: the 2^`level` leaves from `index`·2^`level` on.
///
/// The hash of a complete subtree never changes once its last leaf is in, so these hashes are what a log stores; every
/// root and every proof is computed from them.
public struct Subtree: Hashable, Sendable {
    /// Height above the leaves, 0...62.
    public let level: UInt8
    /// Position among the subtrees of its level, from the left.
    public let index: UInt64

    /// Refuses nothing: a subtree beyond the tree's end is simply not found.
    public init(level: UInt8, index: UInt64) {
        self.level = level
        self.index = index
    }
}

extension Subtree: CustomStringConvertible {
    public var description: String { "subtree \(index) at level \(level)" }
}

/// The hash of one complete subtree, as a log stores it.
public struct SubtreeHash: Hashable, Sendable {
    public let subtree: Subtree
    public let hash: MerkleHash

    public init(subtree: Subtree, hash: MerkleHash) {
        self.subtree = subtree
        self.hash = hash
    }
}

/// Which stored hashes make up the hash of a run of leaves.
///
/// A proof's plan is a list of these, and making the proof is looking them up: see ``resolved(_:)``.
public struct LeafRun: Hashable, Sendable {
    /// Complete subtrees from left to right, each strictly smaller than the one before it. Never empty.
    public let subtrees: [Subtree]

    /// The run `start ..< end`, `start < end`, where `start` is a multiple of the largest power of two below or at
    /// the run's length, as every run in an RFC 6962 proof is.
    init(_ start: UInt64, _ end: UInt64) {
        var parts: [Subtree] = []
        var position = start
        while position < end {
            let level = UInt8(63 - (end - position).leadingZeroBitCount)
            parts.append(Subtree(level: level, index: position >> UInt64(level)))
            position += 1 << UInt64(level)
        }
        subtrees = parts
    }

    /// The run's hash, of stored hashes: folded from the right, as RFC 6962 splits at the largest power of two.
    public func resolved<Failure: Error>(
        _ hash: (Subtree) throws(Failure) -> MerkleHash
    ) throws(Failure) -> MerkleHash {
        var result: MerkleHash?
        for subtree in subtrees.reversed() {
            let left = try hash(subtree)
            result = result.map { MerkleTree.nodeHash(left, $0) } ?? left
        }
        return result ?? MerkleTree.emptyRoot
    }
}
