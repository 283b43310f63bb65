import Octets

/// A secret scalar that is computed in place, in memory on the stack that is wiped afterwards.
///
/// The value is always in 1..<n. It cannot leave the closure that it is lent to, except as a ``Scalar`` or, revealed, as
/// a ``PublicScalar``.
@safe package struct ScratchScalar: ~Copyable {
    private let bytes: UnsafeMutablePointer<UInt8>

    private init(_ bytes: UnsafeMutablePointer<UInt8>) {
        unsafe self.bytes = bytes
    }

    /// Lends `body` a scratch scalar that holds `initial`.
    @inline(__always)
    package static func with<Result, Failure: Error>(
        _ initial: Scalar, _ body: (inout ScratchScalar) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe withUnsafeTemporaryAllocation(byteCount: ScalarArithmetic.width, alignment: 16) {
            memory throws(Failure) in
            defer { unsafe wipe(memory) }
            unsafe memory.copyMemory(from: UnsafeRawBufferPointer(initial.storage))
            var scratch = unsafe ScratchScalar(
                memory.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self))
            return try body(&scratch)
        }
    }

    /// Becomes `value`.
    package mutating func set(_ value: Scalar) {
        unsafe bytes.update(from: value.pointer, count: ScalarArithmetic.width)
    }

    /// Adds `term`.
    ///
    /// - Throws: ``Secp256k1Error/scalarOutOfRange`` where the sum is 0; the value is then 1.
    package mutating func add(_ term: Scalar) throws(Secp256k1Error) {
        try unsafe add(term.pointer)
    }

    /// Adds a public term, likewise.
    package mutating func add(_ term: PublicScalar) throws(Secp256k1Error) {
        try unsafe term.withPointer { pointer throws(Secp256k1Error) in try unsafe add(pointer) }
    }

    private mutating func add(_ term: UnsafePointer<UInt8>) throws(Secp256k1Error) {
        if unsafe ScalarArithmetic.add(bytes, term) { return }
        // Back into range, so that whatever follows remains defined.
        for index in 0..<ScalarArithmetic.width { unsafe bytes[index] = 0 }
        unsafe bytes[ScalarArithmetic.width - 1] = 1
        throw .scalarOutOfRange
    }

    /// Multiplies by `factor`.
    package mutating func multiply(by factor: Scalar) {
        unsafe ScalarArithmetic.multiply(bytes, by: factor.pointer)
    }

    /// Multiplies by a public factor.
    package mutating func multiply(by factor: PublicScalar) {
        unsafe factor.withPointer { unsafe ScalarArithmetic.multiply(bytes, by: $0) }
    }

    /// Becomes its negative.
    package mutating func negate() {
        unsafe ScalarArithmetic.negate(bytes)
    }

    /// Becomes its inverse (constant time, about 15 µs).
    package mutating func invert() {
        unsafe ScalarArithmetic.invert(bytes)
    }

    /// The value as a scalar of its own.
    package borrowing func scalar() -> Scalar {
        unsafe Scalar(copying: bytes)
    }

    /// The value, public from here on; see ``Scalar/revealed()``.
    package borrowing func revealed() -> PublicScalar {
        unsafe declassify(UnsafeRawBufferPointer(start: bytes, count: ScalarArithmetic.width))
        return unsafe PublicScalar(copying: bytes)
    }

    /// value · point, in constant time.
    package borrowing func multiplying(_ point: Point) -> Point {
        unsafe point.multiplied(bySecret: bytes)
    }
}
