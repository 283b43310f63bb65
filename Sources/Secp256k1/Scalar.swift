public import Octets

/// A secret number in 1..<n, where n is the order of the group: a private key, a nonce, a share, a coefficient.
///
/// The 32 bytes lie in memory of their own that never changes after the initializer and is overwritten with zeros when
/// the last reference goes. All arithmetic takes the same time for every value (see `ScalarArithmetic`; the
/// `ConstantTime` program checks it). It prints nothing of its value.
///
/// Each result is a new object: two small allocations. Where that counts, ``ScratchScalar`` computes in place.
@safe public final class Scalar: Sendable {
    /// Bytes of the encoding.
    public static let byteCount = 32

    // Written only by the initializers, before anybody else can hold a reference; wiped by the last one.
    nonisolated(unsafe) let storage: UnsafeMutableRawBufferPointer
    private let ownsStorage: Bool

    /// Memory that every initializer must fill with a number in range.
    private init(uninitialized: Void) {
        unsafe storage = .allocate(byteCount: Self.byteCount, alignment: 16)
        ownsStorage = true
        unsafe storage.initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// Takes over a number in range that lies at `memory`, to be wiped but not freed: so a test can look at what is left
    /// of a secret.
    init(borrowing memory: UnsafeMutableRawBufferPointer) {
        unsafe storage = memory
        ownsStorage = false
    }

    deinit {
        unsafe wipe(storage)
        if ownsStorage { unsafe storage.deallocate() }
    }

    /// The bytes for the library, which reads them while `self` lives.
    @inline(__always)
    var pointer: UnsafePointer<UInt8> { unsafe UnsafePointer(mutablePointer) }

    private var mutablePointer: UnsafeMutablePointer<UInt8> {
        unsafe storage.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    }

    /// Copies a number that is in range already.
    convenience init(copying value: UnsafePointer<UInt8>) {
        self.init(uninitialized: ())
        unsafe storage.baseAddress.unsafelyUnwrapped.copyMemory(from: value, byteCount: Self.byteCount)
    }

    /// Copies 32 big-endian bytes. The caller's own copy stays the caller's to wipe.
    ///
    /// - Throws: ``Secp256k1Error/wrongLength(expected:actual:)``, and ``Secp256k1Error/scalarOutOfRange`` for 0 and for
    ///   numbers not below n. That a number is out of range is not kept secret.
    public convenience init(bigEndian bytes: some Collection<UInt8>) throws(Secp256k1Error) {
        guard bytes.count == Self.byteCount else {
            throw .wrongLength(expected: Self.byteCount, actual: bytes.count)
        }
        self.init(uninitialized: ())
        unsafe storage.copyBytes(from: bytes)
        guard unsafe ScalarArithmetic.isInRange(pointer) else { throw .scalarOutOfRange }
    }

    /// Copies 32 secret big-endian bytes, refusing what ``init(bigEndian:)`` refuses.
    public convenience init(_ secret: SecretOctets) throws(Secp256k1Error) {
        try unsafe secret.withUnsafeBytes { bytes throws(Secp256k1Error) in
            guard bytes.count == Self.byteCount else {
                throw .wrongLength(expected: Self.byteCount, actual: bytes.count)
            }
        }
        self.init(uninitialized: ())
        unsafe secret.withUnsafeBytes { unsafe storage.copyMemory(from: $0) }
        guard unsafe ScalarArithmetic.isInRange(pointer) else { throw .scalarOutOfRange }
    }

    /// A public number where a secret one is wanted.
    public convenience init(_ value: PublicScalar) {
        self.init(uninitialized: ())
        unsafe value.withUnsafeBytes { unsafe storage.copyMemory(from: $0) }
    }

    /// The number (h mod (n - 1)) + 1 of a 32-byte digest h: Umbral's way from a hash to a secret scalar.
    ///
    /// - Precondition: `digest` has 32 bytes.
    package convenience init(mapping digest: UnsafeRawBufferPointer) {
        precondition(digest.count == Self.byteCount, "a digest of 32 bytes is mapped")
        self.init(uninitialized: ())
        unsafe storage.copyMemory(from: digest)
        unsafe ScalarArithmetic.reduceToNonzero(mutablePointer)
    }

    /// A uniformly random scalar from the system's generator.
    public static func random() -> Scalar {
        let scalar = Scalar(uninitialized: ())
        // One draw in 2^128 is out of range; that it was drawn again tells nothing of the one kept.
        repeat { unsafe fillWithRandomness(scalar.storage) } while unsafe !ScalarArithmetic.isInRange(scalar.pointer)
        return scalar
    }

    /// A uniformly random scalar from `generator`, which must be fit for secrets outside tests.
    public static func random(using generator: inout some RandomNumberGenerator) -> Scalar {
        let scalar = Scalar(uninitialized: ())
        repeat {
            unsafe fill(scalar.storage, using: &generator)
        } while unsafe !ScalarArithmetic.isInRange(scalar.pointer)
        return scalar
    }

    /// Gives the 32 big-endian bytes to `body`, which must not keep or copy them further than it must.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(storage))
    }

    /// A copy of the 32 big-endian bytes that wipes itself too.
    public var secretOctets: SecretOctets { unsafe SecretOctets(copying: storage) }

    /// The same number, public from here on: a claim about the protocol (a proof's response, say), so use with care.
    public func revealed() -> PublicScalar {
        unsafe declassify(UnsafeRawBufferPointer(storage))
        return unsafe PublicScalar(copying: pointer)
    }
}

extension Scalar: Equatable {
    /// Constant-time.
    public static func == (lhs: Scalar, rhs: Scalar) -> Bool {
        unsafe constantTimeEqual(UnsafeRawBufferPointer(lhs.storage), UnsafeRawBufferPointer(rhs.storage))
    }
}

extension Scalar: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "Scalar(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
