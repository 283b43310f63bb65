/// Every domain tag of the scheme, in one place: no two uses may share one.
///
/// The tags are the peer's (`umbral-pre` 0.11); a changed letter is another scheme. Protocols/umbral.md section 3 lists
/// what is hashed under each.
package enum DomainTag {
    /// Capsule challenge h over E, V.
    package static let capsulePoints: StaticString = "CAPSULE_POINTS"
    /// d over X, the receiving key and their Diffie-Hellman point.
    package static let sharedSecret: StaticString = "SHARED_SECRET"
    /// The x-coordinate of a share, over X, the receiving key, their Diffie-Hellman point and the fragment's id.
    package static let polynomialArgument: StaticString = "POLYNOMIAL_ARG"
    /// Challenge of the re-encryption proof.
    package static let fragmentVerification: StaticString = "CFRAG_VERIFICATION"
    /// HKDF info prefix, and the hash tag's prefix, of a derived key.
    package static let keyDerivation: StaticString = "KEY_DERIVATION/"
    /// HKDF info prefix of a derived secret.
    package static let secretDerivation: StaticString = "SECRET_DERIVATION/"
    /// HKDF info prefix of a derived factory.
    package static let factoryDerivation: StaticString = "FACTORY_DERIVATION/"
    /// Message from which the second generator U is hashed to the curve; done once, see ``UmbralParameters``.
    package static let secondGenerator: StaticString = "POINT_U"
    /// Hash-to-curve domain separation tag of U.
    package static let parameters: StaticString = "PARAMETERS"
}

extension StaticString {
    /// The tag's UTF-8 bytes.
    package var octets: [UInt8] {
        unsafe [UInt8](UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount))
    }
}
