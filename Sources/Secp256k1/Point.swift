import CSecp256k1
public import Octets

/// A point of secp256k1 other than the point at infinity: a public key, a commitment, a part of a capsule.
///
/// Affine, in the library's own 64-byte form, held inline. A point is public: it is not wiped, and comparing it takes
/// variable time. Where a product must stay secret (a Diffie-Hellman secret) see ``sharedSecret(times:)``.
public struct Point: Sendable {
    /// Bytes of the compressed encoding.
    public static let compressedByteCount = 33

    /// Always valid: no initializer lets anything else through.
    var key: secp256k1_pubkey

    init(_ key: secp256k1_pubkey) {
        self.key = key
    }

    /// Reads SEC 1's compressed encoding (section 2.3.4): 02 or 03, then x in 32 big-endian bytes. About 5 µs.
    ///
    /// - Throws: ``Secp256k1Error/wrongLength(expected:actual:)``, ``Secp256k1Error/infinity`` for the prefix 00,
    ///   ``Secp256k1Error/notCompressed(prefix:)`` for any other prefix than 02 and 03, and
    ///   ``Secp256k1Error/notOnCurve`` where x is not below p or no point has it.
    public init(compressed bytes: some Collection<UInt8>) throws(Secp256k1Error) {
        // The point at infinity is the one byte 00 (SEC 1), and worth its own name.
        if bytes.count == 1, bytes.first == 0 { throw .infinity }
        guard bytes.count == Self.compressedByteCount else {
            throw .wrongLength(expected: Self.compressedByteCount, actual: bytes.count)
        }
        self = try unsafe withUnsafeTemporaryAllocation(byteCount: Self.compressedByteCount, alignment: 16) {
            memory throws(Secp256k1Error) in
            unsafe memory.copyBytes(from: bytes)
            return try unsafe Point(compressed: UnsafeRawBufferPointer(memory))
        }
    }

    /// Reads the compressed encoding where it lies; see ``init(compressed:)-(Collection<UInt8>)``.
    package init(compressed bytes: UnsafeRawBufferPointer) throws(Secp256k1Error) {
        guard bytes.count == Self.compressedByteCount else {
            throw .wrongLength(expected: Self.compressedByteCount, actual: bytes.count)
        }
        switch unsafe bytes[0] {
        case 0x02, 0x03: break
        case 0x00: throw .infinity
        case let prefix: throw .notCompressed(prefix: prefix)
        }
        key = secp256k1_pubkey()
        let input = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let input = unsafe input,
            unsafe secp256k1_ec_pubkey_parse(curveContext, &key, input, Self.compressedByteCount) == 1
        else { throw .notOnCurve }
    }

    /// Reads a compressed encoding of fixed size; see ``init(compressed:)-(Collection<UInt8>)``.
    public init(_ bytes: FixedOctets<33>) throws(Secp256k1Error) {
        self = try unsafe withUnsafeTemporaryAllocation(byteCount: Self.compressedByteCount, alignment: 16) {
            memory throws(Secp256k1Error) in
            for index in 0..<Self.compressedByteCount { unsafe memory[index] = bytes[index] }
            return try unsafe Point(compressed: UnsafeRawBufferPointer(memory))
        }
    }

    /// SEC 1's compressed encoding, 33 bytes.
    public var compressed: FixedOctets<33> {
        unsafe withCompressedBytes { unsafe FixedOctets(exactly: $0) }
    }

    /// Gives the 33 bytes of the compressed encoding to `body`, without allocating.
    @inline(__always)
    package func withCompressedBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe withUnsafeTemporaryAllocation(byteCount: Self.compressedByteCount, alignment: 16) {
            memory throws(Failure) in
            unsafe serialize(into: memory.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self))
            return try unsafe body(UnsafeRawBufferPointer(memory))
        }
    }

    @inline(__always)
    private func serialize(into output: UnsafeMutablePointer<UInt8>) {
        var count = Self.compressedByteCount
        let done = unsafe withUnsafePointer(to: key) { key in
            unsafe secp256k1_ec_pubkey_serialize(curveContext, output, &count, key, UInt32(SECP256K1_EC_COMPRESSED))
        }
        assured(done)
    }

    /// The group's generator G (SEC 2, section 2.4.1).
    public static let generator: Point = Point.generator(times: .one)

    /// The point (x, -y).
    public func negated() -> Point {
        var negative = self
        assured(unsafe secp256k1_ec_pubkey_negate(curveContext, &negative.key))
        return negative
    }
}

extension Point: Hashable {
    public static func == (lhs: Point, rhs: Point) -> Bool {
        unsafe withUnsafePointer(to: lhs.key) { left in
            unsafe withUnsafePointer(to: rhs.key) { right in
                unsafe secp256k1_ec_pubkey_cmp(curveContext, left, right) == 0
            }
        }
    }

    public func hash(into hasher: inout Hasher) {
        unsafe withCompressedBytes { unsafe hasher.combine(bytes: $0) }
    }
}

extension Point: CustomStringConvertible {
    public var description: String { compressed.hexadecimal }
}
