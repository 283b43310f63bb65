import CGMP

extension PublicScalar {
    /// self⁻¹ mod n, in variable time (below 1 µs, by GMP's `mpz_invert`).
    public func inverted() -> PublicScalar {
        var value = unsafe __mpz_struct()
        var order = unsafe __mpz_struct()
        unsafe __gmpz_init2(&value, 512)
        unsafe __gmpz_init2(&order, 512)
        defer {
            unsafe __gmpz_clear(&value)
            unsafe __gmpz_clear(&order)
        }
        unsafe withUnsafeBytes { unsafe __gmpz_import(&value, $0.count, 1, 1, 1, 0, $0.baseAddress) }
        unsafe Order.bigEndian.withUnsafeBytes { unsafe __gmpz_import(&order, $0.count, 1, 1, 1, 0, $0.baseAddress) }
        let found = unsafe withUnsafeMutablePointer(to: &value) { unsafe __gmpz_invert($0, $0, &order) }
        precondition(found != 0, "every number in 1..<n has an inverse, n being prime")
        return unsafe withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 16) { memory in
            unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
            // Without leading zeros, so the number goes to the end of the field.
            let count = (Int(unsafe __gmpz_sizeinbase(&value, 2)) + 7) / 8
            let base = unsafe memory.baseAddress.unsafelyUnwrapped
            unsafe __gmpz_export(base + (Self.byteCount - count), nil, 1, 1, 1, 0, &value)
            return unsafe PublicScalar(copying: base.assumingMemoryBound(to: UInt8.self))
        }
    }
}
