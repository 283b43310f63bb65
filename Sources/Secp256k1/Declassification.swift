import CValgrind

/// Tells the constant-time check that these bytes, though computed from secrets, are public from here on.
///
/// A few instructions without effect outside valgrind. Every use is a claim about the protocol, so each says why.
@inline(__always)
package func declassify(_ memory: UnsafeRawBufferPointer) {
    unsafe memcheck_unpoison(memory.baseAddress, memory.count)
}

/// The same for one trivial value, such as the yes or no of a comparison that the caller is about to branch on.
@inline(__always)
package func declassified<Value: BitwiseCopyable>(_ value: Value) -> Value {
    var copy = value
    unsafe withUnsafeMutableBytes(of: &copy) { unsafe declassify(UnsafeRawBufferPointer($0)) }
    return copy
}
