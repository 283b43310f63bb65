public import Octets
package import Secp256k1

/// The key service's half of a key fragment: f2(s).
///
/// A half alone is a uniformly random number, whatever else one knows.
public struct ServiceHalf: Sendable {
    static let byteCount = 32

    /// Names the fragment.
    public let id: KeyFragmentIdentifier
    package let key: Scalar

    package init(id: KeyFragmentIdentifier, key: Scalar) {
        self.id = id
        self.key = key
    }
}

/// The patient's half of a key fragment: f1(s), and what the patient signs of the sum.
public struct PatientHalf: Sendable {
    static let byteCount = 195

    /// Names the fragment.
    public let id: KeyFragmentIdentifier
    package let key: Scalar
    /// X.
    public let precursor: PublicKey
    /// U1 = (f1(s) + f2(s))·U, the signed sum.
    package let sum: Point
    /// f2(s)·U, by which a proxy knows whose half is wrong.
    package let serviceCommitment: Point
    /// Umbral's signature, which serves proxy and receiver alike.
    package let signature: Signature

    package init(
        id: KeyFragmentIdentifier, key: Scalar, precursor: PublicKey, sum: Point, serviceCommitment: Point,
        signature: Signature
    ) {
        self.id = id
        self.key = key
        self.precursor = precursor
        self.sum = sum
        self.serviceCommitment = serviceCommitment
        self.signature = signature
    }

    /// U1 compressed, 33 bytes: what the ledger says of the fragment.
    public var commitment: FixedOctets<33> { sum.compressed }
}

extension ServiceHalf: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "ServiceHalf(\(id))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension PatientHalf: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "PatientHalf(\(id))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
