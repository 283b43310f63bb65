import Octets
package import Secp256k1

/// A non-interactive proof that E1, V1 and U1 are E, V and U times one and the same scalar.
///
/// A Schnorr-type proof of equal logarithms over three bases: E2 = tau*E, V2 = tau*V, U2 = tau*U,
/// h = H(CFRAG_VERIFICATION, E, E1, E2, V, V1, V2, U, U1, U2), z = tau + rk*h. All three equations are needed: with a
/// forged V1 the other two still hold.
package struct ReencryptionProof: Hashable, Sendable {
    /// The points of the proof besides those that the fragment and the capsule have already.
    package struct Points: Hashable, Sendable {
        package let e2: EncodedPoint
        package let v2: EncodedPoint
        package let u1: EncodedPoint
        package let u2: EncodedPoint

        package init(e2: EncodedPoint, v2: EncodedPoint, u1: EncodedPoint, u2: EncodedPoint) {
            self.e2 = e2
            self.v2 = v2
            self.u1 = u1
            self.u2 = u2
        }
    }

    package let points: Points
    package let z: PublicScalar
    /// The owner's signature over id, U1, X and both keys.
    package let signature: Signature

    /// A proof from its parts, which nothing checks yet.
    package init(points: Points, z: PublicScalar, signature: Signature) {
        self.points = points
        self.z = z
        self.signature = signature
    }

    package static func challenge(
        _ capsule: Capsule, e1: Point, v1: Point, _ points: Points
    ) -> PublicScalar {
        var hash = HashToScalar(DomainTag.fragmentVerification)
        hash.append(capsule.e)
        hash.append(e1)
        hash.append(points.e2.octets)
        hash.append(capsule.v)
        hash.append(v1)
        hash.append(points.v2.octets)
        hash.append(UmbralParameters.encodedSecondGenerator.octets)
        hash.append(points.u1.octets)
        hash.append(points.u2.octets)
        return hash.publicScalar()
    }
}
