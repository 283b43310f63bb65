/// Exactly `count` public bytes, stored inline and compared by value.
///
/// For identifiers, digests and encodings whose length is part of their type. Not for secrets: its equality stops at
/// the first difference and nothing wipes it (see ``SecretOctets``).
public struct FixedOctets<let count: Int>: Sendable {
    @usableFromInline var storage: InlineArray<count, UInt8>

    /// `count` zero bytes.
    public init() {
        storage = InlineArray(repeating: 0)
    }

    /// Copies exactly `count` bytes.
    ///
    /// - Throws: ``OctetsError/wrongLength(expected:actual:)`` for any other length.
    // Inlinable, so that it is specialized where it is called: unspecialized it took 9 % of a ledger's time.
    @inlinable
    public init(_ bytes: some Collection<UInt8>) throws(OctetsError) {
        guard bytes.count == count else { throw .wrongLength(expected: count, actual: bytes.count) }
        storage = InlineArray(repeating: 0)
        // In one copy where the bytes lie together, as they nearly always do.
        let isCopied: Void? = bytes.withContiguousStorageIfAvailable { source in
            unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.copyBytes(from: source.prefix($0.count)) }
        }
        if isCopied != nil { return }
        for (index, byte) in bytes.prefix(count).enumerated() { storage[index] = byte }
    }

    /// Reads `2 * count` hexadecimal digits of either case.
    public init(hexadecimal text: some StringProtocol) throws(OctetsError) {
        try self.init([UInt8](hexadecimal: text))
    }

    /// The bytes as an array.
    @inlinable
    public var bytes: [UInt8] {
        unsafe storage.span.bytes.withUnsafeBytes { unsafe Array($0) }
    }

    /// `2 * count` lower-case hexadecimal digits.
    public var hexadecimal: String { bytes.hexadecimal }

    @inlinable
    public subscript(index: Int) -> UInt8 { storage[index] }
}

extension FixedOctets: Hashable {
    @inlinable
    public static func == (lhs: Self, rhs: Self) -> Bool {
        for index in 0..<count where lhs.storage[index] != rhs.storage[index] { return false }
        return true
    }

    @inlinable
    public func hash(into hasher: inout Hasher) {
        unsafe storage.span.bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}

extension FixedOctets: Comparable {
    /// Lexicographic, first byte most significant.
    @inlinable
    public static func < (lhs: Self, rhs: Self) -> Bool {
        for index in 0..<count where lhs.storage[index] != rhs.storage[index] {
            return lhs.storage[index] < rhs.storage[index]
        }
        return false
    }
}

extension FixedOctets: CustomStringConvertible {
    public var description: String { hexadecimal }
}
