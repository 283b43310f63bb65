import Octets

extension GrantSession {
    /// Opens one record without a session of its own, taking the precursor from the fragments.
    ///
    /// Where fragments of several precursors are mixed, each precursor that has enough of them is tried, in the order in
    /// which they first appear, so that no liar can spoil the others' answer by coming first.
    ///
    /// - Throws: as ``open(capsule:fragments:accepting:)``, of the first precursor tried.
    public static func open<Value>(
        capsule: Capsule, fragments: [CapsuleFragment], threshold: Int, receiver: SecretKey, delegatingKey: PublicKey,
        verifyingKey: PublicKey, attempt: (CapsuleSeed) -> Value?
    ) throws(UmbralError) -> Opened<Value> {
        var counts: [EncodedPoint: Int] = [:]
        for fragment in fragments { counts[fragment.precursor, default: 0] += 1 }
        var failure: UmbralError?
        for fragment in fragments {
            guard let count = counts.removeValue(forKey: fragment.precursor), count >= threshold else { continue }
            do {
                let session = try GrantSession(
                    receiver: receiver, precursor: PublicKey(try fragment.precursor.decoded(.precursor)),
                    delegatingKey: delegatingKey, verifyingKey: verifyingKey, threshold: threshold)
                return try session.open(capsule: capsule, fragments: fragments, attempt: attempt)
            } catch { failure = failure ?? error }
        }
        throw failure ?? .tooFewFragments(usable: 0, threshold: threshold, rejected: [])
    }
}
