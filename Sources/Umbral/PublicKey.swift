public import Octets
public import Secp256k1

/// A delegating, receiving or verifying key: a point of secp256k1, never the point at infinity.
public struct PublicKey: Hashable, Sendable {
    package let point: Point
    /// SEC1 compressed form.
    public let compressed: FixedOctets<33>

    package init(_ point: Point) {
        self.point = point
        compressed = point.compressed
    }

    /// Reads exactly 33 bytes, SEC1 compressed.
    ///
    /// - Throws: ``UmbralError/invalidElement(field:reason:)``, whose reason for the point at infinity is
    ///   `Secp256k1Error.infinity`.
    public init(compressed octets: some Collection<UInt8>) throws(UmbralError) {
        do { point = try Point(compressed: octets) } catch {
            throw .invalidElement(field: .publicKey, reason: error)
        }
        compressed = point.compressed
    }

    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.compressed.matches(rhs.compressed) }

    public func hash(into hasher: inout Hasher) {
        unsafe compressed.withOctets { unsafe hasher.combine(bytes: $0) }
    }

    /// Whether `signature` is this key's over `message` (ECDSA over SHA-256).
    public func verifies(_ signature: Signature, of message: [UInt8]) -> Bool {
        signature.verifies(message, for: point)
    }
}

extension PublicKey: CustomStringConvertible {
    public var description: String { compressed.hexadecimal }
}
