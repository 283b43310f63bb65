/// How large a container is, as coarsely as the ledger may know it: the next power of two.
///
/// The vault sees the exact length of what it keeps; the ledger's readers see one of about thirty classes.
package struct SizeClass: Hashable, Sendable, Comparable {
    /// `e`: the container has at most `2^e` bytes, and more than `2^(e-1)`.
    package let exponent: UInt8

    /// Classes that a sealed record can have: the smallest has a header, 1 KiB of metadata and an empty segment.
    package static let exponents: ClosedRange<UInt8> = 11...41

    /// The class of a container; nil where no sealed record can have that length.
    package init?(containerByteCount: UInt64) {
        guard containerByteCount > 0 else { return nil }
        self.init(exponent: UInt8(UInt64.bitWidth - (containerByteCount - 1).leadingZeroBitCount))
    }

    /// A class read from the ledger; nil outside ``exponents``.
    package init?(exponent: UInt8) {
        guard Self.exponents.contains(exponent) else { return nil }
        self.exponent = exponent
    }

    /// `2^e` bytes.
    package var byteBound: UInt64 { 1 << UInt64(exponent) }

    package static func < (lhs: SizeClass, rhs: SizeClass) -> Bool { lhs.exponent < rhs.exponent }
}
