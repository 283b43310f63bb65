import CValgrind
import Octets
import Secp256k1
import Umbral

/// Marks values as secret for memcheck: from then on it reports every branch and every memory index that depends on them.
enum Secret {
    static func mark(_ memory: UnsafeRawBufferPointer) {
        unsafe memcheck_poison(memory.baseAddress, memory.count)
    }

    static func marked(_ scalar: Scalar) -> Scalar {
        unsafe scalar.withUnsafeBytes { unsafe mark($0) }
        return scalar
    }

    static func marked(_ octets: SecretOctets) -> SecretOctets {
        unsafe octets.withUnsafeBytes { unsafe mark($0) }
        return octets
    }

    static func marked(_ key: SecretKey) -> SecretKey {
        _ = marked(key.scalar)
        return key
    }

    static func marked(_ share: DelegatingKeyShare) -> DelegatingKeyShare {
        _ = marked(share.scalar)
        return share
    }

    static func scalar() -> Scalar { marked(Scalar.random()) }
    static func octets(_ count: Int = 32) -> SecretOctets { marked(SecretOctets.random(count: count)) }
    static func key() -> SecretKey { marked(SecretKey.random()) }
    static func share(_ role: ShareRole) -> DelegatingKeyShare { marked(DelegatingKeyShare.random(role: role)) }
}

/// Draws from the system's generator, and marks the first draws as secret.
///
/// What an operation draws first are its nonces and coefficients; what follows (identifiers) is public.
struct SecretFirstGenerator: RandomNumberGenerator {
    private var system = SystemRandomNumberGenerator()
    private var secretWords: Int

    /// - Parameter secretScalars: scalars, of four words each, that are to be secret.
    init(secretScalars: Int) { secretWords = 4 * secretScalars }

    mutating func next() -> UInt64 {
        var word: UInt64 = system.next()
        if secretWords > 0 {
            secretWords -= 1
            unsafe withUnsafeBytes(of: &word) { unsafe Secret.mark($0) }
        }
        return word
    }
}

/// Keeps a result that nothing reads from being optimized away, and with it the computation that was to be checked.
///
/// A request about no bytes of it does nothing, but the compiler must have the value in memory for it: to an empty function
/// it passes nothing at all.
@inline(never)
func keep<Value>(_ value: Value) {
    unsafe withUnsafeBytes(of: value) { unsafe memcheck_unpoison($0.baseAddress, 0) }
}
