public import Octets

/// The bytes of tiles (C2SP tlog-tiles).
public enum TileBytes {
    /// The hashes one behind the other.
    public static func encode(hashes: [MerkleHash]) -> [UInt8] {
        var writer = OctetWriter(reservingCapacity: hashes.count * 32)
        for hash in hashes { writer.write(hash) }
        return writer.bytes
    }

    /// - Throws: ``TransparencyLogError/damagedTile(_:)`` for another number of bytes than the tile's width makes.
    public static func hashes(in bytes: [UInt8], of tile: Tile) throws(TransparencyLogError) -> [MerkleHash] {
        guard case .hashes = tile.content, bytes.count == tile.width * 32 else { throw .damagedTile(tile) }
        var reader = OctetReader(bytes)
        do {
            return try (0..<tile.width).map { _ in try reader.readFixed() }
        } catch { throw .damagedTile(tile) }
    }

    /// An entry bundle: each entry behind its length, 16 bits, big-endian.
    ///
    /// - Throws: ``TransparencyLogError/entryTooLong(bytes:)`` above ``Tile/maximumEntryBytes``.
    public static func encode(entries: [[UInt8]]) throws(TransparencyLogError) -> [UInt8] {
        var writer = OctetWriter(reservingCapacity: entries.reduce(0) { $0 + 2 + $1.count })
        for entry in entries {
            do { try writer.writeBytes16(entry) } catch { throw .entryTooLong(bytes: entry.count) }
        }
        return writer.bytes
    }

    /// - Throws: ``TransparencyLogError/damagedTile(_:)`` where the bytes are not exactly as many entries as the tile's width.
    public static func entries(in bytes: [UInt8], of tile: Tile) throws(TransparencyLogError) -> [[UInt8]] {
        guard tile.content == .entries else { throw .damagedTile(tile) }
        var reader = OctetReader(bytes)
        do {
            let entries = try (0..<tile.width).map { _ in try reader.readBytes16() }
            try reader.finish()
            return entries
        } catch { throw .damagedTile(tile) }
    }
}
