import Octets

// A fragment has eleven fields; read, compared and hashed byte by byte through generic code they would cost as much as a
// multiplication of a point. As memory they cost nothing.
extension FixedOctets {
    /// Copies `count` bytes.
    ///
    /// - Precondition: `memory` has as many.
    @inline(__always)
    init(copying memory: UnsafeRawBufferPointer) {
        guard memory.count == count, let start = memory.baseAddress else {
            preconditionFailure("the caller has cut \(count) bytes")
        }
        // Bytes in a row, so any address is aligned, and a copy is all there is to it.
        self = unsafe start.assumingMemoryBound(to: Self.self).pointee
    }

    /// Gives the bytes to `body`.
    @inline(__always)
    func withOctets<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe Swift.withUnsafeBytes(of: self, body)
    }

    @inline(__always)
    func matches(_ other: Self) -> Bool {
        unsafe withOctets { left in unsafe other.withOctets { right in unsafe constantTimeEqual(left, right) } }
    }
}
