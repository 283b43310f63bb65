/// What is wrong with a sequence of bytes, and where.
///
/// Offsets count bytes from the start of the input that the failing reader was given.
public enum OctetsError: Error, Hashable, Sendable {
    /// `needed` bytes were wanted at `offset` where only `available` are left.
    case truncated(offset: Int, needed: Int, available: Int)
    /// `count` bytes follow, at `offset`, what should have been the end.
    case trailing(offset: Int, count: Int)
    /// A length that is fixed at `expected` bytes was `actual`.
    case wrongLength(expected: Int, actual: Int)
    /// A value of `count` bytes is longer than its bound, or than its length field can say.
    case tooLong(count: Int, bound: Int)
    /// The character at `offset` is not a hexadecimal digit, or the digits are odd in number.
    case notHexadecimal(offset: Int)
}

extension OctetsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated(let offset, let needed, let available):
            "truncated: \(needed) bytes needed at offset \(offset), \(available) left"
        case .trailing(let offset, let count):
            "\(count) trailing bytes at offset \(offset)"
        case .wrongLength(let expected, let actual):
            "wrong length: expected \(expected) bytes, got \(actual)"
        case .tooLong(let count, let bound):
            "too long: \(count) bytes, at most \(bound) allowed"
        case .notHexadecimal(let offset):
            "not hexadecimal at character \(offset)"
        }
    }
}
