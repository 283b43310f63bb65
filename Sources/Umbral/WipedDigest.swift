import Octets

/// Gives the bytes of a secret digest or authentication code to `body`, and overwrites them.
///
/// swift-crypto wipes what its hashes keep themselves, but hands results out as plain values on the stack. A word that the
/// compiler holds in a register meanwhile is out of reach.
@inline(__always)
func withBytesWipedAfterwards<Digest, Result>(
    of digest: consuming Digest, _ body: (UnsafeRawBufferPointer) -> Result
) -> Result {
    unsafe withUnsafeMutableBytes(of: &digest) { memory in
        defer { unsafe wipe(memory) }
        return unsafe body(UnsafeRawBufferPointer(memory))
    }
}
