import CGMP

extension PublicScalar {
    /// self⁻¹ mod n, in variable time (about 1 µs, by GMP's `mpn_gcdext`). Allocates nothing.
    ///
    /// The extended Euclidean algorithm gives s with s·self + t·n = 1 and |s| < n/2; where s is negative, the inverse is
    /// s + n.
    public func inverted() -> PublicScalar {
        let width = Order.limbCount
        // The value, n, their divisor 1 and s, each with the limb more that the largest of them needs. The algorithm uses
        // up its two operands.
        return unsafe withUnsafeTemporaryAllocation(of: mp_limb_t.self, capacity: 4 * (width + 1)) { memory in
            let value = unsafe memory.baseAddress.unsafelyUnwrapped
            let order = unsafe value + (width + 1)
            let divisor = unsafe value + 2 * (width + 1)
            let cofactor = unsafe value + 3 * (width + 1)
            unsafe memory.initialize(repeating: 0)
            unsafe withPointer { unsafe ScalarArithmetic.loadLimbs(value, from: $0) }
            for index in 0..<width { unsafe order[index] = Order.limbs[index] }

            var cofactorCount: mp_size_t = 0
            let divisorCount = unsafe __gmpn_gcdext(
                divisor, cofactor, &cofactorCount, value, mp_size_t(width), order, mp_size_t(width))
            precondition(
                unsafe divisorCount == 1 && divisor[0] == 1, "every number in 1..<n has an inverse, n being prime")

            // The limbs above s's own are whatever the algorithm left there.
            for index in Int(abs(cofactorCount))..<width { unsafe cofactor[index] = 0 }
            if cofactorCount < 0 {
                for index in 0..<width { unsafe order[index] = Order.limbs[index] }
                _ = unsafe __gmpn_sub_n(cofactor, order, cofactor, mp_size_t(width))
            }
            return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.byteCount) { bytes in
                let output = unsafe bytes.baseAddress.unsafelyUnwrapped
                unsafe ScalarArithmetic.storeLimbs(output, from: cofactor)
                return unsafe PublicScalar(copying: output)
            }
        }
    }
}
