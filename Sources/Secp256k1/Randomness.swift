#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Fills `memory`, at most 256 bytes, from the system's generator: one system call where the standard library's
/// generator would make one for every eight bytes.
func fillWithRandomness(_ memory: UnsafeMutableRawBufferPointer) {
    guard let base = memory.baseAddress else { return }
    if unsafe getentropy(base, memory.count) == 0 { return }
    var generator = SystemRandomNumberGenerator()
    unsafe fill(memory, using: &generator)
}

/// Fills `memory` from `generator`, eight bytes a draw.
func fill(_ memory: UnsafeMutableRawBufferPointer, using generator: inout some RandomNumberGenerator) {
    var offset = 0
    while offset < memory.count {
        let word: UInt64 = generator.next()
        unsafe withUnsafeBytes(of: word.littleEndian) { bytes in
            let count = min(bytes.count, memory.count - offset)
            unsafe memory.baseAddress?.advanced(by: offset).copyMemory(
                from: bytes.baseAddress.unsafelyUnwrapped, byteCount: count)
            offset += count
        }
    }
}
