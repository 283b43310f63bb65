/// One line of a header, taken apart from the left.
struct WFDBHeaderLine {
    /// Counted from 1.
    let number: Int
    private(set) var rest: ArraySlice<UInt8>

    init(number: Int, _ text: ArraySlice<UInt8>) {
        self.number = number
        rest = text
    }

    /// Whether nothing but blanks is left.
    var isAtEnd: Bool { rest.allSatisfy(Self.isBlank) }

    /// The next run of characters that are no blanks; nil at the end.
    mutating func token() -> ArraySlice<UInt8>? {
        skipBlanks()
        guard !rest.isEmpty else { return nil }
        let token = rest.prefix { !Self.isBlank($0) }
        rest = rest[token.endIndex...]
        return token
    }

    /// All that is left, without blanks around it; nil where that is nothing.
    mutating func remainder() -> ArraySlice<UInt8>? {
        skipBlanks()
        while let last = rest.last, Self.isBlank(last) { rest = rest.dropLast() }
        defer { rest = rest[rest.endIndex...] }
        return rest.isEmpty ? nil : rest
    }

    private mutating func skipBlanks() { rest = rest.drop(while: Self.isBlank) }

    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    // Typed readings of a token; every failure names this line and the field.

    func integer(_ text: ArraySlice<UInt8>, _ field: WFDBField, in range: ClosedRange<Int>) throws(WFDBError) -> Int {
        guard let value = WFDBNumber.integer(text) else { throw .malformedField(line: number, field: field) }
        guard range.contains(value) else { throw .outOfRange(line: number, field: field) }
        return value
    }

    func int32(_ text: ArraySlice<UInt8>, _ field: WFDBField) throws(WFDBError) -> Int32 {
        Int32(truncatingIfNeeded: try integer(text, field, in: Int(Int32.min)...Int(Int32.max)))
    }

    func decimal(_ text: ArraySlice<UInt8>, _ field: WFDBField) throws(WFDBError) -> Double {
        guard let value = WFDBNumber.decimal(text) else { throw .malformedField(line: number, field: field) }
        return value
    }
}

extension ArraySlice<UInt8> {
    /// What precedes the first `mark`, and what follows it (nil where there is none).
    func split(at mark: Unicode.Scalar) -> (ArraySlice<UInt8>, ArraySlice<UInt8>?) {
        guard let place = firstIndex(of: UInt8(ascii: mark)) else { return (self, nil) }
        return (self[..<place], self[(place + 1)...])
    }
}
