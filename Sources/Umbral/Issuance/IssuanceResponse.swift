private import Crypto
import Octets
package import Secp256k1

/// The key service's answer: commitments to its polynomial's coefficients on U, and a proof that the first is right.
///
/// From the commitments anyone who knows a share coordinate gets the commitment to the service's half of that fragment,
/// so the halves themselves go to the proxies only.
public struct IssuanceResponse: Hashable, Sendable {
    /// c_j·U, lowest coefficient first; as many as the threshold.
    package let commitments: [Point]
    private let proof: ChallengeResponse

    /// Proves that c_0 = share/d for the request, where the polynomial begins with c_0.
    init(
        polynomial: [Scalar], share: DelegatingKeyShare, request: IssuanceRequest, consent: FixedOctets<16>,
        nonce: Scalar
    ) throws(IssuanceError) {
        commitments = polynomial.map { UmbralParameters.secondGenerator.multiplied(by: $0) }
        let image = UmbralParameters.secondGenerator.multiplied(by: share.scalar)
        proof = try ChallengeResponse(
            equating: share.scalar, toBase: UmbralParameters.secondGenerator, nonce: nonce,
            transcript: Self.transcript(request, consent, share.publicKey, commitments, image))
    }

    /// Bytes of the encoding.
    public static func serializedByteCount(threshold: Int) -> Int { 66 + 33 * threshold }

    /// Reads version || t || t commitments || c || z.
    public init(serialized: [UInt8]) throws(IssuanceError) {
        var reader = IssuanceReader(serialized, .response)
        try reader.version()
        let threshold = Int(try reader.byte())
        guard threshold >= 1 else {
            throw .thresholdOutOfRange(threshold: threshold, shares: UmbralParameters.sharesBound)
        }
        var commitments: [Point] = []
        for _ in 0..<threshold { commitments.append(try reader.point(.commitment)) }
        self.commitments = commitments
        proof = try ChallengeResponse(reading: &reader)
        try reader.finish()
    }

    /// version || t || t commitments || c || z: 66 bytes and 33 more a coefficient.
    public var serialized: [UInt8] {
        var writer = IssuanceWriter(capacity: Self.serializedByteCount(threshold: commitments.count))
        writer.byte(IssuanceWriter.version)
        writer.byte(UInt8(truncatingIfNeeded: commitments.count))
        for commitment in commitments { writer.point(commitment) }
        proof.write(to: &writer)
        return writer.bytes
    }

    /// Checks degree and proof against the request that this should answer.
    ///
    /// - Throws: ``IssuanceError/wrongCommitmentCount(expected:actual:)``, ``IssuanceError/serviceProofInvalid``.
    func verify(for request: IssuanceRequest, consent: FixedOctets<16>, serviceShare: PublicKey) throws(IssuanceError) {
        guard commitments.count == request.threshold, let first = commitments.first else {
            throw .wrongCommitmentCount(expected: request.threshold, actual: commitments.count)
        }
        let image = first.multiplied(by: request.d)
        let holds = proof.shows(
            share: serviceShare.point, equalTo: image, base: UmbralParameters.secondGenerator,
            transcript: Self.transcript(request, consent, serviceShare, commitments, image))
        guard holds else { throw .serviceProofInvalid }
    }

    /// f2(s)·U for a place of the request, by Horner's rule in the exponent.
    ///
    /// - Throws: ``IssuanceError/degenerate(_:)`` where a partial sum is infinity.
    /// - Complexity: t - 1 constant-time multiplications.
    func commitment(at coordinate: Scalar) throws(IssuanceError) -> Point {
        guard var value = commitments.last else { throw .wrongCommitmentCount(expected: 1, actual: 0) }
        for commitment in commitments.dropLast().reversed() {
            do { value = try value.multiplied(by: coordinate).adding(commitment) } catch {
                throw .degenerate(.serviceCommitment)
            }
        }
        return value
    }

    private static func transcript(
        _ request: IssuanceRequest, _ consent: FixedOctets<16>, _ serviceShare: PublicKey, _ commitments: [Point],
        _ image: Point
    ) -> HashToScalar {
        var hash = HashToScalar(IssuanceTag.serviceProof)
        hash.append(consent)
        hash.append(request.digest)
        hash.append(serviceShare.compressed)
        hash.append(octet: UInt8(truncatingIfNeeded: commitments.count))
        for commitment in commitments { hash.append(commitment) }
        hash.append(image)
        return hash
    }
}

extension IssuanceRequest {
    /// SHA-256 of the encoding, which binds an answer to every field.
    fileprivate var digest: FixedOctets<32> {
        let digest = unsafe serialized.withUnsafeBytes { bytes in
            var hash = SHA256()
            unsafe hash.update(bufferPointer: bytes)
            return hash.finalize()
        }
        var output = FixedOctets<32>()
        unsafe withUnsafeMutableBytes(of: &output) { memory in
            unsafe digest.withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
            // It goes into a challenge, which is public; of the uniformly random d it tells nothing.
            unsafe declassify(UnsafeRawBufferPointer(memory))
        }
        return output
    }
}
