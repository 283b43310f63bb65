/// Both coordinates of a point of y² = x³ + 7 over the field of p = 2^256 - 2^32 - 977 elements.
///
/// Only to check the uncompressed points of vector files, which the curve library is never given: everything is public,
/// and nothing is computed with the point.
struct AffineCoordinates {
    private let x: [UInt8]
    private let y: [UInt8]

    /// nil unless both are 32 big-endian bytes below p and satisfy the equation.
    init?(x: [UInt8], y: [UInt8]) {
        guard let left = FieldElement(y), let right = FieldElement(x) else { return nil }
        guard left * left == right * right * right + FieldElement(7) else { return nil }
        self.x = x
        self.y = y
    }

    /// SEC 1's compressed form.
    var compressed: [UInt8] { [0x02 | ((y.last ?? 0) & 1)] + x }
}

/// A number below p, four limbs, least significant first; variable-time.
private struct FieldElement: Equatable {
    private static let prime: [UInt64] = [0xffff_fffe_ffff_fc2f, .max, .max, .max]
    /// 2^256 mod p.
    private static let excess: UInt64 = 0x1_0000_03d1

    private var limbs: [UInt64]

    init(_ small: UInt64) { limbs = [small, 0, 0, 0] }

    /// nil unless `bytes` are 32 big-endian bytes of a number below p.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        limbs = (0..<4).map { limb in
            bytes[(24 - 8 * limb)..<(32 - 8 * limb)].reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard !Self.isAtLeastPrime(limbs) else { return nil }
    }

    private static func isAtLeastPrime(_ limbs: [UInt64]) -> Bool {
        !limbs.reversed().lexicographicallyPrecedes(prime.reversed())
    }

    /// Folds what is above 2^256 back, then subtracts p while that is needed.
    private init(reducing wide: [UInt64]) {
        var low = Array(wide.prefix(4))
        var high = Array(wide.dropFirst(4))
        while high.contains(where: { $0 != 0 }) {
            let folded = Self.product(high, [Self.excess])
            let sum = Self.sum(low, folded)
            low = Array(sum.prefix(4))
            high = Array(sum.dropFirst(4))
        }
        while Self.isAtLeastPrime(low) {
            // Subtracting p is adding 2^256 - p and dropping the carry.
            low = Array(Self.sum(low, [Self.excess]).prefix(4))
        }
        limbs = low
    }

    private static func sum(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
        var result: [UInt64] = []
        var carry: UInt64 = 0
        for index in 0..<max(a.count, b.count) {
            let (partial, over) = (index < a.count ? a[index] : 0).addingReportingOverflow(
                index < b.count ? b[index] : 0)
            let (total, overAgain) = partial.addingReportingOverflow(carry)
            result.append(total)
            carry = (over ? 1 : 0) + (overAgain ? 1 : 0)
        }
        return result + [carry]
    }

    private static func product(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
        var result = [UInt64](repeating: 0, count: a.count + b.count)
        for (i, left) in a.enumerated() {
            var carry: UInt64 = 0
            for (j, right) in b.enumerated() {
                var (high, low) = left.multipliedFullWidth(by: right)
                for term in [result[i + j], carry] {
                    let (total, over) = low.addingReportingOverflow(term)
                    low = total
                    high &+= over ? 1 : 0
                }
                result[i + j] = low
                carry = high
            }
            result[i + b.count] = carry
        }
        return result
    }

    static func * (lhs: FieldElement, rhs: FieldElement) -> FieldElement {
        FieldElement(reducing: product(lhs.limbs, rhs.limbs))
    }

    static func + (lhs: FieldElement, rhs: FieldElement) -> FieldElement {
        FieldElement(reducing: sum(lhs.limbs, rhs.limbs))
    }
}
