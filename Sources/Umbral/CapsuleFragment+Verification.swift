import Octets
import Secp256k1

extension CapsuleFragment {
    /// Checks the owner's signature and the proof against `capsule`.
    ///
    /// - Throws: ``UmbralError/fragmentSignatureInvalid`` where the fragment is not of a grant from `delegatingKey` to
    ///   `receivingKey` signed by `verifyingKey`; ``UmbralError/reencryptionProofInvalid`` where it is, but was computed
    ///   wrongly or for another capsule; ``UmbralError/invalidElement(field:reason:)`` for a point not on the curve.
    /// - Complexity: six variable-time multiplications and a signature check, all of public values.
    public func verified(
        for capsule: Capsule, verifyingKey: PublicKey, delegatingKey: PublicKey, receivingKey: PublicKey
    ) throws(UmbralError) -> VerifiedCapsuleFragment {
        try checkSignature(verifyingKey: verifyingKey, delegatingKey: delegatingKey, receivingKey: receivingKey)
        try checkProof(for: capsule)
        return VerifiedCapsuleFragment(verified: self)
    }

    /// The message under the owner's signature, always with both keys.
    package func signedMessage(delegatingKey: PublicKey, receivingKey: PublicKey) -> [UInt8] {
        SignedMessage.octets(
            id: id, commitment: proof.points.u1, precursor: precursor.octets, delegatingKey: delegatingKey,
            receivingKey: receivingKey)
    }

    /// The part of the check that is the same for all capsules of a grant.
    func checkSignature(
        verifyingKey: PublicKey, delegatingKey: PublicKey, receivingKey: PublicKey
    ) throws(UmbralError) {
        let message = signedMessage(delegatingKey: delegatingKey, receivingKey: receivingKey)
        guard verifyingKey.verifies(proof.signature, of: message) else { throw .fragmentSignatureInvalid }
        // A signed precursor that is no point would be the owner's fault; a proxy must not be blamed for it.
        _ = try precursor.decoded(.precursor)
    }

    /// z*E = E2 + h*E1, z*V = V2 + h*V1 and z*U = U2 + h*U1.
    func checkProof(for capsule: Capsule) throws(UmbralError) {
        let points = proof.points
        let u1 = try points.u1.decoded(.commitment)
        let minusH = ReencryptionProof.challenge(capsule, e1: e1, v1: v1, points).negated()
        try check(capsule.e, e1, points.e2, minusH)
        try check(capsule.v, v1, points.v2, minusH)
        try check(UmbralParameters.secondGenerator, u1, points.u2, minusH)
    }

    /// One equation, solved for E2, V2 or U2 and compared as bytes, so that these need no decompression.
    private func check(
        _ base: Point, _ image: Point, _ expected: EncodedPoint, _ minusH: PublicScalar
    ) throws(UmbralError) {
        let computed: Point
        do {
            computed = try base.multiplied(byPublic: proof.z).adding(image.multiplied(byPublic: minusH))
        } catch { throw .reencryptionProofInvalid }
        guard EncodedPoint(computed) == expected else { throw .reencryptionProofInvalid }
    }
}
