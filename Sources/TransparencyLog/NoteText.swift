/// The characters that signed notes are made of, and the numbers and lines in them.
///
/// All of it works on bytes: Swift's strings compare by canonical equivalence, and a signature does not.
package enum NoteText {
    static let newline = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")

    /// Demands UTF-8 without control characters below 0x20 other than newlines.
    static func check(_ bytes: [UInt8]) throws(TransparencyLogError) {
        if let offset = bytes.firstIndex(where: { $0 < 0x20 && $0 != newline }) { throw .notText(offset: offset) }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notText(offset: 0) }
    }

    /// The lines of `text`, which must end in a newline and may be empty lines.
    static func lines(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        guard text.last == newline else { return nil }
        return text.dropLast().split(separator: newline, omittingEmptySubsequences: false)
    }

    /// A decimal below 2^63 without leading zeros or sign.
    package static func decimal(_ text: ArraySlice<UInt8>) throws(TransparencyLogError) -> UInt64 {
        guard !text.isEmpty, text.count <= 19, text.count == 1 || text.first != UInt8(ascii: "0") else {
            throw .notCanonicalDecimal
        }
        var value: UInt64 = 0
        for character in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { throw .notCanonicalDecimal }
            value = value * 10 + UInt64(character - UInt8(ascii: "0"))
        }
        guard value <= MerkleTree.maximumSize else { throw .notCanonicalDecimal }
        return value
    }
}
