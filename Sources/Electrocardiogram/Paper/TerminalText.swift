/// Text from a record on its way to a terminal, which takes control characters for orders: to move, to hide, to retitle.
public enum TerminalText {
    /// `text` without control characters (C0, DEL and the eight-bit C1, of which U+009B begins an order as ESC [ does) and
    /// without those that turn the direction of writing.
    public static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { !isOrder($0) }))
    }

    /// `json` with the same characters, which JSON allows in its strings as they are, written as `\uXXXX`.
    public static func printable(json: String) -> String {
        var printable = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            // Below U+0020 JSON itself has only line ends and blanks.
            guard scalar.value >= 0x20, isOrder(scalar) else {
                printable.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16)
            printable.append(
                contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars)
        }
        return String(printable)
    }

    private static func isOrder(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control || scalar.properties.isBidiControl
    }
}
