/// The last leaves of a log, in memory: those that are not in full bundles yet, and those that witnesses are about to read.
struct LeafTail: Sendable {
    /// The index of the first leaf held: a multiple of 256.
    private(set) var start: UInt64
    private var leaves: ArraySlice<[UInt8]>

    init(start: UInt64 = 0, _ leaves: [[UInt8]] = []) {
        self.start = start
        self.leaves = leaves[...]
    }

    /// The index after the last leaf.
    var end: UInt64 { start + UInt64(leaves.count) }

    mutating func append(_ new: [[UInt8]]) { leaves += new }

    /// Lets go of what is in full bundles of a tree of `size` leaves whose tiles are durable.
    mutating func settle(tiled size: UInt64) {
        let settled = min(size & ~0xff, end)
        guard settled > start else { return }
        leaves = ArraySlice(Array(leaves.dropFirst(Int(settled - start))))
        start = settled
    }

    /// The leaves `from ..< to`; nil where they begin before those held or end after them.
    func leaves(from: UInt64, to: UInt64) -> ArraySlice<[UInt8]>? {
        guard start <= from, from <= to, to <= end else { return nil }
        let first = leaves.startIndex + Int(from - start)
        return leaves[first..<first + Int(to - from)]
    }
}
