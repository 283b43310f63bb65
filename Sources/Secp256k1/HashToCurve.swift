import Crypto
import Octets

/// Hashing to the curve as RFC 9380 defines it, for public messages.
///
/// Umbral's second generator U is made so; the constant is built in, and this is what checks it.
public enum HashToCurve {
    /// The suite `secp256k1_XMD:SHA-256_SSWU_RO_` (RFC 9380, section 8.7). Variable time.
    ///
    /// - Parameters:
    ///   - message: any bytes.
    ///   - domainSeparationTag: 1 to 255 bytes.
    /// - Throws: ``Secp256k1Error/domainSeparationTag(count:)``, and ``Secp256k1Error/infinity`` in the case, never yet
    ///   seen, that the two mapped points cancel each other.
    public static func secp256k1XMDSHA256SSWURO(
        message: [UInt8], domainSeparationTag: [UInt8]
    ) throws(Secp256k1Error) -> Point {
        let uniform = try expandMessage(message, domainSeparationTag, count: 2 * elementByteCount)
        let first = PrimeFieldElement(reducing: Array(uniform.prefix(elementByteCount)))
        let second = PrimeFieldElement(reducing: Array(uniform.suffix(elementByteCount)))
        return try point(mapping: first).adding(point(mapping: second))
    }

    /// L = ceil((ceil(log2(p)) + k) / 8) for the security level k = 128.
    private static let elementByteCount = 48

    /// RFC 9380, section 5.3.1, with SHA-256.
    static func expandMessage(
        _ message: [UInt8], _ tag: [UInt8], count: Int
    ) throws(Secp256k1Error) -> [UInt8] {
        guard (1...255).contains(tag.count) else { throw .domainSeparationTag(count: tag.count) }
        let suffix = tag + [UInt8(tag.count)]
        let length = [UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
        let first = hash([UInt8](repeating: 0, count: 64) + message + length + [0] + suffix)
        var block = [UInt8](repeating: 0, count: 32)
        var output: [UInt8] = []
        var index: UInt8 = 1
        while output.count < count {
            block = hash(zip(first, block).map { $0 ^ $1 } + [index] + suffix)
            output += block
            index += 1
        }
        return Array(output.prefix(count))
    }

    private static func hash(_ input: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: input)) }

    /// The simplified Shallue-van de Woestijne-Ulas map to the isogenous curve (section 6.6.2), then the 3-isogeny to
    /// secp256k1 (section 6.6.3, appendix E.1).
    private static func point(mapping u: PrimeFieldElement) throws(Secp256k1Error) -> Point {
        let a = Isogeny.a
        let b = Isogeny.b
        let z = PrimeFieldElement(-11)
        let one = PrimeFieldElement(1)
        let zu = z * u * u
        let denominator = (zu * zu + zu).inverse
        let x1 =
            denominator.isZero
            ? b * (z * a).inverse
            : -b * a.inverse * (one + denominator)
        let g1 = (x1 * x1 + a) * x1 + b
        let x2 = zu * x1
        let g2 = (x2 * x2 + a) * x2 + b
        let x = g1.isSquare ? x1 : x2
        var y = (g1.isSquare ? g1 : g2).squareRoot
        if u.isOdd != y.isOdd { y = -y }

        let imageX =
            Isogeny.evaluate(Isogeny.xNumerator, x) * Isogeny.evaluate(Isogeny.xDenominator, x).inverse
        let imageY =
            y * Isogeny.evaluate(Isogeny.yNumerator, x) * Isogeny.evaluate(Isogeny.yDenominator, x).inverse
        return try Point(compressed: [imageY.isOdd ? 0x03 : 0x02] + imageX.bigEndian)
    }
}

/// The curve y² = x³ + a·x + b that is 3-isogenous to secp256k1, and the isogeny (RFC 9380, section 8.7 and appendix
/// E.1). Coefficients from the constant term up.
private enum Isogeny {
    static var a: PrimeFieldElement {
        element("3f8731abdd661adca08a5558f0f5d272e953d363cb6f0e5d405447c01a444533")
    }
    static var b: PrimeFieldElement { PrimeFieldElement(1771) }

    static let xNumerator = [
        "8e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38daaaaa8c7",
        "07d3d4c80bc321d5b9f315cea7fd44c5d595d2fc0bf63b92dfff1044f17c6581",
        "534c328d23f234e6e2a413deca25caece4506144037c40314ecbd0b53d9dd262",
        "8e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38daaaaa88c",
    ]
    static let xDenominator = [
        "d35771193d94918a9ca34ccbb7b640dd86cd409542f8487d9fe6b745781eb49b",
        "edadc6f64383dc1df7c4b2d51b54225406d36b641f5e41bbc52a56612a8c6d14",
        "01",
    ]
    static let yNumerator = [
        "4bda12f684bda12f684bda12f684bda12f684bda12f684bda12f684b8e38e23c",
        "c75e0c32d5cb7c0fa9d0a54b12a0a6d5647ab046d686da6fdffc90fc201d71a3",
        "29a6194691f91a73715209ef6512e576722830a201be2018a765e85a9ecee931",
        "2f684bda12f684bda12f684bda12f684bda12f684bda12f684bda12f38e38d84",
    ]
    static let yDenominator = [
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffff93b",
        "7a06534bb8bdb49fd5e9e6632722c2989467c1bfc8e8d978dfb425d2685c2573",
        "6484aa716545ca2cf3a70c3fa8fe337e0a3d21162f0d6299a7bf8192bfd2a76f",
        "01",
    ]

    static func evaluate(_ coefficients: [String], _ x: PrimeFieldElement) -> PrimeFieldElement {
        var value = PrimeFieldElement(0)
        for coefficient in coefficients.reversed() { value = value * x + element(coefficient) }
        return value
    }

    private static func element(_ hexadecimal: String) -> PrimeFieldElement {
        do throws(OctetsError) {
            return PrimeFieldElement(reducing: try [UInt8](hexadecimal: hexadecimal))
        } catch {
            preconditionFailure("a constant of this file: \(error)")
        }
    }
}
