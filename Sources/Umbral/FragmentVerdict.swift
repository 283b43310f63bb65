import Octets

/// What anybody can find out about the bytes that a proxy gave as its fragment, without any secret.
///
/// A proxy signs its answer. With that signed answer, the capsule and the grant's public keys, a third party convicts it
/// of ``malformed(_:)`` and of ``wrong``. ``notOfThisGrant`` shows only that these bytes carry no signature of this
/// owner for this receiver: whether the proxy should have had one is for the ledger to say.
public enum FragmentVerdict: Hashable, Sendable {
    /// Signature and proof hold.
    case correct
    /// The bytes are no capsule fragment.
    case malformed(UmbralError)
    /// The owner's signature does not cover this fragment's id, commitment, precursor and the two keys.
    case notOfThisGrant
    /// The owner signed the commitment, and the transformation does not match it: provably wrong.
    case wrong

    /// Judges the MessagePack or simple form of a fragment that was answered for `capsule`.
    public static func of(
        _ answer: [UInt8], capsule: Capsule, verifyingKey: PublicKey, delegatingKey: PublicKey, receivingKey: PublicKey
    ) -> FragmentVerdict {
        do {
            let fragment =
                answer.count == CapsuleFragment.simpleByteCount
                ? try CapsuleFragment(simple: answer) : try CapsuleFragment(serialized: answer)
            return fragment.verdict(
                for: capsule, verifyingKey: verifyingKey, delegatingKey: delegatingKey, receivingKey: receivingKey)
        } catch { return .malformed(error) }
    }
}

extension CapsuleFragment {
    /// Judges the fragment as an answer for `capsule`, without any secret.
    public func verdict(
        for capsule: Capsule, verifyingKey: PublicKey, delegatingKey: PublicKey, receivingKey: PublicKey
    ) -> FragmentVerdict {
        do {
            try checkSignature(verifyingKey: verifyingKey, delegatingKey: delegatingKey, receivingKey: receivingKey)
        } catch { return .notOfThisGrant }
        do { try checkProof(for: capsule) } catch { return .wrong }
        return .correct
    }
}
