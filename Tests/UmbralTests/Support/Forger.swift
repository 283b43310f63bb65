import Octets
import Secp256k1
import Umbral

/// Makes the wrong fragments that a dishonest proxy could make.
enum Forger {
    /// A fragment with another V1 and a proof made for it as well as can be: E and U equations hold, V's does not.
    ///
    /// The proxy knows rk and tau, puts V1 = rk*V + V in and computes challenge and response honestly.
    static func forgedV1(_ grant: Grant, _ index: Int) throws -> CapsuleFragment {
        let key = grant.keyFragments[index].fragment
        let capsule = grant.capsule
        var generator = SeededGenerator(1000 + UInt64(index))
        let tau = Scalar.random(using: &generator)
        let e1 = capsule.e.multiplied(by: key.key)
        let v1 = try capsule.v.multiplied(by: key.key).adding(capsule.v)
        let points = ReencryptionProof.Points(
            e2: EncodedPoint(capsule.e.multiplied(by: tau)), v2: EncodedPoint(capsule.v.multiplied(by: tau)),
            u1: key.commitment, u2: EncodedPoint(UmbralParameters.secondGenerator.multiplied(by: tau)))
        let h = ReencryptionProof.challenge(capsule, e1: e1, v1: v1, points)
        let z = try tau.adding(key.key.multiplied(by: Scalar(h))).revealed()
        return CapsuleFragment(
            e1: e1, v1: v1, id: key.id, precursor: EncodedPoint(key.precursor.point),
            proof: ReencryptionProof(points: points, z: z, signature: key.signatureForReceiver))
    }
}
