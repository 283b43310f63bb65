import CSecp256k1

extension Point {
    /// self + other (about 2 µs).
    ///
    /// - Throws: ``Secp256k1Error/infinity`` where the two are each other's negative.
    public func adding(_ other: Point) throws(Secp256k1Error) -> Point {
        var sum = secp256k1_pubkey()
        let isFinite = unsafe withUnsafePointer(to: key) { left in
            unsafe withUnsafePointer(to: other.key) { right in
                let both: InlineArray<2, UnsafePointer<secp256k1_pubkey>?> = unsafe [left, right]
                return unsafe withUnsafeBytes(of: both) { pointers in
                    unsafe secp256k1_ec_pubkey_combine(
                        curveContext, &sum,
                        pointers.baseAddress.unsafelyUnwrapped.assumingMemoryBound(
                            to: UnsafePointer<secp256k1_pubkey>?.self), 2)
                }
            }
        }
        guard isFinite == 1 else { throw .infinity }
        return Point(sum)
    }

    /// self - other.
    ///
    /// - Throws: ``Secp256k1Error/infinity`` where the two are equal.
    public func subtracting(_ other: Point) throws(Secp256k1Error) -> Point {
        try adding(other.negated())
    }

    /// The sum of all points, with one inversion of the field for all (about 2 µs, and 0.3 more a point).
    ///
    /// - Throws: ``Secp256k1Error/noPoints``, and ``Secp256k1Error/infinity`` where the sum has no encoding.
    public static func sum(_ points: some Collection<Point>) throws(Secp256k1Error) -> Point {
        let count = points.count
        guard count > 0 else { throw .noPoints }
        return try unsafe withUnsafeTemporaryAllocation(of: secp256k1_pubkey.self, capacity: count) {
            keys throws(Secp256k1Error) in
            try unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<secp256k1_pubkey>?.self, capacity: count) {
                pointers throws(Secp256k1Error) in
                var filled = 0
                for point in points where filled < count {
                    let slot = unsafe keys.baseAddress.unsafelyUnwrapped + filled
                    unsafe slot.initialize(to: point.key)
                    unsafe pointers.initializeElement(at: filled, to: UnsafePointer(slot))
                    filled += 1
                }
                var sum = secp256k1_pubkey()
                guard
                    unsafe secp256k1_ec_pubkey_combine(
                        curveContext, &sum, pointers.baseAddress.unsafelyUnwrapped, filled) == 1
                else {
                    throw .infinity
                }
                return Point(sum)
            }
        }
    }
}
