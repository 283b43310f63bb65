public import Octets
package import Secp256k1

/// 32 random bytes that name a key fragment within its grant.
public typealias KeyFragmentIdentifier = FixedOctets<32>

/// Which public keys a fragment's signature for the proxy covers.
///
/// A proxy can check only the keys that are covered; with a key left out, the fragment would verify for any other owner
/// or receiver. What this library makes always covers both.
public struct SignedKeys: Hashable, Sendable {
    public let delegating: Bool
    public let receiving: Bool

    package init(delegating: Bool, receiving: Bool) {
        self.delegating = delegating
        self.receiving = receiving
    }

    /// Both keys.
    public static let both = SignedKeys(delegating: true, receiving: true)
}

/// One proxy's share of a re-encryption key, as received: not yet verified, so it cannot re-encrypt.
///
/// Holds a secret. Together with t - 1 others and the receiver's key it gives the delegating key away; alone it is
/// worth nothing to anybody.
public struct KeyFragment: Sendable {
    /// Bytes of the MessagePack form.
    public static let serializedByteCount = 310

    /// Names the fragment.
    public let id: KeyFragmentIdentifier
    /// rk = f(alpha), the secret.
    package let key: Scalar
    /// X; all fragments of one grant have the same.
    public let precursor: PublicKey
    /// U1 = rk*U.
    package let commitment: EncodedPoint
    package let signatureForProxy: Signature
    package let signatureForReceiver: Signature
    /// The keys under ``signatureForProxy``.
    public let signedKeys: SignedKeys

    /// A fragment from its parts, which nothing checks yet.
    package init(
        id: KeyFragmentIdentifier, key: Scalar, precursor: PublicKey, commitment: EncodedPoint,
        signatureForProxy: Signature, signatureForReceiver: Signature, signedKeys: SignedKeys
    ) {
        self.id = id
        self.key = key
        self.precursor = precursor
        self.commitment = commitment
        self.signatureForProxy = signatureForProxy
        self.signatureForReceiver = signatureForReceiver
        self.signedKeys = signedKeys
    }

    /// Reads the MessagePack form, 310 bytes.
    ///
    /// - Throws: ``UmbralError/foreignParameters`` where U is not the scheme's, or what is wrong with the encoding.
    public init(serialized: SecretOctets) throws(UmbralError) {
        let bytes = unsafe serialized.withUnsafeBytes { unsafe Array($0) }
        try self.init(consuming: consume bytes)
    }

    /// The same from bytes that the caller has to wipe.
    public init(serialized: [UInt8]) throws(UmbralError) {
        try self.init(consuming: serialized)
    }

    private init(consuming serialized: consuming [UInt8]) throws(UmbralError) {
        var reader = FrameReader(serialized, .keyFragment)
        serialized = []
        defer { reader.wipeInput() }
        try reader.marker(0x95)
        try reader.marker(0x91)
        let generator = try reader.encodedPoint(.secondGenerator, .messagePack)
        guard generator == UmbralParameters.encodedSecondGenerator else { throw .foreignParameters }
        id = try reader.octets(.identifier, .messagePack)
        key = try reader.secretScalar(.fragmentKey, .messagePack)
        precursor = PublicKey(try reader.point(.precursor, .messagePack))
        try reader.marker(0x95)
        commitment = try reader.encodedPoint(.commitment, .messagePack)
        signatureForProxy = try reader.signature(.signatureForProxy, .messagePack)
        signatureForReceiver = try reader.signature(.signatureForReceiver, .messagePack)
        signedKeys = SignedKeys(delegating: try reader.flag(), receiving: try reader.flag())
        try reader.finish()
    }

    /// The MessagePack form, 310 bytes.
    public var serialized: SecretOctets {
        var writer = FrameWriter(.messagePack, reservingCapacity: Self.serializedByteCount)
        writer.marker(0x95)
        writer.marker(0x91)
        writer.point(UmbralParameters.encodedSecondGenerator)
        writer.octets(id)
        writer.secret(key)
        writer.octets(precursor.compressed)
        writer.marker(0x95)
        writer.point(commitment)
        writer.octets(signatureForProxy.compact)
        writer.octets(signatureForReceiver.compact)
        writer.flag(signedKeys.delegating)
        writer.flag(signedKeys.receiving)
        return writer.takeSecret()
    }

    /// Checks commitment and signature, as a proxy does before it keeps a fragment.
    ///
    /// A key that the fragment says is signed must be given; a key that is not signed is ignored, so a service demands
    /// ``SignedKeys/both`` of ``signedKeys`` besides.
    ///
    /// - Throws: ``UmbralError/missingKey(_:)``, ``UmbralError/keyFragmentCommitmentInvalid``,
    ///   ``UmbralError/keyFragmentSignatureInvalid``.
    /// - Complexity: one constant-time multiplication and one signature check.
    public func verified(
        by verifyingKey: PublicKey, delegatingKey: PublicKey?, receivingKey: PublicKey?
    ) throws(UmbralError) -> VerifiedKeyFragment {
        if signedKeys.delegating, delegatingKey == nil { throw .missingKey(.delegatingKey) }
        if signedKeys.receiving, receivingKey == nil { throw .missingKey(.receivingKey) }
        let computed = UmbralParameters.secondGenerator.multiplied(by: key)
        guard EncodedPoint(computed) == commitment else { throw .keyFragmentCommitmentInvalid }
        let message = SignedMessage.octets(
            id: id, commitment: commitment, precursor: precursor.compressed,
            delegatingKey: signedKeys.delegating ? delegatingKey : nil,
            receivingKey: signedKeys.receiving ? receivingKey : nil)
        guard verifyingKey.verifies(signatureForProxy, of: message) else { throw .keyFragmentSignatureInvalid }
        return VerifiedKeyFragment(verified: self)
    }
}

extension KeyFragment: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "KeyFragment(\(id))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
