extension Collection where Element == UInt8 {
    /// Two lower-case hexadecimal digits a byte.
    public var hexadecimal: String {
        let digits: [UInt8] = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * count)
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0x0f)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Reads an even number of hexadecimal digits of either case, and nothing else.
    ///
    /// - Throws: ``OctetsError/notHexadecimal(offset:)`` with the offset of the first character that is not a digit, or
    ///   the number of digits where that is odd.
    public init(hexadecimal text: some StringProtocol) throws(OctetsError) {
        self = []
        reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        var offset = 0
        for character in text.utf8 {
            let digit: UInt8
            switch character {
            case 0x30...0x39: digit = character - 0x30
            case 0x41...0x46: digit = character - 0x41 + 10
            case 0x61...0x66: digit = character - 0x61 + 10
            default: throw .notHexadecimal(offset: offset)
            }
            if let first = high {
                append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
            offset += 1
        }
        guard high == nil else { throw .notHexadecimal(offset: offset) }
    }
}
