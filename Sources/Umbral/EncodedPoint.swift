package import Octets
package import Secp256k1

/// A compressed point whose prefix has been checked but whose x-coordinate has not been lifted to the curve.
///
/// Many points of a fragment are only ever hashed or compared with a computed point; decoding them would cost a square
/// root each and prove nothing that the comparison does not.
package struct EncodedPoint: Sendable {
    /// 33 bytes, the first 02 or 03.
    package let octets: FixedOctets<33>

    init(_ octets: FixedOctets<33>, _ field: UmbralError.Field) throws(UmbralError) {
        self.octets = octets
        switch unsafe octets.withOctets({ unsafe $0[0] }) {
        case 0x02, 0x03: break
        case 0x00: throw .pointAtInfinity(field: field)
        case let prefix: throw .invalidElement(field: field, reason: .notCompressed(prefix: prefix))
        }
    }

    package init(_ point: Point) {
        octets = point.compressed
    }

    package init(_ key: PublicKey) {
        octets = key.compressed
    }

    /// The point.
    ///
    /// - Throws: ``UmbralError/invalidElement(field:reason:)`` where no point has this x-coordinate.
    func decoded(_ field: UmbralError.Field) throws(UmbralError) -> Point {
        do throws(Secp256k1Error) {
            return try unsafe octets.withOctets { memory throws(Secp256k1Error) in
                try unsafe Point(compressed: memory)
            }
        } catch { throw .invalidElement(field: field, reason: error) }
    }
}

extension EncodedPoint: Hashable {
    package static func == (lhs: EncodedPoint, rhs: EncodedPoint) -> Bool { lhs.octets.matches(rhs.octets) }

    package func hash(into hasher: inout Hasher) {
        unsafe octets.withOctets { unsafe hasher.combine(bytes: $0) }
    }
}
