/// Which names may stand for a file of a record.
///
/// The C library also takes paths, `-` and URLs from a header: from a stranger's header that would read any file of the
/// reader's machine or call any host.
public enum WFDBFileName {
    /// Whether `name` is a plain file name: `[A-Za-z0-9_][A-Za-z0-9_.-]*`, at most 255 bytes.
    public static func isPlain(_ name: some Collection<UInt8>) -> Bool {
        guard name.count <= WFDBLimits.fileNameByteCount, let first = name.first, isWord(first) else { return false }
        return name.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    /// Whether `name` is a plain file name.
    public static func isPlain(_ name: String) -> Bool { isPlain(Array(name.utf8)) }

    /// `100` for `100.hea`; nil for anything that is not a plain name with this ending.
    public static func recordName(ofHeaderFile name: String) -> String? {
        guard isPlain(name), name.hasSuffix(".hea"), name.utf8.count > 4 else { return nil }
        return String(name.dropLast(4))
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
