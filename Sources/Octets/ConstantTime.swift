#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Compares every byte whatever it finds: the time depends on the lengths only, which are public.
public func constantTimeEqual(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
    guard lhs.count == rhs.count else { return false }
    return unsafe lhs.withUnsafeBytes { left in
        unsafe rhs.withUnsafeBytes { right in unsafe constantTimeEqual(left, right) }
    }
}

/// Compares every byte whatever it finds: the time depends on the lengths only, which are public.
package func constantTimeEqual(_ lhs: UnsafeRawBufferPointer, _ rhs: UnsafeRawBufferPointer) -> Bool {
    guard lhs.count == rhs.count else { return false }
    var difference: UInt8 = 0
    for index in 0..<lhs.count { unsafe difference |= lhs[index] ^ rhs[index] }
    return difference == 0
}

/// Overwrites memory with zeros in a way the optimizer may not remove (`explicit_bzero`).
package func wipe(_ memory: UnsafeMutableRawBufferPointer) {
    guard let base = memory.baseAddress else { return }
    unsafe explicit_bzero(base, memory.count)
}

/// Overwrites an array's bytes with zeros before they are released, for a secret that had to pass through an array.
///
/// Wipes the one buffer that `bytes` holds alone; where the buffer is shared, a copy is wiped and the other owners keep
/// theirs, so the caller must be the only owner.
package func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe wipe($0) }
}
