package import Octets
package import Secp256k1

/// What owner and receiver of one grant share and nobody else can compute: the Diffie-Hellman point of the precursor X
/// and the receiver's key, and the scalars hashed from it.
///
/// The owner gets it as x*B, the receiver as b*X.
package struct GrantSecret: Sendable {
    private let precursor: FixedOctets<33>
    private let receiving: FixedOctets<33>
    /// The compressed Diffie-Hellman point.
    package let sharedPoint: SecretOctets
    /// d = H(SHARED_SECRET, X, B, DH point); a fragment key is a share of a/d.
    package let d: Scalar

    /// The owner's side.
    package init(precursorKey x: SecretKey, receiving: PublicKey) {
        self.init(
            precursor: x.publicKey.compressed, receiving: receiving.compressed,
            sharedPoint: receiving.point.sharedSecret(times: x.scalar))
    }

    /// The receiver's side.
    package init(precursor: PublicKey, receiver: SecretKey) {
        self.init(
            precursor: precursor.compressed, receiving: receiver.publicKey.compressed,
            sharedPoint: precursor.point.sharedSecret(times: receiver.scalar))
    }

    private init(precursor: FixedOctets<33>, receiving: FixedOctets<33>, sharedPoint: SecretOctets) {
        self.precursor = precursor
        self.receiving = receiving
        self.sharedPoint = sharedPoint
        var hash = HashToScalar(DomainTag.sharedSecret)
        hash.append(precursor)
        hash.append(receiving)
        hash.append(sharedPoint)
        d = hash.secretScalar()
    }

    /// The x-coordinate of the share with this id: alpha = H(POLYNOMIAL_ARG, X, B, DH point, id).
    package func shareCoordinate(_ id: KeyFragmentIdentifier) -> Scalar {
        var hash = HashToScalar(DomainTag.polynomialArgument)
        hash.append(precursor)
        hash.append(receiving)
        hash.append(sharedPoint)
        hash.append(id)
        return hash.secretScalar()
    }
}
