public import Octets

/// A number in 1..<n that everybody may know: a challenge, a response, a share's place.
///
/// Nothing wipes it, and its operations may take time that depends on it. For secrets see ``Scalar``.
public struct PublicScalar: Sendable {
    /// Bytes of the encoding.
    public static let byteCount = 32

    /// The number 1.
    public static let one: PublicScalar = {
        var one = PublicScalar(uninitialized: ())
        one.storage[byteCount - 1] = 1
        return one
    }()

    // Big-endian.
    private var storage: InlineArray<32, UInt8>

    private init(uninitialized: Void) {
        storage = InlineArray(repeating: 0)
    }

    /// Reads 32 big-endian bytes.
    ///
    /// - Throws: ``Secp256k1Error/wrongLength(expected:actual:)``, and ``Secp256k1Error/scalarOutOfRange`` for 0 and for
    ///   numbers not below n.
    public init(bigEndian bytes: some Collection<UInt8>) throws(Secp256k1Error) {
        guard bytes.count == Self.byteCount else {
            throw .wrongLength(expected: Self.byteCount, actual: bytes.count)
        }
        self.init(uninitialized: ())
        var index = 0
        for byte in bytes {
            storage[index] = byte
            index += 1
        }
        guard unsafe withPointer({ unsafe ScalarArithmetic.isInRange($0) }) else { throw .scalarOutOfRange }
    }

    /// Reads 32 big-endian bytes of a fixed-size value, refusing 0 and numbers not below n.
    public init(_ bytes: FixedOctets<32>) throws(Secp256k1Error) {
        self.init(uninitialized: ())
        for index in 0..<Self.byteCount { storage[index] = bytes[index] }
        guard unsafe withPointer({ unsafe ScalarArithmetic.isInRange($0) }) else { throw .scalarOutOfRange }
    }

    /// A small number.
    ///
    /// - Throws: ``Secp256k1Error/scalarOutOfRange`` for 0.
    public init(_ value: UInt64) throws(Secp256k1Error) {
        guard value != 0 else { throw .scalarOutOfRange }
        self.init(uninitialized: ())
        for index in 0..<8 {
            storage[Self.byteCount - 1 - index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
        }
    }

    /// Copies a number that is in range already.
    init(copying value: UnsafePointer<UInt8>) {
        self.init(uninitialized: ())
        unsafe withUnsafeMutableBytes(of: &storage) { memory in
            unsafe memory.baseAddress.unsafelyUnwrapped.copyMemory(from: value, byteCount: Self.byteCount)
        }
    }

    /// The number (h mod (n - 1)) + 1 of a 32-byte digest h: Umbral's way from a hash to a scalar.
    ///
    /// - Precondition: `digest` has 32 bytes.
    package init(mapping digest: UnsafeRawBufferPointer) {
        precondition(digest.count == Self.byteCount, "a digest of 32 bytes is mapped")
        self.init(uninitialized: ())
        unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.copyMemory(from: digest) }
        unsafe update { unsafe ScalarArithmetic.reduceToNonzero($0) }
    }

    /// The 32 big-endian bytes.
    public var bigEndian: FixedOctets<32> {
        unsafe withUnsafeBytes { unsafe FixedOctets(exactly: $0) }
    }

    /// Gives the 32 big-endian bytes to `body`.
    @inline(__always)
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe withPointer { pointer throws(Failure) in
            try unsafe body(UnsafeRawBufferPointer(start: pointer, count: Self.byteCount))
        }
    }

    /// Gives the bytes to `body` as the library wants them.
    @inline(__always)
    func withPointer<Result, Failure: Error>(
        _ body: (UnsafePointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe Swift.withUnsafeBytes(of: storage) { bytes throws(Failure) in
            try unsafe body(bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// Lets `body` change the bytes in place.
    @inline(__always)
    private mutating func update<Result>(_ body: (UnsafeMutablePointer<UInt8>) -> Result) -> Result {
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe body(bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self))
        }
    }
}

extension PublicScalar {
    /// self + other mod n.
    ///
    /// - Throws: ``Secp256k1Error/scalarOutOfRange`` where the sum is 0.
    public func adding(_ other: PublicScalar) throws(Secp256k1Error) -> PublicScalar {
        var sum = self
        let isNonzero = unsafe sum.update { value in
            unsafe other.withPointer { unsafe ScalarArithmetic.add(value, $0) }
        }
        guard isNonzero else { throw .scalarOutOfRange }
        return sum
    }

    /// self - other mod n.
    ///
    /// - Throws: ``Secp256k1Error/scalarOutOfRange`` where the two are equal.
    public func subtracting(_ other: PublicScalar) throws(Secp256k1Error) -> PublicScalar {
        try adding(other.negated())
    }

    /// self · other mod n.
    public func multiplied(by other: PublicScalar) -> PublicScalar {
        var product = self
        unsafe product.update { value in unsafe other.withPointer { unsafe ScalarArithmetic.multiply(value, by: $0) } }
        return product
    }

    /// n - self.
    public func negated() -> PublicScalar {
        var negative = self
        unsafe negative.update { unsafe ScalarArithmetic.negate($0) }
        return negative
    }
}

extension PublicScalar: Hashable {
    public static func == (lhs: PublicScalar, rhs: PublicScalar) -> Bool {
        for index in 0..<byteCount where lhs.storage[index] != rhs.storage[index] { return false }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        unsafe withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}

extension PublicScalar: CustomStringConvertible {
    public var description: String { bigEndian.hexadecimal }
}

extension FixedOctets {
    /// Bytes whose number this module has fixed itself.
    init(exactly bytes: UnsafeRawBufferPointer) {
        do throws(OctetsError) {
            try unsafe self.init(bytes)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
