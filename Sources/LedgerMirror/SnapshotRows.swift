internal import LedgerReplica
internal import Octets
internal import SharingContracts
internal import TransparencyLog

/// Reads a snapshot's rows in order, strictly: each in its table's one encoding, ascending, as many as the head says, and none
/// behind them; and takes their root.
struct SnapshotRows {
    /// No row of any table is longer: the longest holds two transaction bodies.
    static let maximumRowBytes = 1 << 18

    let head: SnapshotHead
    private let input: SnapshotInput
    private var read: UInt64 = 0
    private var last: StateKey?
    private var frontier = TreeFrontier()

    /// - Parameter input: What follows the head.
    init(_ head: SnapshotHead, _ input: SnapshotInput) {
        self.head = head
        self.input = input
    }

    /// Reads and verifies the head.
    init(_ input: SnapshotInput, trust: TrustAnchor) throws {
        self.init(try SnapshotHead(trust: trust) { try input.read($0, $1) }, input)
    }

    /// The next row; nil behind the last, once their root has been found to be the head's.
    mutating func next() throws -> StateRow? {
        guard read < head.rowCount else {
            guard input.remaining == 0 else { throw SnapshotError.trailingBytes(input.remaining) }
            guard frontier.root == head.root else { throw SnapshotError.rootMismatch }
            return nil
        }
        var length = OctetReader(try input.read(4, .row))
        let count: UInt32 = try length.readBigEndian()
        guard count <= Self.maximumRowBytes else {
            throw SnapshotError.tooLong(.row, bytes: UInt64(count), bound: Self.maximumRowBytes)
        }
        let leaf = try input.read(Int(count), .row)
        let row: StateRow
        do throws(StateRowError) {
            row = try StateRow(leaf: leaf)
            guard try row.reencoded() == row else { throw .wrongKey }
        } catch { throw SnapshotError.badRow(read, error) }
        if let last, last >= row.key { throw SnapshotError.notAscending(read) }
        try frontier.append(MerkleTree.leafHash(of: leaf))
        last = row.key
        read += 1
        return row
    }
}
