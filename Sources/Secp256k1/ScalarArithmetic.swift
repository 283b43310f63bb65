import CGMP
import CSecp256k1
import Octets

/// Arithmetic modulo the group's order n on 32-byte big-endian numbers in the caller's memory.
///
/// Every function takes the same time for every value: libsecp256k1's scalar functions and GMP's `mpn_sec_*` and
/// `mpn_cnd_*` functions are made for secrets. Nothing allocates. All inputs are in 1..<n unless said otherwise.
enum ScalarArithmetic {
    /// Bytes of a scalar.
    static let width = 32

    /// Whether the bytes are a number in 1..<n. The answer is public, the number need not be.
    @inline(__always)
    static func isInRange(_ value: UnsafePointer<UInt8>) -> Bool {
        declassified(unsafe secp256k1_ec_seckey_verify(curveContext, value)) == 1
    }

    /// value · factor. Never 0, since n is prime.
    @inline(__always)
    static func multiply(_ value: UnsafeMutablePointer<UInt8>, by factor: UnsafePointer<UInt8>) {
        assured(unsafe secp256k1_ec_seckey_tweak_mul(curveContext, value, factor))
    }

    /// value + term, or false where that is 0; `value` is then unspecified. That a sum is 0 is public.
    @inline(__always)
    static func add(_ value: UnsafeMutablePointer<UInt8>, _ term: UnsafePointer<UInt8>) -> Bool {
        declassified(unsafe secp256k1_ec_seckey_tweak_add(curveContext, value, term)) == 1
    }

    /// n - value.
    @inline(__always)
    static func negate(_ value: UnsafeMutablePointer<UInt8>) {
        assured(unsafe secp256k1_ec_seckey_negate(curveContext, value))
    }

    /// value⁻¹ mod n, by GMP's constant-time `mpn_sec_invert`, which runs as many steps as the lengths say.
    static func invert(_ value: UnsafeMutablePointer<UInt8>) {
        let limbCount = Order.limbCount
        let workspace = __gmpn_sec_invert_itch(mp_size_t(limbCount))
        unsafe withUnsafeTemporaryAllocation(of: mp_limb_t.self, capacity: 2 * limbCount + Int(workspace)) { memory in
            let base = unsafe memory.baseAddress.unsafelyUnwrapped
            let input = unsafe base + limbCount
            unsafe loadLimbs(input, from: value)
            let order = Order.limbs
            let found = unsafe withUnsafeBytes(of: order) { bytes in
                unsafe __gmpn_sec_invert(
                    base, input, bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: mp_limb_t.self),
                    mp_size_t(limbCount), mp_bitcnt_t(2 * limbCount * mp_limb_t.bitWidth), base + 2 * limbCount)
            }
            assured(Int32(truncatingIfNeeded: found))
            unsafe storeLimbs(value, from: base)
            unsafe wipe(UnsafeMutableRawBufferPointer(memory))
        }
    }

    /// (h mod (n - 1)) + 1 for any 32 bytes h: never 0, and below n.
    ///
    /// h is below 2²⁵⁶, which is below 2(n - 1), so one conditional subtraction reduces it.
    static func reduceToNonzero(_ value: UnsafeMutablePointer<UInt8>) {
        let limbCount = Order.limbCount
        let count = mp_size_t(limbCount)
        unsafe withUnsafeTemporaryAllocation(of: mp_limb_t.self, capacity: 3 * limbCount) { memory in
            let base = unsafe memory.baseAddress.unsafelyUnwrapped
            let bound = unsafe base + limbCount
            let one = unsafe base + 2 * limbCount
            unsafe loadLimbs(base, from: value)
            for index in 0..<limbCount {
                unsafe bound[index] = Order.limbs[index]
                unsafe one[index] = 0
            }
            // n is odd.
            unsafe bound[0] -= 1
            unsafe one[0] = 1
            let borrow = unsafe __gmpn_sub_n(base, base, bound, count)
            _ = unsafe __gmpn_cnd_add_n(borrow, base, base, bound, count)
            _ = unsafe __gmpn_add_n(base, base, one, count)
            unsafe storeLimbs(value, from: base)
            unsafe wipe(UnsafeMutableRawBufferPointer(memory))
        }
    }

    /// 32 big-endian bytes to limbs, least significant limb first.
    @inline(__always)
    static func loadLimbs(_ limbs: UnsafeMutablePointer<mp_limb_t>, from bytes: UnsafePointer<UInt8>) {
        for index in 0..<Order.limbCount {
            let offset = width - (index + 1) * MemoryLayout<mp_limb_t>.size
            unsafe limbs[index] = mp_limb_t(
                bigEndian: UnsafeRawPointer(bytes + offset).loadUnaligned(as: mp_limb_t.self))
        }
    }

    /// The converse of `loadLimbs`.
    @inline(__always)
    static func storeLimbs(_ bytes: UnsafeMutablePointer<UInt8>, from limbs: UnsafePointer<mp_limb_t>) {
        for index in 0..<Order.limbCount {
            let offset = width - (index + 1) * MemoryLayout<mp_limb_t>.size
            unsafe UnsafeMutableRawPointer(bytes + offset).storeBytes(of: limbs[index].bigEndian, as: mp_limb_t.self)
        }
    }
}

/// The group's order n (SEC 2, section 2.4.1).
enum Order {
    /// Limbs of n, least significant first.
    static let limbs: InlineArray<4, mp_limb_t> = [
        0xbfd2_5e8c_d036_4141, 0xbaae_dce6_af48_a03b, 0xffff_ffff_ffff_fffe, 0xffff_ffff_ffff_ffff,
    ]
    static let limbCount = 4
}
