internal import LedgerReplica
internal import Octets
internal import SharingContracts

/// What somebody has read of the leaves that concern it, each proved, and how far.
struct TrailContent: Hashable, Sendable {
    /// More than this nobody reads: what gathers in many lives.
    static let maximumLeaves = 1_000_000
    private static let version: UInt8 = 1

    /// Each leaf's bytes, by its index.
    private(set) var leaves: [UInt64: [UInt8]] = [:]
    /// The own trail is read below this leaf.
    var ownPosition: UInt64 = 0
    /// What is granted is read below this leaf, of the consents that had begun.
    var grantedPosition: UInt64 = 0

    init() {}

    /// - Returns: Whether it is new.
    mutating func add(_ proved: VerifiedReceipt) -> Bool {
        guard leaves[proved.index] == nil else { return false }
        leaves[proved.index] = proved.entry.serialized
        return true
    }

    /// What all of it means.
    ///
    /// - Throws: `ContractViolation` for a leaf that is none.
    func state(origin: String) throws(ContractViolation) -> WorldState {
        var state = WorldState(origin: origin)
        for index in leaves.keys.sorted() {
            guard let leaf = leaves[index] else { continue }
            state.take(proven: try LedgerEntry(serialized: leaf), at: index)
        }
        return state
    }

    // MARK: Bytes

    /// Version 1 ‖ the two positions, 64 bits each ‖ for each leaf, ascending: its index in 64 bits, its bytes behind their length in 16 bits.
    func encoded() throws(OctetsError) -> [UInt8] {
        var writer = OctetWriter()
        writer.writeUInt8(Self.version)
        writer.writeBigEndian(ownPosition)
        writer.writeBigEndian(grantedPosition)
        for index in leaves.keys.sorted() {
            writer.writeBigEndian(index)
            try writer.writeBytes16(leaves[index] ?? [])
        }
        return writer.bytes
    }

    /// Reads what ``encoded()`` wrote; nil for another version.
    init?(encoded bytes: [UInt8]) throws(OctetsError) {
        var reader = OctetReader(bytes)
        guard try reader.readUInt8() == Self.version else { return nil }
        ownPosition = try reader.readBigEndian()
        grantedPosition = try reader.readBigEndian()
        while !reader.isAtEnd {
            let index: UInt64 = try reader.readBigEndian()
            leaves[index] = try reader.readBytes16()
        }
    }
}
