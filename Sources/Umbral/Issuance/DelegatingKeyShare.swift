public import Octets
package import Secp256k1

/// One side's secret share of a folder's delegating key: a = a1 + a2, and nobody ever holds a.
///
/// Either share alone is a uniformly random number that says nothing about the key.
public struct DelegatingKeyShare: Sendable {
    package let scalar: Scalar
    /// Whose share it is.
    public let role: ShareRole
    /// The public share, scalar·G. Computed once, when the share is made.
    public let publicKey: PublicKey

    private init(_ scalar: Scalar, _ role: ShareRole) {
        self.scalar = scalar
        self.role = role
        publicKey = PublicKey(Point.generator(times: scalar))
    }

    /// Reads 32 big-endian bytes from 1 to n - 1.
    ///
    /// - Throws: ``IssuanceError/invalidElement(frame:field:reason:)``.
    public init(_ secret: SecretOctets, role: ShareRole) throws(IssuanceError) {
        do { self.init(try Scalar(secret), role) } catch {
            throw .invalidElement(frame: .share, field: .share, reason: error)
        }
    }

    /// A fresh share from the system's generator.
    public static func random(role: ShareRole) -> DelegatingKeyShare { DelegatingKeyShare(Scalar.random(), role) }

    /// A share from `generator`, which must be fit for secrets outside tests.
    public static func random(
        role: ShareRole, using generator: inout some RandomNumberGenerator
    ) -> DelegatingKeyShare {
        DelegatingKeyShare(Scalar.random(using: &generator), role)
    }

    /// 32 big-endian bytes, to be kept sealed.
    public var octets: SecretOctets { scalar.secretOctets }
}

extension DelegatingKeyShare: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "DelegatingKeyShare(of the \(role), \(publicKey))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
