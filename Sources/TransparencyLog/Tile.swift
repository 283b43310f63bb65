/// One tile of a log: up to 256 hashes of one level, or up to 256 entries (C2SP tlog-tiles).
///
/// Hash i of the tile at level L and index N is the root of the leaves (N·256+i)·256^L ..< (N·256+i+1)·256^L. A tile of
/// fewer than 256 is *partial*: it lies at the right edge of a tree, and only full ones are hashed into the level above.
public struct Tile: Hashable, Sendable {
    /// Hashes or entries in a full tile.
    public static let fullWidth = 256
    /// The highest level that a tree of ``MerkleTree/maximumSize`` leaves has a hash at.
    public static let maximumLevel: UInt8 = 7
    /// The longest entry: its length goes before it in two bytes.
    public static let maximumEntryBytes = 65_535
    /// A full bundle of the longest entries.
    public static let maximumBundleBytes = fullWidth * (2 + maximumEntryBytes)

    /// What a tile holds.
    public enum Content: Hashable, Sendable {
        /// Hashes; level 0 are those of the leaves.
        case hashes(level: UInt8)
        /// The entries themselves: an entry bundle.
        case entries
    }

    public let content: Content
    /// From the left, from 0.
    public let index: UInt64
    /// How many hashes or entries, 1...256.
    public let width: Int

    /// - Throws: ``TransparencyLogError/noSuchTile`` for a width outside 1...256, a level above ``maximumLevel``, or what
    ///   would begin beyond ``MerkleTree/maximumSize``.
    public init(_ content: Content, index: UInt64, width: Int = fullWidth) throws(TransparencyLogError) {
        guard (1...Tile.fullWidth).contains(width) else { throw .noSuchTile }
        var bits: UInt64 = 8
        if case .hashes(let level) = content {
            guard level <= Tile.maximumLevel else { throw .noSuchTile }
            bits += 8 * UInt64(level)
        }
        guard bits < 64 ? index <= MerkleTree.maximumSize >> bits : index == 0 else { throw .noSuchTile }
        self.init(unchecked: content, index: index, width: width)
    }

    init(unchecked content: Content, index: UInt64, width: Int) {
        self.content = content
        self.index = index
        self.width = width
    }

    /// 0 for entries.
    public var level: UInt8 { if case .hashes(let level) = content { level } else { 0 } }

    public var isFull: Bool { width == Tile.fullWidth }

    /// The full tile in whose place this one is.
    public var filled: Tile { Tile(unchecked: content, index: index, width: Tile.fullWidth) }

    /// The most bytes that the tile can have.
    public var maximumBytes: Int {
        switch content {
        case .hashes: width * 32
        case .entries: width * (2 + Tile.maximumEntryBytes)
        }
    }

    // MARK: Which tiles a tree has

    /// The tile of a tree of `size` leaves that has this content and index, as wide as the tree makes it; nil for none.
    public static func inTree(_ content: Content, index: UInt64, size: UInt64) -> Tile? {
        guard size <= MerkleTree.maximumSize, let tile = try? Tile(content, index: index) else { return nil }
        let count = size >> (8 * UInt64(tile.level))
        guard count >> 8 >= index, count > index << 8 else { return nil }
        return Tile(unchecked: content, index: index, width: Int(min(count - index << 8, UInt64(fullWidth))))
    }

    /// The partial tiles of a tree of `size` leaves, its right edge: entries first, then hashes from level 0 up. At most nine.
    public static func partial(ofTree size: UInt64) -> [Tile] {
        var tiles: [Tile] = []
        for level in 0...maximumLevel {
            let count = size >> (8 * UInt64(level))
            guard count & 0xff > 0 else { continue }
            if level == 0 { tiles.append(Tile(unchecked: .entries, index: count >> 8, width: Int(count & 0xff))) }
            tiles.append(Tile(unchecked: .hashes(level: level), index: count >> 8, width: Int(count & 0xff)))
        }
        return tiles
    }

    /// How many tiles of hashes at `level` a tree of `size` leaves has, the partial one included.
    public static func count(level: UInt8, size: UInt64) -> UInt64 {
        guard level <= maximumLevel else { return 0 }
        let hashes = size >> (8 * UInt64(level))
        return hashes >> 8 + (hashes & 0xff > 0 ? 1 : 0)
    }
}

extension Tile: CustomStringConvertible {
    public var description: String { path }
}

// MARK: - Paths

extension Tile {
    /// `tile/<level>/<index>` or `tile/entries/<index>`, with `.p/<width>` where it is partial. The index in groups of three
    /// digits, all but the last behind an x: 1234067 is `x001/x234/067`.
    public var path: String {
        let kind =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        var groups = ""
        var rest = index
        repeat {
            let digits = String(rest % 1000)
            let group = String(repeating: "0", count: 3 - digits.utf8.count) + digits
            groups = groups.isEmpty ? group : "x\(group)/\(groups)"
            rest /= 1000
        } while rest > 0
        return "tile/\(kind)/\(groups)" + (isFull ? "" : ".p/\(width)")
    }

    /// Reads a path; only the one spelling that ``path`` gives.
    ///
    /// - Throws: ``TransparencyLogError/noSuchTile``.
    public init(path: String) throws(TransparencyLogError) {
        guard path.utf8.count <= 64 else { throw .noSuchTile }
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
        guard parts.popFirst() == "tile", let kind = parts.popFirst(), !parts.isEmpty else { throw .noSuchTile }
        let content: Content
        if kind == "entries" {
            content = .entries
        } else {
            guard let level = UInt8(kind) else { throw .noSuchTile }
            content = .hashes(level: level)
        }
        var width = Tile.fullWidth
        if parts.count >= 2, parts[parts.endIndex - 2].hasSuffix(".p") {
            guard let partial = Int(parts.removeLast()), partial < Tile.fullWidth else { throw .noSuchTile }
            width = partial
            parts[parts.endIndex - 1].removeLast(2)
        }
        var index: UInt64 = 0
        for group in parts {
            guard let value = UInt64(group.drop { $0 == "x" }), value < 1000, index < UInt64.max / 1000 - 1 else {
                throw .noSuchTile
            }
            index = index * 1000 + value
        }
        try self.init(content, index: index, width: width)
        guard self.path == path else { throw .noSuchTile }
    }
}
