import Octets
package import Secp256k1

extension SecretKey {
    /// Splits the power to re-encrypt from this key to `receivingKey` over `shares` proxies, any `threshold` of which
    /// suffice.
    ///
    /// Both keys are under every fragment's signatures. For an owner who holds the whole key; where a key service holds
    /// a share of it, the halves are made by split issuance.
    ///
    /// - Throws: ``UmbralError/thresholdOutOfRange(threshold:shares:)``.
    /// - Complexity: a Diffie-Hellman, and a constant-time multiplication and a signature for each share.
    public func keyFragments(
        for receivingKey: PublicKey, signer: Signer, threshold: Int, shares: Int
    ) throws(UmbralError) -> [VerifiedKeyFragment] {
        var generator = SystemEntropy()
        return try keyFragments(
            for: receivingKey, signer: signer, threshold: threshold, shares: shares, using: &generator)
    }

    /// The same with everything random drawn from `generator`.
    public func keyFragments(
        for receivingKey: PublicKey, signer: Signer, threshold: Int, shares: Int,
        using generator: inout some RandomNumberGenerator
    ) throws(UmbralError) -> [VerifiedKeyFragment] {
        try keyFragments(
            for: receivingKey, signer: signer, threshold: threshold, shares: shares, signing: .both, using: &generator)
    }

    /// The same with the keys under the proxies' signatures chosen, for vectors and tests of what others may send.
    package func keyFragments(
        for receivingKey: PublicKey, signer: Signer, threshold: Int, shares: Int, signing signedKeys: SignedKeys,
        using generator: inout some RandomNumberGenerator
    ) throws(UmbralError) -> [VerifiedKeyFragment] {
        guard 1 <= threshold, threshold <= shares, shares <= UmbralParameters.sharesBound else {
            throw .thresholdOutOfRange(threshold: threshold, shares: shares)
        }
        let x = SecretKey.random(using: &generator)
        let secret = GrantSecret(precursorKey: x, receiving: receivingKey)
        var polynomial = [scalar.multiplied(by: secret.d.inverted())]
        for _ in 1..<threshold { polynomial.append(Scalar.random(using: &generator)) }

        var fragments: [VerifiedKeyFragment] = []
        fragments.reserveCapacity(shares)
        for _ in 0..<shares {
            let id: KeyFragmentIdentifier = generator.octets()
            let key = try evaluate(polynomial, at: secret.shareCoordinate(id))
            let commitment = EncodedPoint(UmbralParameters.secondGenerator.multiplied(by: key))
            let message = SignedMessage.octets(
                id: id, commitment: commitment, precursor: x.publicKey.compressed, delegatingKey: publicKey,
                receivingKey: receivingKey)
            let forReceiver = signer.sign(message, using: &generator)
            let forProxy: Signature
            if signedKeys == .both {
                // The two messages are the same one.
                forProxy = forReceiver
            } else {
                let partial = SignedMessage.octets(
                    id: id, commitment: commitment, precursor: x.publicKey.compressed,
                    delegatingKey: signedKeys.delegating ? publicKey : nil,
                    receivingKey: signedKeys.receiving ? receivingKey : nil)
                forProxy = signer.sign(partial, using: &generator)
            }
            fragments.append(
                VerifiedKeyFragment(
                    verified: KeyFragment(
                        id: id, key: key, precursor: x.publicKey, commitment: commitment, signatureForProxy: forProxy,
                        signatureForReceiver: forReceiver, signedKeys: signedKeys)))
        }
        return fragments
    }
}

/// f(x) by Horner's rule, `polynomial` lowest coefficient first and not empty; constant-time in the values.
///
/// - Throws: ``UmbralError/degenerate(_:)`` where a partial sum is zero.
package func evaluate(_ polynomial: [Scalar], at x: Scalar) throws(UmbralError) -> Scalar {
    guard var value = polynomial.last else { throw .degenerate(.share) }
    for coefficient in polynomial.dropLast().reversed() {
        do { value = try value.multiplied(by: x).adding(coefficient) } catch { throw .degenerate(.share) }
    }
    return value
}
