import Octets

/// What is wrong with a scalar, a point or a signature.
///
/// Says nothing about values that may be secret.
public enum Secp256k1Error: Error, Hashable, Sendable {
    /// An encoding that is always `expected` bytes long has `actual`.
    case wrongLength(expected: Int, actual: Int)
    /// A scalar, read or computed, is 0 or not below the group's order n.
    case scalarOutOfRange
    /// An encoded point is, or a sum of points comes to, the point at infinity.
    case infinity
    /// A point begins with `prefix`, which is neither 02 nor 03: uncompressed (04), compact (05) and hybrid (06, 07)
    /// encodings are refused.
    case notCompressed(prefix: UInt8)
    /// A point's x-coordinate is not below the field's prime p, or no point of the curve has it.
    case notOnCurve
    /// A signature's r or s is 0 or not below the group's order n.
    case signatureOutOfRange
    /// A signature's s is above n/2: the same signature in its other, refused, form.
    case highS
    /// A sum of no points was asked for.
    case noPoints
    /// A domain separation tag of `count` bytes, where RFC 9380 wants 1 to 255.
    case domainSeparationTag(count: Int)
}

extension Secp256k1Error: CustomStringConvertible {
    public var description: String {
        switch self {
        case .wrongLength(let expected, let actual):
            "wrong length: expected \(expected) bytes, got \(actual)"
        case .scalarOutOfRange:
            "scalar is zero or not below the group order"
        case .infinity:
            "point at infinity"
        case .notCompressed(let prefix):
            "point is not in compressed form: prefix \([prefix].hexadecimal), expected 02 or 03"
        case .notOnCurve:
            "no point of secp256k1 has this x-coordinate"
        case .signatureOutOfRange:
            "signature's r or s is zero or not below the group order"
        case .highS:
            "signature's s is above half the group order"
        case .noPoints:
            "sum of no points"
        case .domainSeparationTag(let count):
            "domain separation tag of \(count) bytes, expected 1 to 255"
        }
    }
}
