import Octets
import Secp256k1
private import Synchronization

/// A receiver's view of one grant, over as many records as it covers.
///
/// All fragments of a grant share the precursor, so the Diffie-Hellman point, d, the share coordinates and coefficients
/// and the owner's signatures are computed once and kept. What a session keeps is bounded, whatever fragments it is
/// given.
///
/// Opening is optimistic. Verifying a fragment costs several times what using it does, and the record's key commitment
/// or tag tells the right seed from any other anyhow; so fragments are combined first and verified only when the seed
/// is refused. The guarantee is the same: the right seed, or an error that names the fragments at fault.
public final class GrantSession: Sendable {
    /// The owner's key that the records are sealed to.
    public let delegatingKey: PublicKey
    /// The owner's key that signed the fragments.
    public let verifyingKey: PublicKey
    /// X of the grant.
    public let precursor: PublicKey
    /// The doctor's key.
    public let receivingKey: PublicKey
    /// Fragments needed.
    public let threshold: Int

    private let encodedPrecursor: EncodedPoint
    private let secret: GrantSecret
    private let cache = Mutex(Cache())

    /// Begins a session for the grant with this precursor.
    ///
    /// - Throws: ``UmbralError/thresholdOutOfRange(threshold:shares:)``.
    /// - Complexity: one constant-time multiplication.
    public init(
        receiver: SecretKey, precursor: PublicKey, delegatingKey: PublicKey, verifyingKey: PublicKey, threshold: Int
    ) throws(UmbralError) {
        guard (1...UmbralParameters.sharesBound).contains(threshold) else {
            throw .thresholdOutOfRange(threshold: threshold, shares: UmbralParameters.sharesBound)
        }
        self.delegatingKey = delegatingKey
        self.verifyingKey = verifyingKey
        self.precursor = precursor
        encodedPrecursor = EncodedPoint(precursor)
        receivingKey = receiver.publicKey
        self.threshold = threshold
        secret = GrantSecret(precursor: precursor, receiver: receiver)
    }

    /// The seed of `capsule` that `check` accepts, by a key commitment or a tag.
    ///
    /// `check` runs at most twice.
    ///
    /// - Throws: ``UmbralError/tooFewFragments(usable:threshold:rejected:)``, ``UmbralError/seedRefused(rejected:)``.
    /// - Complexity: `threshold` multiplications where nobody lies.
    public func open(
        capsule: Capsule, fragments: [CapsuleFragment], accepting check: (CapsuleSeed) -> Bool
    ) throws(UmbralError) -> Opened<CapsuleSeed> {
        try open(capsule: capsule, fragments: fragments) { check($0) ? $0 : nil }
    }

    /// What `attempt` makes of the seed of `capsule`; `attempt` returns nil for a seed that it finds wrong.
    ///
    /// - Throws: as ``open(capsule:fragments:accepting:)``.
    public func open<Value>(
        capsule: Capsule, fragments: [CapsuleFragment], attempt: (CapsuleSeed) -> Value?
    ) throws(UmbralError) -> Opened<Value> {
        if fragments.count == threshold, FragmentSorting.areDistinct(fragments, of: encodedPrecursor),
            let value = try combine(fragments).flatMap(attempt)
        {
            return Opened(value: value, rejected: [])
        }
        return try openSorting(capsule, fragments, attempt)
    }

    /// The same where there are more fragments than needed, or something is wrong with them.
    private func openSorting<Value>(
        _ capsule: Capsule, _ fragments: [CapsuleFragment], _ attempt: (CapsuleSeed) -> Value?
    ) throws(UmbralError) -> Opened<Value> {
        var sorting = FragmentSorting(fragments, precursor: encodedPrecursor)
        let distinct = sorting.distinct
        guard distinct.count >= threshold else {
            throw .tooFewFragments(usable: distinct.count, threshold: threshold, rejected: sorting.rejected)
        }
        let tried = Array(distinct.prefix(threshold))
        // With no fragment to spare this has been tried already.
        if fragments.count > threshold, let value = try combine(tried.map { fragments[$0] }).flatMap(attempt) {
            return Opened(value: value, rejected: sorting.rejected)
        }
        sorting.verify { fragment throws(UmbralError) in try self.verified(fragment, for: capsule).fragment }
        let usable = sorting.distinct
        guard usable.count >= threshold else {
            throw .tooFewFragments(usable: usable.count, threshold: threshold, rejected: sorting.rejected)
        }
        let good = Array(usable.prefix(threshold))
        guard good != tried, let value = try combine(good.map { fragments[$0] }).flatMap(attempt) else {
            throw .seedRefused(rejected: sorting.rejected)
        }
        return Opened(value: value, rejected: sorting.rejected)
    }

    /// Checks one fragment; the owner's signature on it is checked once in a session.
    ///
    /// - Throws: as ``CapsuleFragment/verified(for:verifyingKey:delegatingKey:receivingKey:)``.
    public func verified(
        _ fragment: CapsuleFragment, for capsule: Capsule
    ) throws(UmbralError) -> VerifiedCapsuleFragment {
        let part = Cache.SignedPart(fragment)
        if !cache.withLock({ $0.signed.contains(part) }) {
            try fragment.checkSignature(
                verifyingKey: verifyingKey, delegatingKey: delegatingKey, receivingKey: receivingKey)
            cache.withLock { $0.remember(part) }
        }
        try fragment.checkProof(for: capsule)
        return VerifiedCapsuleFragment(verified: fragment)
    }

    private func combine(_ fragments: [CapsuleFragment]) throws(UmbralError) -> CapsuleSeed? {
        let ids = ShareSet(ids: fragments.map { $0.id })
        if let kept = cache.withLock({ $0.coefficients[ids] }) { return kept.combine(fragments) }
        let coordinates = ids.ids.map { secret.shareCoordinate($0).revealed() }
        let coefficients = try ShareCoefficients(d: secret.d, coordinates: coordinates)
        cache.withLock { $0.remember(coefficients, for: ids) }
        return coefficients.combine(fragments)
    }

    /// Sets of shares and signatures that are kept now, each at most as many as its bound.
    var keptCounts: (coefficientSets: Int, signatures: Int) {
        cache.withLock { ($0.coefficients.count, $0.signed.count) }
    }

    /// What the records of a grant share.
    struct Cache {
        /// Sets of shares kept; a receiver that asks the same proxies every time needs one.
        static let coefficientSetsBound = 32

        /// What one signature of the owner covers, apart from the session's own keys.
        struct SignedPart: Hashable {
            let id: KeyFragmentIdentifier
            let precursor: EncodedPoint
            let commitment: EncodedPoint
            let signature: Signature

            init(_ fragment: CapsuleFragment) {
                id = fragment.id
                precursor = fragment.precursor
                commitment = fragment.proof.points.u1
                signature = fragment.proof.signature
            }
        }

        var coefficients: [ShareSet: ShareCoefficients] = [:]
        /// Only what did verify.
        var signed: Set<SignedPart> = []

        mutating func remember(_ set: ShareCoefficients, for ids: ShareSet) {
            if coefficients.count >= Self.coefficientSetsBound { coefficients.removeAll(keepingCapacity: true) }
            coefficients[ids] = set
        }

        mutating func remember(_ part: SignedPart) {
            if signed.count >= UmbralParameters.sharesBound { signed.removeAll(keepingCapacity: true) }
            signed.insert(part)
        }
    }
}
