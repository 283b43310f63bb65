/// Numbers in headers: bounded decimal text, never a locale, `nan`, `inf` or hexadecimal.
enum WFDBNumber {
    /// `[+-]?[0-9]{1,18}`, which always fits an `Int`.
    static func integer(_ text: some Collection<UInt8>) -> Int? {
        var digits = text[...]
        var isNegative = false
        if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            digits = digits.dropFirst()
        }
        guard let value = natural(digits) else { return nil }
        return isNegative ? -value : value
    }

    /// `[0-9]{1,18}`.
    static func natural(_ text: some Collection<UInt8>) -> Int? {
        guard 1...18 ~= text.count else { return nil }
        var value = 0
        for byte in text {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            value = 10 * value + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    /// Any finite number that scanf's `%lf` reads from decimal digits: `360`, `.5`, `360.`, `3.6e2`.
    static func decimal(_ text: some Collection<UInt8>) -> Double? {
        guard 1...64 ~= text.count else { return nil }
        let isDecimal = text.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard isDecimal, let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }
}
