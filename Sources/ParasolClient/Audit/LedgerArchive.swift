import DurableFiles
import LedgerReplica
import Octets
import ServiceProtocols
package import TransparencyLog

/// A copy of a ledger as files, in the layout of C2SP tlog-tiles: `checkpoint`, `tile/entries/<N>[.p/<W>]` with the leaves,
/// `tile/0/<N>[.p/<W>]` with their hashes.
///
/// Needs no ledger to be audited, and any tool that reads tiles can check it. The leaf hashes are there so that an audit
/// can say which leaf was changed, not only that one was.
package struct LedgerArchive: Sendable {
    /// Leaves in a full tile.
    package static let tileWidth: UInt64 = 256
    /// A full bundle of the longest leaves.
    static let maximumBundleBytes = 256 * (65_535 + 2)

    package let folder: String

    package init(folder: String) { self.folder = folder }

    private let files = FileSystem()

    // MARK: Writing

    /// Copies the newest final checkpoint of a ledger and all leaves below it.
    ///
    /// - Returns: The number of leaves.
    package func write(_ session: LedgerSession) async throws -> UInt64 {
        let checkpoint = try session.trust.verify(checkpoint: try await session.ledger.checkpoint())
        let size = checkpoint.checkpoint.size
        var start: UInt64 = 0
        while start < size {
            let end = min(size, start + Self.tileWidth)
            var leaves: [[UInt8]] = []
            while start + UInt64(leaves.count) < end {
                let more = try await session.ledger.entries(from: start + UInt64(leaves.count), to: end)
                guard !more.isEmpty else { throw ReplicaError.missingEntries(from: start, size: size) }
                leaves += more
            }
            var bundle = OctetWriter()
            var hashes = OctetWriter()
            for leaf in leaves {
                try bundle.writeBytes16(leaf)
                hashes.write(MerkleTree.leafHash(of: leaf))
            }
            try write(bundle.bytes, to: Self.path("entries", tile: start / Self.tileWidth, width: end - start))
            try write(hashes.bytes, to: Self.path("0", tile: start / Self.tileWidth, width: end - start))
            start = end
        }
        // Last, so that a copy with a checkpoint is a whole one.
        try write(checkpoint.note, to: "checkpoint")
        return size
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        var parent = folder
        try files.makeFolder(parent)
        for component in path.split(separator: "/").dropLast() {
            parent += "/" + component
            try files.makeFolder(parent)
        }
        try files.replace(folder + "/" + path, with: bytes)
    }

    // MARK: Reading

    /// The signed note of the copy.
    package func checkpoint() throws -> [UInt8] {
        try files.readAll(folder + "/checkpoint", atMost: SignedNote.maximumBytes)
    }

    /// The leaves of a tile of a tree of `size` leaves, and their hashes as the copy has them.
    package func tile(_ index: UInt64, of size: UInt64) throws -> [(leaf: [UInt8], hash: MerkleHash)] {
        let start = index * Self.tileWidth
        let width = min(size - start, Self.tileWidth)
        let bundle = try files.readAll(
            folder + "/" + Self.path("entries", tile: index, width: width), atMost: Self.maximumBundleBytes)
        let hashes = try files.readAll(
            folder + "/" + Self.path("0", tile: index, width: width), atMost: 32 * Int(Self.tileWidth))
        var leaves = OctetReader(bundle)
        var hashReader = OctetReader(hashes)
        var tile: [(leaf: [UInt8], hash: MerkleHash)] = []
        for offset in 0..<width {
            do { tile.append((try leaves.readBytes16(), try hashReader.readFixed())) } catch {
                throw AuditError.damagedBundle(index: start + offset, "\(error)")
            }
        }
        do {
            try leaves.finish()
            try hashReader.finish()
        } catch { throw AuditError.damagedBundle(index: start + width - 1, "\(error)") }
        return tile
    }

    /// `tile/<kind>/<N>`, with `.p/<W>` where it is not full; N in groups of three digits, all but the last behind an x.
    package static func path(_ kind: String, tile: UInt64, width: UInt64) -> String {
        var groups: [String] = []
        var rest = tile
        repeat {
            let digits = String(rest % 1000)
            groups.append(String(repeating: "0", count: 3 - digits.count) + digits)
            rest /= 1000
        } while rest > 0
        let name = groups.enumerated().map { $0.offset == 0 ? $0.element : "x" + $0.element }.reversed()
        return "tile/\(kind)/" + name.joined(separator: "/") + (width < tileWidth ? ".p/\(width)" : "")
    }
}
