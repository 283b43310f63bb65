/// Looks for pieces of a cleartext in stored bytes.
struct CleartextSearch {
    /// Shorter pieces turn up in random bytes by chance.
    static let pieceBytes = 16

    private let pieces: Set<[UInt8]>

    /// - Parameter stored: What to look in.
    init(_ stored: [UInt8]) {
        var pieces: Set<[UInt8]> = []
        // Aligned pieces of the one and every piece of the other meet wherever 31 bytes are shared.
        for start in stride(from: 0, through: stored.count - Self.pieceBytes, by: Self.pieceBytes) {
            pieces.insert(Array(stored[start..<start + Self.pieceBytes]))
        }
        self.pieces = pieces
    }

    /// Where in `cleartext` a piece begins that is also stored; nil where there is none.
    ///
    /// Pieces of one repeated byte are passed over: header and padding may share them with anything.
    func firstOverlap(with cleartext: [UInt8]) -> Int? {
        guard cleartext.count >= Self.pieceBytes else { return nil }
        for start in 0...(cleartext.count - Self.pieceBytes) {
            let piece = Array(cleartext[start..<start + Self.pieceBytes])
            if Set(piece).count > 1, pieces.contains(piece) { return start }
        }
        return nil
    }
}
