import CGMP

/// An element of the field of p = 2²⁵⁶ - 2³² - 977, for public data only: variable time, one allocation an operation.
///
/// Serves ``HashToCurve`` alone, which runs once to check a constant.
@safe final class PrimeFieldElement {
    private let number: UnsafeMutablePointer<__mpz_struct>

    private init() {
        unsafe number = .allocate(capacity: 1)
        unsafe number.initialize(to: __mpz_struct())
        unsafe __gmpz_init2(number, 768)
    }

    deinit {
        unsafe __gmpz_clear(number)
        unsafe number.deallocate()
    }

    // Never written after this.
    private nonisolated(unsafe) static let prime: PrimeFieldElement = {
        let prime = PrimeFieldElement()
        unsafe __gmpz_ui_pow_ui(prime.number, 2, 256)
        unsafe __gmpz_sub_ui(prime.number, prime.number, (1 << 32) + 977)
        return prime
    }()

    private static func computing(
        _ body: (UnsafeMutablePointer<__mpz_struct>) -> Void
    ) -> PrimeFieldElement {
        let result = PrimeFieldElement()
        unsafe body(result.number)
        unsafe __gmpz_mod(result.number, result.number, prime.number)
        return result
    }

    /// A big-endian number of any length, reduced modulo p.
    convenience init(reducing bytes: [UInt8]) {
        self.init()
        unsafe bytes.withUnsafeBytes { unsafe __gmpz_import(number, $0.count, 1, 1, 1, 0, $0.baseAddress) }
        unsafe __gmpz_mod(number, number, Self.prime.number)
    }

    /// A small number, which may be negative.
    convenience init(_ value: Int) {
        self.init()
        unsafe __gmpz_set_si(number, value)
        unsafe __gmpz_mod(number, number, Self.prime.number)
    }

    /// 32 big-endian bytes.
    var bigEndian: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = isZero ? 0 : (Int(unsafe __gmpz_sizeinbase(number, 2)) + 7) / 8
        unsafe bytes.withUnsafeMutableBytes { memory in
            guard let base = memory.baseAddress else { return }
            unsafe __gmpz_export(base + (32 - count), nil, 1, 1, 1, 0, number)
        }
        return bytes
    }

    var isZero: Bool { unsafe __gmpz_cmp_ui(number, 0) == 0 }
    var isOdd: Bool { unsafe __gmpz_tstbit(number, 0) == 1 }

    /// Whether the element is the square of another, or 0 (RFC 9380, section 4).
    var isSquare: Bool { unsafe isZero || __gmpz_jacobi(number, Self.prime.number) == 1 }

    /// The square root self^((p + 1) / 4), as p ≡ 3 (mod 4); meaningless unless ``isSquare``.
    var squareRoot: PrimeFieldElement {
        unsafe Self.computing { result in
            unsafe __gmpz_add_ui(result, Self.prime.number, 1)
            unsafe __gmpz_fdiv_q_2exp(result, result, 2)
            unsafe __gmpz_powm(result, number, result, Self.prime.number)
        }
    }

    /// The inverse, or 0 for 0 (RFC 9380's inv0).
    var inverse: PrimeFieldElement {
        if isZero { return self }
        return unsafe Self.computing { _ = unsafe __gmpz_invert($0, number, Self.prime.number) }
    }

    static func + (lhs: PrimeFieldElement, rhs: PrimeFieldElement) -> PrimeFieldElement {
        unsafe computing { unsafe __gmpz_add($0, lhs.number, rhs.number) }
    }

    static func * (lhs: PrimeFieldElement, rhs: PrimeFieldElement) -> PrimeFieldElement {
        unsafe computing { unsafe __gmpz_mul($0, lhs.number, rhs.number) }
    }

    static prefix func - (operand: PrimeFieldElement) -> PrimeFieldElement {
        unsafe computing { unsafe __gmpz_neg($0, operand.number) }
    }
}
