import CSecp256k1
import Octets

/// The one library context of the process: created on first use, randomized once (so that multiplications of the
/// generator are blinded) and only read ever after, which the library allows from any thread.
nonisolated(unsafe) let curveContext: OpaquePointer = {
    guard let context = unsafe secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else {
        preconditionFailure("libsecp256k1 found no memory for its context")
    }
    unsafe withUnsafeTemporaryAllocation(byteCount: 32, alignment: 16) { seed in
        unsafe fillWithRandomness(seed)
        let randomized = unsafe secp256k1_context_randomize(
            context, seed.baseAddress?.assumingMemoryBound(to: UInt8.self))
        precondition(randomized == 1, "libsecp256k1 refused to randomize its context")
        unsafe wipe(seed)
    }
    return unsafe context
}()

/// States that a library call succeeded whose arguments the types of this module already guarantee.
///
/// The library's answer depends on secrets formally only (it is always 1), so it is declassified before it is looked
/// at. A 0 means that memory has been corrupted, and stopping is then the only safe answer.
@inline(__always)
func assured(_ answer: Int32) {
    precondition(declassified(answer) == 1, "libsecp256k1 refused arguments that are valid by type")
}
