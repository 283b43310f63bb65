/// Path data in hundredths of a millimetre: absolute moves, relative whole-number lines, so that rounding never adds up.
struct SVGPath {
    private(set) var data = ""
    private var last: (x: Int, y: Int) = (0, 0)

    /// Hundredths of a millimetre, kept within what every renderer takes.
    private static func units(_ millimetres: Double) -> Int {
        millimetres.isFinite ? Int(min(max(millimetres * 100, -1e6), 1e6).rounded()) : 0
    }

    mutating func move(_ x: Double, _ y: Double) {
        last = (Self.units(x), Self.units(y))
        data += "M\(last.x) \(last.y)"
    }

    mutating func line(_ x: Double, _ y: Double) {
        let next = (x: Self.units(x), y: Self.units(y))
        data += "l\(next.x - last.x) \(next.y - last.y)"
        last = next
    }

    /// A run as one line; a single point as a dot, which a round cap makes visible.
    mutating func polyline(_ points: [(x: Double, y: Double)]) {
        guard let first = points.first else { return }
        move(first.x, first.y)
        if points.count == 1 { line(first.x, first.y) }
        for point in points.dropFirst() { line(point.x, point.y) }
    }
}

/// Text as XML character data and attribute values take it; characters that XML 1.0 has no place for are left out.
func xmlEscaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": escaped += "&amp;"
        case "<": escaped += "&lt;"
        case ">": escaped += "&gt;"
        case "\"": escaped += "&quot;"
        case "'": escaped += "&#39;"
        case "\t", "\u{20}"..."\u{7e}", "\u{a0}"..."\u{d7ff}", "\u{e000}"..."\u{fffd}",
            "\u{10000}"..."\u{10ffff}":
            escaped.unicodeScalars.append(scalar)
        default: break
        }
    }
    return escaped
}
