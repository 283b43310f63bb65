/// How many zeros follow the files in the body, so that the container's length says less about the recording's.
package enum PaddingPolicy: Hashable, Sendable, CaseIterable {
    /// None: the length of the files shows to the byte.
    case none
    /// Padmé (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", PETS 2019), at least 4 KiB: a
    /// length of `L` leaks `O(log log L)` bits and costs at most 12 %, less the longer it is.
    case padme

    /// As in the specification and the vectors.
    package var name: String {
        switch self {
        case .none: "none"
        case .padme: "padme"
        }
    }

    /// The shortest body that ``padme`` makes, in bytes.
    package static let floor: UInt64 = 4096

    /// The padded length of a body of `count` bytes, at most ``SealedRecordFormat/longestBody``.
    ///
    /// - Throws: ``SealedRecordError/bodyTooLong(_:)``.
    package func paddedByteCount(_ count: UInt64) throws(SealedRecordError) -> UInt64 {
        guard count <= SealedRecordFormat.longestBody else { throw .bodyTooLong(count) }
        switch self {
        case .none: return count
        case .padme:
            let length = max(count, Self.floor)
            // A floating-point number with a mantissa as long as its exponent: all lower bits are rounded up.
            let exponent = UInt64(UInt64.bitWidth - 1 - length.leadingZeroBitCount)
            let mantissaBits = UInt64(UInt64.bitWidth - exponent.leadingZeroBitCount)
            let mask: UInt64 = (1 << (exponent - mantissaBits)) - 1
            return (length + mask) & ~mask
        }
    }
}
