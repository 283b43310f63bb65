public import Octets
package import Secp256k1

/// What the patient asks the key service to make its halves of: one polynomial of degree t - 1 through a2/d, at n places.
///
/// Holds what only patient and receiver could compute (d and the share coordinates), so it goes over an authenticated and
/// encrypted channel and is wiped after use.
public struct IssuanceRequest: Sendable {
    /// Fragments that will be needed to open.
    public let threshold: Int
    /// H(SHARED_SECRET, X, B, DH point).
    package let d: Scalar
    /// X.
    public let precursor: PublicKey
    /// The fragments, one for each proxy in the consent's order.
    public let fragments: [Place]

    /// Where one fragment lies on the polynomial.
    public struct Place: Sendable {
        /// Names the fragment.
        public let id: KeyFragmentIdentifier
        /// s = H(POLYNOMIAL_ARG, X, B, DH point, id).
        package let coordinate: Scalar
    }

    /// - Throws: ``IssuanceError/thresholdOutOfRange(threshold:shares:)``, ``IssuanceError/repeatedFragment(index:)``,
    ///   ``IssuanceError/repeatedCoordinate(index:)``.
    init(threshold: Int, d: Scalar, precursor: PublicKey, fragments: [Place]) throws(IssuanceError) {
        try Self.check(threshold: threshold, shares: fragments.count)
        for (index, place) in fragments.enumerated() {
            for earlier in fragments[..<index] {
                if earlier.id == place.id { throw .repeatedFragment(index: index) }
                if declassified(earlier.coordinate == place.coordinate) { throw .repeatedCoordinate(index: index) }
            }
        }
        self.threshold = threshold
        self.d = d
        self.precursor = precursor
        self.fragments = fragments
    }

    /// Bytes of the encoding.
    public static func serializedByteCount(shares: Int) -> Int { 68 + 64 * shares }

    /// Reads version || t || n || d || X || n times (id || s).
    ///
    /// - Throws: what is wrong with the encoding, or as the memberwise initializer.
    public init(serialized: SecretOctets) throws(IssuanceError) {
        let bytes = unsafe serialized.withUnsafeBytes { unsafe Array($0) }
        try self.init(consuming: consume bytes)
    }

    /// The same from bytes that the caller has to wipe.
    public init(serialized: [UInt8]) throws(IssuanceError) {
        try self.init(consuming: serialized)
    }

    private init(consuming serialized: consuming [UInt8]) throws(IssuanceError) {
        var reader = IssuanceReader(serialized, .request)
        serialized = []
        defer { reader.wipeInput() }
        try reader.version()
        let threshold = Int(try reader.byte())
        let shares = Int(try reader.byte())
        try Self.check(threshold: threshold, shares: shares)
        let d = try reader.secretScalar(.d)
        let precursor = PublicKey(try reader.point(.precursor))
        var fragments: [Place] = []
        for _ in 0..<shares {
            fragments.append(Place(id: try reader.fixed(), coordinate: try reader.secretScalar(.coordinate)))
        }
        try reader.finish()
        try self.init(threshold: threshold, d: d, precursor: precursor, fragments: fragments)
    }

    /// version || t || n || d || X || n times (id || s): 68 bytes and 64 more a fragment.
    public var serialized: SecretOctets {
        var writer = IssuanceWriter(capacity: Self.serializedByteCount(shares: fragments.count))
        writer.byte(IssuanceWriter.version)
        writer.byte(UInt8(truncatingIfNeeded: threshold))
        writer.byte(UInt8(truncatingIfNeeded: fragments.count))
        writer.secret(d)
        writer.fixed(precursor.compressed)
        for place in fragments {
            writer.fixed(place.id)
            writer.secret(place.coordinate)
        }
        return writer.takeSecret()
    }

    /// Refuses thresholds and numbers of shares that Umbral has no fragments for.
    static func check(threshold: Int, shares: Int) throws(IssuanceError) {
        guard 1 <= threshold, threshold <= shares, shares <= UmbralParameters.sharesBound else {
            throw .thresholdOutOfRange(threshold: threshold, shares: shares)
        }
    }
}

extension IssuanceRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "IssuanceRequest(\(threshold) of \(fragments.count), \(precursor))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension IssuanceRequest.Place: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "Place(\(id))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
