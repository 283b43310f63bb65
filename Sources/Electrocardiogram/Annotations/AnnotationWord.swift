/// The 16-bit words of an annotation file: a code in the top 6 bits, 10 bits of data below, least significant byte first.
enum AnnotationWord {
    static let lastCode: UInt8 = 49
    static let skip: UInt8 = 59
    static let number: UInt8 = 60
    static let subtype: UInt8 = 61
    static let channel: UInt8 = 62
    static let auxiliary: UInt8 = 63

    /// The largest interval that fits a word.
    static let largestInterval = 1023

    static func append(_ code: UInt8, _ data: Int, to bytes: inout [UInt8]) {
        let word = UInt16(code) << 10 | UInt16(truncatingIfNeeded: data) & 0x3ff
        bytes.append(UInt8(truncatingIfNeeded: word))
        bytes.append(UInt8(truncatingIfNeeded: word >> 8))
    }

    /// SKIP and its 32-bit interval in PDP-11 order: high word first, each word least significant byte first.
    static func appendSkip(_ interval: Int32, to bytes: inout [UInt8]) {
        append(skip, 0, to: &bytes)
        for shift: Int32 in [16, 24, 0, 8] { bytes.append(UInt8(truncatingIfNeeded: interval >> shift)) }
    }

    /// 10 bits as a two's complement number.
    static func signed(_ data: UInt16) -> Int16 { Int16(bitPattern: data << 6) >> 6 }
}

/// Texts at time 0 by which an annotation file describes itself.
enum AnnotationMetadata {
    static let timeResolution = Array("## time resolution:".utf8)
    static let definitions = Array("## annotation type definitions".utf8)
    static let definitionsEnd = Array("## end of definitions".utf8)
    static let mark = Array("## ".utf8)
}
