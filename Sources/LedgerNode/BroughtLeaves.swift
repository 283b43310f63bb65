internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// Leaves that a request brought along, and that are those of the tree which it is about.
struct BroughtLeaves: EntrySource {
    private let start: UInt64
    private let leaves: ArraySlice<[UInt8]>

    /// - Parameters:
    ///   - leaves: From the leaf `old` on, whatever they are.
    ///   - edge: The tree that is held already.
    ///   - offered: The tree that they should lead to.
    /// - Returns: nil where they do not, and so for none.
    /// - Complexity: linear in their bytes.
    init?(_ leaves: [[UInt8]], from old: UInt64, beyond edge: TreeFrontier, of offered: Checkpoint) {
        guard !leaves.isEmpty, old <= edge.size, edge.size < offered.size,
            offered.size - old == UInt64(leaves.count)
        else { return nil }
        start = edge.size
        self.leaves = leaves.suffix(Int(offered.size - edge.size))
        var frontier = edge
        for leaf in self.leaves {
            guard (try? frontier.append(MerkleTree.leafHash(of: leaf))) != nil else { return nil }
        }
        guard frontier.root == offered.root else { return nil }
    }

    func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        let size = self.start + UInt64(leaves.count)
        guard self.start <= start, start <= end, end <= size else {
            throw .outOfRange(start: start, end: end, size: size)
        }
        return Array(leaves.dropFirst(Int(start - self.start)).prefix(Int(end - start)))
    }
}
