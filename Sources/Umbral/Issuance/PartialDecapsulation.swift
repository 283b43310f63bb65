import Octets
import Secp256k1

/// The key service's part of opening a capsule for the patient: W = a2·(E + V), with a proof that it is.
///
/// The patient's own part is a1·(E + V), and the sum is the point that the capsule's seed is made of. Without a1, W says
/// nothing about the seed; so it need not be kept secret, only authentic.
public struct PartialDecapsulation: Hashable, Sendable {
    /// Bytes of the encoding: W || c || z.
    public static let serializedByteCount = 97

    private let image: Point
    private let proof: ChallengeResponse

    /// Computes the part with the key service's share.
    ///
    /// - Throws: ``IssuanceError/wrongRole(expected:actual:)``, and ``IssuanceError/degenerate(_:)`` for a capsule that
    ///   was made to have no seed.
    /// - Complexity: two constant-time multiplications, and one of the generator.
    public init(of capsule: Capsule, with share: DelegatingKeyShare) throws(IssuanceError) {
        var generator = SystemEntropy()
        try self.init(of: capsule, with: share, using: &generator)
    }

    /// The same with the proof's nonce from `generator`. A nonce used twice gives the share away.
    public init(
        of capsule: Capsule, with share: DelegatingKeyShare, using generator: inout some RandomNumberGenerator
    ) throws(IssuanceError) {
        guard share.role == .service else { throw .wrongRole(expected: .service, actual: share.role) }
        let base = try capsule.sharedBase
        image = base.multiplied(by: share.scalar)
        proof = try ChallengeResponse(
            equating: share.scalar, toBase: base, nonce: Scalar.random(using: &generator),
            transcript: Self.transcript(capsule, share.publicKey, image))
    }

    /// Reads W || c || z, 97 bytes.
    ///
    /// - Throws: ``IssuanceError/malformed(frame:reason:)``, ``IssuanceError/invalidElement(frame:field:reason:)``.
    public init(serialized: [UInt8]) throws(IssuanceError) {
        var reader = IssuanceReader(serialized, .partialDecapsulation)
        image = try reader.point(.image)
        proof = try ChallengeResponse(reading: &reader)
        try reader.finish()
    }

    /// W || c || z, 97 bytes.
    public var serialized: [UInt8] {
        var writer = IssuanceWriter(capacity: Self.serializedByteCount)
        writer.point(image)
        proof.write(to: &writer)
        return writer.bytes
    }

    /// Checks that this is the part of the key service with this public share.
    ///
    /// - Throws: ``IssuanceError/decapsulationProofInvalid``, ``IssuanceError/degenerate(_:)``.
    /// - Complexity: two double multiplications.
    public func verify(for capsule: Capsule, serviceShare: PublicKey) throws(IssuanceError) {
        let holds = proof.shows(
            share: serviceShare.point, equalTo: image, base: try capsule.sharedBase,
            transcript: Self.transcript(capsule, serviceShare, image))
        guard holds else { throw .decapsulationProofInvalid }
    }

    /// The capsule's seed, for the patient: the same that ``Capsule/seed(for:)`` gives for the whole key.
    ///
    /// Computed as a1·((E + V) + a1⁻¹·W), so that the seed itself appears only in memory that wipes itself.
    ///
    /// - Throws: as ``verify(for:serviceShare:)``, and ``IssuanceError/wrongRole(expected:actual:)``.
    public func seed(
        of capsule: Capsule, with share: DelegatingKeyShare, serviceShare: PublicKey
    ) throws(IssuanceError) -> CapsuleSeed {
        guard share.role == .patient else { throw .wrongRole(expected: .patient, actual: share.role) }
        try verify(for: capsule, serviceShare: serviceShare)
        let base = try capsule.sharedBase
        do {
            let whole = try base.adding(image.multiplied(by: share.scalar.inverted()))
            return CapsuleSeed(whole.sharedSecret(times: share.scalar))
        } catch { throw .degenerate(.sharedPoint) }
    }

    private static func transcript(_ capsule: Capsule, _ serviceShare: PublicKey, _ image: Point) -> HashToScalar {
        var hash = HashToScalar(IssuanceTag.decapsulationProof)
        hash.append(capsule.simple)
        hash.append(serviceShare.compressed)
        hash.append(image)
        return hash
    }
}

extension Capsule {
    /// E + V, of which the delegating key's multiple is the seed.
    fileprivate var sharedBase: Point {
        get throws(IssuanceError) {
            do { return try e.adding(v) } catch { throw .degenerate(.capsulePoint) }
        }
    }
}
