public import Octets
package import Secp256k1

/// A delegating, receiving or signing key: a scalar from 1 to n - 1, with its public key.
///
/// The scalar wipes itself when the last copy goes; it prints as nothing.
public struct SecretKey: Sendable {
    package let scalar: Scalar
    /// Computed once, when the key is made.
    public let publicKey: PublicKey

    package init(_ scalar: Scalar) {
        self.scalar = scalar
        publicKey = PublicKey(Point.generator(times: scalar))
    }

    /// Reads 32 big-endian bytes from 1 to n - 1.
    ///
    /// - Throws: ``UmbralError/invalidElement(field:reason:)``.
    public init(_ secret: SecretOctets) throws(UmbralError) {
        let scalar: Scalar
        do {
            scalar = try unsafe secret.withUnsafeBytes { bytes throws(Secp256k1Error) in
                try unsafe Scalar(bigEndian: bytes)
            }
        } catch { throw .invalidElement(field: .secretKey, reason: error) }
        self.init(scalar)
    }

    /// A fresh key from the system's generator.
    public static func random() -> SecretKey { SecretKey(Scalar.random()) }

    /// A key from `generator`, which must be fit for secrets outside tests.
    public static func random(using generator: inout some RandomNumberGenerator) -> SecretKey {
        SecretKey(Scalar.random(using: &generator))
    }

    /// 32 big-endian bytes.
    public var octets: SecretOctets {
        unsafe scalar.withUnsafeBytes { unsafe SecretOctets(copying: $0) }
    }
}

extension SecretKey: Equatable {
    /// Constant-time.
    public static func == (lhs: SecretKey, rhs: SecretKey) -> Bool { lhs.scalar == rhs.scalar }
}

extension SecretKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "SecretKey(of \(publicKey))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
