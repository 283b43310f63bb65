/// `value` with leading zeros up to `width` digits.
func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// The shortest text that reads back as exactly `value`, without the `.0` of a whole number.
func shortest(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// `value` rounded half away from zero to `places` decimals, always with all of them.
///
/// For numbers that people read; values beyond 10^12 are written as they are.
func fixed(_ value: Double, _ places: Int) -> String {
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    guard value.isFinite, abs(value) < 1e12 else { return value.description }
    let scaled = Int((value * Double(scale)).rounded(.toNearestOrAwayFromZero))
    let sign = scaled < 0 ? "-" : ""
    let magnitude = abs(scaled)
    guard places > 0 else { return sign + String(magnitude) }
    return "\(sign)\(magnitude / scale)." + padded(magnitude % scale, places)
}

/// UTF-8 where the bytes are UTF-8, else ISO 8859-1, which any bytes are.
func decoded(_ bytes: some Collection<UInt8>) -> (text: String, isUTF8: Bool) {
    if let text = String(validating: bytes, as: UTF8.self) { return (text, true) }
    var text = ""
    for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return (text, false)
}
