/// Looks in stored bytes for what must not be there: pieces of a cleartext, digests, names.
package struct CleartextSearch: Sendable {
    /// Shorter pieces turn up in random bytes by chance.
    package static let pieceBytes = 16
    /// Above this, pieces are kept at every sixteenth offset only, to hold memory down.
    private static let denseBytes = 1 << 20

    private let stored: [UInt8]
    private let pieces: Set<Piece>
    /// A run of this many bytes that cleartext and stored bytes share is found wherever it begins.
    package let certainBytes: Int

    /// - Parameter stored: What to look in.
    /// - Complexity: linear in the number of bytes.
    package init(_ stored: [UInt8]) {
        let stride = stored.count <= Self.denseBytes ? 1 : Self.pieceBytes
        var pieces: Set<Piece> = []
        var window = Piece()
        for (index, byte) in stored.enumerated() {
            window.append(byte)
            let start = index + 1 - Self.pieceBytes
            if start >= 0, start.isMultiple(of: stride) { pieces.insert(window) }
        }
        self.stored = stored
        self.pieces = pieces
        certainBytes = Self.pieceBytes + stride - 1
    }

    /// Where in `cleartext` a piece begins that is also stored; nil where there is none.
    ///
    /// Pieces of one repeated byte are passed over: header and padding may share them with anything.
    ///
    /// - Complexity: linear in the number of bytes.
    package func firstOverlap(with cleartext: [UInt8]) -> Int? {
        var window = Piece()
        for (index, byte) in cleartext.enumerated() {
            window.append(byte)
            let start = index + 1 - Self.pieceBytes
            if start >= 0, !window.isOneRepeatedByte, pieces.contains(window) { return start }
        }
        return nil
    }

    /// Whether exactly these bytes are stored, anywhere.
    package func holds(_ bytes: [UInt8]) -> Bool { stored.contains(bytes) }

    /// The last ``pieceBytes`` bytes that went by.
    private struct Piece: Hashable, Sendable {
        private var high: UInt64 = 0
        private var low: UInt64 = 0

        mutating func append(_ byte: UInt8) {
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(byte)
        }

        var isOneRepeatedByte: Bool { high == low && low == (low & 0xff) &* 0x0101_0101_0101_0101 }
    }
}
