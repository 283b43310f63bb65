/// The bytes of leaves that are committed and not final yet.
struct Backlog: Sendable {
    /// The sizes of the tree that batches led to, ascending, each with the bytes of its batch.
    private var batches: [(end: UInt64, bytes: Int)] = []
    private(set) var bytes = 0

    /// Counts a batch that was committed.
    mutating func add(bytes: Int, upTo end: UInt64) {
        batches.append((end, bytes))
        self.bytes += bytes
    }

    /// Forgets the batches that are final in a tree of this size.
    mutating func settle(upTo final: UInt64) {
        let settled = batches.prefix { $0.end <= final }
        bytes -= settled.reduce(0) { $0 + $1.bytes }
        batches.removeFirst(settled.count)
    }
}
