public import Octets
import Secp256k1

/// The patient's part of issuing: the request, and once the key service has answered, the signed halves.
///
/// Lives from request to completion only. Where the answer never comes, a new one is begun: nothing is signed before the
/// answer has been verified.
public struct PatientIssuance: Sendable {
    /// Goes to the key service.
    public let request: IssuanceRequest
    /// A = A1 + A2.
    public let delegatingKey: PublicKey
    /// B.
    public let receivingKey: PublicKey
    /// The consent that this serves.
    public let consent: FixedOctets<16>

    private let serviceShare: PublicKey
    private let polynomial: SharePolynomial

    /// Begins issuing to `receivingKey`.
    ///
    /// - Parameters:
    ///   - share: the patient's.
    ///   - serviceShare: the key service's public share, whose proof was verified when the folder was opened.
    ///   - threshold: fragments needed to open.
    ///   - shares: proxies.
    /// - Throws: ``IssuanceError/thresholdOutOfRange(threshold:shares:)``, ``IssuanceError/wrongRole(expected:actual:)``,
    ///   ``IssuanceError/sharesEqual``, ``IssuanceError/sharesCancel``.
    public init(
        share: DelegatingKeyShare, serviceShare: PublicKey, receivingKey: PublicKey, consent: FixedOctets<16>,
        threshold: Int, shares: Int
    ) throws(IssuanceError) {
        var generator = SystemEntropy()
        try self.init(
            share: share, serviceShare: serviceShare, receivingKey: receivingKey, consent: consent,
            threshold: threshold, shares: shares, using: &generator)
    }

    /// The same with everything random drawn from `generator`, which must be fit for secrets outside tests.
    public init(
        share: DelegatingKeyShare, serviceShare: PublicKey, receivingKey: PublicKey, consent: FixedOctets<16>,
        threshold: Int, shares: Int, using generator: inout some RandomNumberGenerator
    ) throws(IssuanceError) {
        guard share.role == .patient else { throw .wrongRole(expected: .patient, actual: share.role) }
        try IssuanceRequest.check(threshold: threshold, shares: shares)
        delegatingKey = try .delegatingKey(patientShare: share.publicKey, serviceShare: serviceShare)
        self.receivingKey = receivingKey
        self.consent = consent
        self.serviceShare = serviceShare

        let x = SecretKey.random(using: &generator)
        let secret = GrantSecret(precursorKey: x, receiving: receivingKey)
        polynomial = SharePolynomial(share: share, d: secret.d, threshold: threshold, using: &generator)
        var places: [IssuanceRequest.Place] = []
        for _ in 0..<shares {
            let id: KeyFragmentIdentifier = generator.octets()
            places.append(IssuanceRequest.Place(id: id, coordinate: secret.shareCoordinate(id)))
        }
        request = try IssuanceRequest(
            threshold: threshold, d: secret.d, precursor: x.publicKey, fragments: places)
    }

    /// Checks the key service's answer, and only then signs the sums.
    ///
    /// - Returns: a half for each place of the request, in its order; each is sealed to its proxy and then forgotten.
    /// - Throws: ``IssuanceError/wrongCommitmentCount(expected:actual:)``, ``IssuanceError/serviceProofInvalid``,
    ///   ``IssuanceError/degenerate(_:)``.
    /// - Complexity: t constant-time multiplications and a signature for each fragment.
    public func complete(
        with response: IssuanceResponse, signer: Signer
    ) throws(IssuanceError) -> [PatientHalf] {
        var generator = SystemEntropy()
        return try complete(with: response, signer: signer, using: &generator)
    }

    /// The same with the signatures' entropy drawn from `generator`.
    public func complete(
        with response: IssuanceResponse, signer: Signer, using generator: inout some RandomNumberGenerator
    ) throws(IssuanceError) -> [PatientHalf] {
        try response.verify(for: request, consent: consent, serviceShare: serviceShare)
        var unsigned: [(place: IssuanceRequest.Place, key: Scalar, service: Point, sum: Point)] = []
        for place in request.fragments {
            let service = try response.commitment(at: place.coordinate)
            let key = try polynomial.value(at: place.coordinate)
            let sum: Point
            do { sum = try UmbralParameters.secondGenerator.multiplied(by: key).adding(service) } catch {
                throw .degenerate(.commitment)
            }
            unsigned.append((place, key, service, sum))
        }
        // Signed last of all, so that a refusal anywhere leaves no signature behind.
        return unsigned.map { part in
            let message = SignedMessage.octets(
                id: part.place.id, commitment: EncodedPoint(part.sum), precursor: request.precursor.compressed,
                delegatingKey: delegatingKey, receivingKey: receivingKey)
            return PatientHalf(
                id: part.place.id, key: part.key, precursor: request.precursor, sum: part.sum,
                serviceCommitment: part.service, signature: signer.sign(message, using: &generator))
        }
    }
}

extension PatientIssuance: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "PatientIssuance(\(request))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
