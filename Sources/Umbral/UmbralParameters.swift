import Octets
package import Secp256k1

/// The scheme's constants besides the curve itself.
package enum UmbralParameters {
    /// The second generator's SEC1 compressed form.
    ///
    /// hash_to_curve of RFC 9380, suite secp256k1_XMD:SHA-256_SSWU_RO_, of "POINT_U" under the domain separation tag
    /// "PARAMETERS". Written out because recomputing it costs more than a signature; a test recomputes it.
    package static let secondGeneratorOctets: [UInt8] = [
        0x03, 0x07, 0x93, 0x90, 0xd0, 0xfb, 0xe2, 0x20, 0xfc, 0x34, 0xaa,
        0xb8, 0xec, 0xbf, 0x49, 0x09, 0x80, 0x98, 0x03, 0x68, 0x20, 0xfa,
        0xdb, 0x98, 0xc0, 0x31, 0x43, 0xe5, 0x5d, 0xb8, 0xec, 0x73, 0xcd,
    ]

    /// The second generator U, whose logarithm to G nobody knows.
    package static let secondGenerator: Point = {
        do { return try Point(compressed: secondGeneratorOctets) } catch {
            preconditionFailure("the constant U is a point of secp256k1")
        }
    }()

    /// U's encoding, as fragments carry it.
    package static let encodedSecondGenerator = EncodedPoint(secondGenerator)

    /// A grant has at most this many shares.
    package static let sharesBound = 255
    /// Bytes of a key fragment's identifier.
    package static let identifierCount = 32
}
