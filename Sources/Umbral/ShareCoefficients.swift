import Secp256k1

/// The Lagrange coefficients at zero of one set of shares, arranged so that only one multiplication has to be secret.
///
/// The seed is d * sum(lambda_i * P_i) with P_i = E1_i + V1_i, which is (d*lambda_1) * (P_1 + sum(ratio_i * P_i)), where
/// ratio_i = lambda_i / lambda_1. The lambdas come from hashes that outsiders cannot compute, but without d, an
/// independent hash, they give nobody anything: they may take variable time, as the one multiplication by d may not.
struct ShareCoefficients: Sendable {
    /// d*lambda_1, secret.
    let leading: Scalar
    /// lambda_i / lambda_1 for i from 2 on.
    let ratios: [PublicScalar]

    /// - Throws: ``UmbralError/degenerate(_:)`` where two coordinates are equal.
    /// - Complexity: O(t^2) scalar multiplications and one inversion.
    init(d: Scalar, coordinates: [PublicScalar]) throws(UmbralError) {
        do {
            var numerators: [PublicScalar] = []
            var denominators: [PublicScalar] = []
            for (index, own) in coordinates.enumerated() {
                var numerator: PublicScalar?
                var denominator: PublicScalar?
                for (other, coordinate) in coordinates.enumerated() where other != index {
                    let difference = try coordinate.subtracting(own)
                    numerator = numerator?.multiplied(by: coordinate) ?? coordinate
                    denominator = denominator?.multiplied(by: difference) ?? difference
                }
                // A single share has the empty products: lambda_1 is one and there are no ratios.
                guard let numerator, let denominator else {
                    leading = d
                    ratios = []
                    return
                }
                numerators.append(numerator)
                denominators.append(denominator)
            }
            guard let firstNumerator = numerators.first, let firstDenominator = denominators.first else {
                throw UmbralError.degenerate(.shareCoordinate)
            }
            var divisors = [firstDenominator]
            for denominator in denominators.dropFirst() {
                divisors.append(denominator.multiplied(by: firstNumerator))
            }
            let inverses = Self.inverses(of: divisors)
            leading = d.multiplied(by: firstNumerator.multiplied(by: inverses[0]))
            ratios = zip(numerators, inverses).dropFirst().map { numerator, inverse in
                numerator.multiplied(by: firstDenominator).multiplied(by: inverse)
            }
        } catch { throw .degenerate(.shareCoordinate) }
    }

    /// All inverses for the price of one and three multiplications each (Montgomery's trick).
    private static func inverses(of values: [PublicScalar]) -> [PublicScalar] {
        guard var product = values.first else { return [] }
        var partial = [product]
        for value in values.dropFirst() {
            product = product.multiplied(by: value)
            partial.append(product)
        }
        var inverse = product.inverted()
        var results = values
        for index in values.indices.dropFirst().reversed() {
            results[index] = inverse.multiplied(by: partial[index - 1])
            inverse = inverse.multiplied(by: values[index])
        }
        results[0] = inverse
        return results
    }

    /// The seed that these shares' fragments give, in the same order; nil where a sum is infinite.
    func combine(_ fragments: [CapsuleFragment]) -> CapsuleSeed? {
        guard let first = fragments.first, fragments.count == ratios.count + 1 else { return nil }
        do {
            // The first fragment's two points go into the one sum that is needed anyhow.
            var terms = [first.e1, first.v1]
            for (fragment, ratio) in zip(fragments.dropFirst(), ratios) {
                terms.append(try fragment.e1.adding(fragment.v1).multiplied(byPublic: ratio))
            }
            return CapsuleSeed(try Point.sum(terms).sharedSecret(times: leading))
        } catch { return nil }
    }
}
