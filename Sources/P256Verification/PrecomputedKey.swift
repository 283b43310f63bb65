private import CLibcrypto
internal import Octets

/// A P-256 public key with a table of its multiples, by which a signature is verified in less than half of the time.
///
/// Verifying costs two multiplications of points, u₁·G and u₂·Q (FIPS 186-5, section 6.4.2). For the base point G every library has
/// a table; for a key Q none has, and u₂·Q is two thirds of the work. Here libcrypto makes the same table for Q: a group is
/// a curve with a generator, `EC_GROUP_precompute_mult` makes a table of multiples of that generator, and this group's is Q.
///
/// The arithmetic of points is libcrypto's, that of numbers GMP's; all of it is public. A table takes 150 KiB, and as much
/// time as some 500 verifications without one: see ``SignatureVerifier`` for which keys get one.
@safe final class PrecomputedKey: Sendable {
    // Owned by this object, and not changed once its table is made. Functions of libcrypto that take a constant group may
    // be called on any thread.
    private nonisolated(unsafe) let group: OpaquePointer

    /// Makes the table, which takes 25 to 40 ms.
    ///
    /// - Parameter compressed: SEC 1, compressed.
    /// - Returns: Nil where it is no point of the curve, and where this libcrypto makes no tables or has no memory.
    init?(compressed: FixedOctets<33>) {
        guard let curve = Curve.standard, let group = unsafe EC_GROUP_dup(curve.group) else { return nil }
        unsafe self.group = group
        guard let scratch = PointScratch(on: curve) else { return nil }
        guard scratch.read(compressed.bytes),
            unsafe EC_GROUP_set_generator(
                group, scratch.first, EC_GROUP_get0_order(curve.group), EC_GROUP_get0_cofactor(curve.group)) == 1,
            unsafe parasol_ec_group_precompute(group, scratch.context) == 1
        else {
            ERR_clear_error()
            return nil
        }
    }

    deinit { unsafe EC_GROUP_free(group) }

    /// Whether r ‖ s is this key's signature on what has this SHA-256 digest.
    ///
    /// - Returns: Nil where libcrypto fails, for want of memory: nothing is said of the signature then.
    func isValid(_ signature: FixedOctets<64>, for digest: FixedOctets<32>) -> Bool? {
        guard let scalars = VerificationScalars(signature, for: digest) else { return false }
        guard let curve = Curve.standard, let scratch = PointScratch(on: curve) else { return nil }
        switch unsafe scratch.sum(taking: scalars.ofBasePoint, of: curve.group, and: scalars.ofKey, of: group) {
        case .infinity: return false
        case .affine(let x): return scalars.accept(x: x)
        case nil:
            ERR_clear_error()
            return nil
        }
    }
}

/// P-256 with the generator that it is known by. Made once; never changed, never freed.
@safe private struct Curve: Sendable {
    nonisolated(unsafe) let group: OpaquePointer

    static let standard: Curve? = {
        guard let group = unsafe EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1) else { return nil }
        return unsafe Curve(group: group)
    }()
}

/// The points and numbers of one computation.
@safe private struct PointScratch: ~Copyable {
    enum Sum {
        case infinity
        /// The coordinate x, 32 bytes, big-endian.
        case affine(x: [UInt8])
    }

    let context: OpaquePointer
    let first: OpaquePointer
    private let second: OpaquePointer
    private let number: OpaquePointer
    private let curve: Curve

    /// Nil where there is no memory.
    init?(on curve: Curve) {
        guard let context = unsafe BN_CTX_new() else { return nil }
        guard let first = unsafe EC_POINT_new(curve.group) else {
            unsafe BN_CTX_free(context)
            return nil
        }
        guard let second = unsafe EC_POINT_new(curve.group) else {
            unsafe EC_POINT_free(first)
            unsafe BN_CTX_free(context)
            return nil
        }
        guard let number = unsafe BN_new() else {
            unsafe EC_POINT_free(second)
            unsafe EC_POINT_free(first)
            unsafe BN_CTX_free(context)
            return nil
        }
        unsafe (self.context, self.first, self.second, self.number) = (context, first, second, number)
        self.curve = curve
    }

    deinit {
        unsafe BN_free(number)
        unsafe EC_POINT_free(second)
        unsafe EC_POINT_free(first)
        unsafe BN_CTX_free(context)
    }

    /// Makes ``first`` the point of these bytes; false where there is none.
    func read(_ compressed: [UInt8]) -> Bool {
        unsafe EC_POINT_oct2point(curve.group, first, compressed, compressed.count, context) == 1
    }

    /// The sum of multiples of two groups' generators. Nil where libcrypto fails.
    func sum(
        taking firstScalar: [UInt8], of firstGroup: OpaquePointer, and secondScalar: [UInt8],
        of secondGroup: OpaquePointer
    ) -> Sum? {
        guard unsafe multiply(firstScalar, firstGroup, into: first),
            unsafe multiply(secondScalar, secondGroup, into: second),
            unsafe EC_POINT_add(curve.group, first, first, second, context) == 1
        else { return nil }
        if unsafe EC_POINT_is_at_infinity(curve.group, first) == 1 { return .infinity }
        var x = [UInt8](repeating: 0, count: VerificationScalars.byteCount)
        guard unsafe EC_POINT_get_affine_coordinates(curve.group, first, number, nil, context) == 1,
            unsafe BN_bn2binpad(number, &x, Int32(x.count)) == Int32(x.count)
        else { return nil }
        return .affine(x: x)
    }

    private func multiply(_ scalar: [UInt8], _ group: OpaquePointer, into point: OpaquePointer) -> Bool {
        unsafe BN_bin2bn(scalar, Int32(scalar.count), number) != nil
            && EC_POINT_mul(group, point, number, nil, nil, context) == 1
    }
}
