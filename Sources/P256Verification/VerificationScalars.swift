private import CGMP
internal import Octets

/// The numbers modulo the order n of P-256 that the verification of one signature needs (FIPS 186-5, section 6.4.2).
///
/// All of it is public, so that GMP's variable-time functions may have it.
struct VerificationScalars {
    /// Bytes of each number.
    static let byteCount = 32
    /// n, big-endian (SP 800-186, section 3.2.1.3).
    private static let order: [UInt8] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ]

    /// u₁ = e·s⁻¹ mod n, big-endian: how often the base point is taken.
    private(set) var ofBasePoint: [UInt8] = []
    /// u₂ = r·s⁻¹ mod n, big-endian: how often the key is taken.
    private(set) var ofKey: [UInt8] = []
    private let r: [UInt8]

    /// - Parameters:
    ///   - signature: r ‖ s.
    ///   - digest: e, which has as many bits as n, so that none is cut off.
    /// - Returns: Nil unless r and s are in 1..<n: such a signature is nobody's.
    init?(_ signature: FixedOctets<64>, for digest: FixedOctets<32>) {
        let bytes = signature.bytes
        r = Array(bytes.prefix(Self.byteCount))
        let s = Array(bytes.suffix(Self.byteCount))
        let e = digest.bytes
        let isInRange = unsafe Self.withNumbers { order, first, second, third in
            unsafe Self.load(r, into: first)
            guard unsafe __gmpz_cmp_ui(first, 0) > 0, unsafe __gmpz_cmp(first, order) < 0 else { return false }
            unsafe Self.load(s, into: second)
            guard unsafe __gmpz_cmp_ui(second, 0) > 0, unsafe __gmpz_cmp(second, order) < 0,
                unsafe __gmpz_invert(second, second, order) != 0
            else { return false }
            unsafe __gmpz_mul(third, first, second)
            unsafe __gmpz_mod(third, third, order)
            ofKey = unsafe Self.bytes(of: third)
            unsafe Self.load(e, into: first)
            unsafe __gmpz_mul(third, first, second)
            unsafe __gmpz_mod(third, third, order)
            ofBasePoint = unsafe Self.bytes(of: third)
            return true
        }
        guard isInRange else { return nil }
    }

    /// Whether x mod n = r.
    ///
    /// - Parameter x: The affine coordinate of u₁·G + u₂·Q, big-endian.
    func accept(x: [UInt8]) -> Bool {
        unsafe Self.withNumbers { order, first, second, _ in
            unsafe Self.load(x, into: first)
            unsafe __gmpz_mod(first, first, order)
            unsafe Self.load(r, into: second)
            return unsafe __gmpz_cmp(first, second) == 0
        }
    }

    // MARK: Numbers of GMP

    private typealias Number = UnsafeMutablePointer<__mpz_struct>

    /// Lends n and three numbers with room for a product.
    private static func withNumbers(_ body: (Number, Number, Number, Number) -> Bool) -> Bool {
        unsafe withUnsafeTemporaryAllocation(of: __mpz_struct.self, capacity: 4) { memory in
            let numbers = unsafe memory.baseAddress.unsafelyUnwrapped
            unsafe numbers.initialize(repeating: __mpz_struct(), count: 4)
            for index in 0..<4 { unsafe __gmpz_init2(numbers + index, mp_bitcnt_t(2 * 8 * byteCount + 64)) }
            defer { for index in 0..<4 { unsafe __gmpz_clear(numbers + index) } }
            unsafe load(order, into: numbers)
            return unsafe body(numbers, numbers + 1, numbers + 2, numbers + 3)
        }
    }

    private static func load(_ bytes: [UInt8], into number: Number) {
        unsafe bytes.withUnsafeBytes { unsafe __gmpz_import(number, $0.count, 1, 1, 1, 0, $0.baseAddress) }
    }

    /// GMP writes no zeros in front, and for 0 nothing at all.
    private static func bytes(of number: Number) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        let count = unsafe __gmpz_cmp_ui(number, 0) == 0 ? 0 : (Int(unsafe __gmpz_sizeinbase(number, 2)) + 7) / 8
        unsafe bytes.withUnsafeMutableBytes { memory in
            guard let base = memory.baseAddress else { return }
            unsafe __gmpz_export(base + (byteCount - count), nil, 1, 1, 1, 0, number)
        }
        return bytes
    }
}
