public import Octets
import Secp256k1

/// A key fragment whose commitment and signature have been checked, or that was made here: it can re-encrypt.
public struct VerifiedKeyFragment: Sendable {
    /// The fragment.
    public let fragment: KeyFragment

    init(verified fragment: KeyFragment) { self.fragment = fragment }

    /// For issuance, which makes the fragment together with its signature, and for a proxy that reads back from its own
    /// sealed store what it had verified before it stored it.
    package init(trusting fragment: KeyFragment) { self.fragment = fragment }

    /// Names the fragment.
    public var id: KeyFragmentIdentifier { fragment.id }

    /// The MessagePack form.
    public var serialized: SecretOctets { fragment.serialized }

    /// Transforms `capsule` for the receiver, with a proof that it was done with this fragment.
    ///
    /// - Complexity: five constant-time multiplications.
    public func reencrypt(_ capsule: Capsule) throws(UmbralError) -> VerifiedCapsuleFragment {
        var generator = SystemEntropy()
        return try reencrypt(capsule, using: &generator)
    }

    /// The same with the proof's nonce drawn from `generator`. A nonce used for two capsules gives the fragment away.
    public func reencrypt(
        _ capsule: Capsule, using generator: inout some RandomNumberGenerator
    ) throws(UmbralError) -> VerifiedCapsuleFragment {
        let tau = Scalar.random(using: &generator)
        let e1 = capsule.e.multiplied(by: fragment.key)
        let v1 = capsule.v.multiplied(by: fragment.key)
        let proof = ReencryptionProof.Points(
            e2: EncodedPoint(capsule.e.multiplied(by: tau)), v2: EncodedPoint(capsule.v.multiplied(by: tau)),
            u1: fragment.commitment,
            u2: EncodedPoint(UmbralParameters.secondGenerator.multiplied(by: tau)))
        let h = ReencryptionProof.challenge(capsule, e1: e1, v1: v1, proof)
        let z: PublicScalar
        do { z = try tau.response(to: h, provingKnowledgeOf: fragment.key) } catch { throw .degenerate(.z) }
        return VerifiedCapsuleFragment(
            verified: CapsuleFragment(
                e1: e1, v1: v1, id: fragment.id, precursor: EncodedPoint(fragment.precursor.point),
                proof: ReencryptionProof(points: proof, z: z, signature: fragment.signatureForReceiver)))
    }
}

extension VerifiedKeyFragment: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "VerifiedKeyFragment(\(id))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
