public import Octets
import Secp256k1

/// The key service's part of issuing: its polynomial through a2/d, the answer to the patient, a half for each proxy.
///
/// The service decides beforehand, from the ledger, whether the consent allows it, and that the request's threshold,
/// number and fragments are the consent's.
public struct ServiceIssuance: Sendable {
    /// Goes back to the patient.
    public let response: IssuanceResponse
    /// One for each place of the request, in its order; each is sealed to its proxy and then forgotten.
    public let halves: [ServiceHalf]

    /// - Throws: ``IssuanceError/wrongRole(expected:actual:)``, ``IssuanceError/degenerate(_:)``.
    /// - Complexity: t + 3 constant-time multiplications and one inversion.
    public init(
        share: DelegatingKeyShare, request: IssuanceRequest, consent: FixedOctets<16>
    ) throws(IssuanceError) {
        var generator = SystemEntropy()
        try self.init(share: share, request: request, consent: consent, using: &generator)
    }

    /// The same with everything random drawn from `generator`, which must be fit for secrets outside tests.
    public init(
        share: DelegatingKeyShare, request: IssuanceRequest, consent: FixedOctets<16>,
        using generator: inout some RandomNumberGenerator
    ) throws(IssuanceError) {
        guard share.role == .service else { throw .wrongRole(expected: .service, actual: share.role) }
        let polynomial = SharePolynomial(
            share: share, d: request.d, threshold: request.threshold, using: &generator)
        response = try IssuanceResponse(
            polynomial: polynomial.coefficients, share: share, request: request, consent: consent,
            nonce: Scalar.random(using: &generator))
        halves = try request.fragments.map { place throws(IssuanceError) in
            ServiceHalf(id: place.id, key: try polynomial.value(at: place.coordinate))
        }
    }
}

/// One side's polynomial: share/d first, then t - 1 random coefficients.
struct SharePolynomial: Sendable {
    let coefficients: [Scalar]

    init(share: DelegatingKeyShare, d: Scalar, threshold: Int, using generator: inout some RandomNumberGenerator) {
        var coefficients = [share.scalar.multiplied(by: d.inverted())]
        for _ in 1..<threshold { coefficients.append(Scalar.random(using: &generator)) }
        self.coefficients = coefficients
    }

    func value(at coordinate: Scalar) throws(IssuanceError) -> Scalar {
        do { return try evaluate(coefficients, at: coordinate) } catch { throw .degenerate(.half) }
    }
}
