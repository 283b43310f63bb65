private import Crypto
public import Octets
import Secp256k1

/// The values of a fragment's check written out, in the peer's format: what somebody without curve arithmetic of their
/// own (a contract on a chain) needs to follow it.
///
/// Evidence convicts only together with the capsule, the fragment and the keys, from which ``init(capsule:fragment:verifyingKey:delegatingKey:receivingKey:)``
/// rebuilds it and anybody may compare; ``FragmentVerdict`` is the short way.
public struct ReencryptionEvidence: Hashable, Sendable {
    /// Bytes of the MessagePack form.
    public static let serializedByteCount = 528

    /// E, zE, E1, hE1, E2, V, zV, V1, hV1, V2, zU, U1, hU1, U2.
    package let points: [EncodedPoint]
    /// SHA-256 of the message under the owner's signature.
    public let messageDigest: FixedOctets<32>
    /// The low bit of the signature's recovery id: whether R has an odd y-coordinate.
    public let recoverableParity: Bool

    private static let fields: [UmbralError.Field] = [
        .e, .zE, .e1, .hE1, .e2, .v, .zV, .v1, .hV1, .v2, .zU, .commitment, .hU1, .u2,
    ]

    /// Computes the evidence of a fragment, right or wrong.
    ///
    /// - Throws: ``UmbralError/fragmentSignatureInvalid`` where the owner's signature does not verify: there is nothing
    ///   to hold against the proxy then; ``UmbralError/invalidElement(field:reason:)`` where E2, V2 or U2 is no point,
    ///   which the format cannot say: ``FragmentVerdict`` convicts such a fragment.
    public init(
        capsule: Capsule, fragment: CapsuleFragment, verifyingKey: PublicKey, delegatingKey: PublicKey,
        receivingKey: PublicKey
    ) throws(UmbralError) {
        let message = fragment.signedMessage(delegatingKey: delegatingKey, receivingKey: receivingKey)
        guard let parity = fragment.proof.signature.recoveryParity(message: message, key: verifyingKey.point) else {
            throw .fragmentSignatureInvalid
        }
        let proof = fragment.proof
        let u1 = try proof.points.u1.decoded(.commitment)
        // A fragment may carry any bytes here; evidence may not.
        _ = try proof.points.e2.decoded(.e2)
        _ = try proof.points.v2.decoded(.v2)
        _ = try proof.points.u2.decoded(.u2)
        let h = ReencryptionProof.challenge(capsule, e1: fragment.e1, v1: fragment.v1, proof.points)
        points = [
            EncodedPoint(capsule.e), EncodedPoint(capsule.e.multiplied(byPublic: proof.z)),
            EncodedPoint(fragment.e1), EncodedPoint(fragment.e1.multiplied(byPublic: h)), proof.points.e2,
            EncodedPoint(capsule.v), EncodedPoint(capsule.v.multiplied(byPublic: proof.z)),
            EncodedPoint(fragment.v1), EncodedPoint(fragment.v1.multiplied(byPublic: h)), proof.points.v2,
            EncodedPoint(UmbralParameters.secondGenerator.multiplied(byPublic: proof.z)), proof.points.u1,
            EncodedPoint(u1.multiplied(byPublic: h)), proof.points.u2,
        ]
        messageDigest = Self.digest(message)
        recoverableParity = parity
    }

    /// Reads the MessagePack form, 528 bytes.
    ///
    /// - Throws: what is wrong with the encoding.
    public init(serialized: [UInt8]) throws(UmbralError) {
        var reader = FrameReader(serialized, .evidence)
        for byte: UInt8 in [0xdc, 0x00, 0x10] { try reader.marker(byte) }
        var points: [EncodedPoint] = []
        for field in Self.fields {
            let point = try reader.encodedPoint(field, .messagePack)
            _ = try point.decoded(field)
            points.append(point)
        }
        self.points = points
        messageDigest = try reader.octets(.messageDigest, .messagePack)
        recoverableParity = try reader.flag()
        try reader.finish()
    }

    /// The MessagePack form, 528 bytes.
    public var serialized: [UInt8] {
        var writer = FrameWriter(.messagePack, reservingCapacity: Self.serializedByteCount)
        for byte: UInt8 in [0xdc, 0x00, 0x10] { writer.marker(byte) }
        for point in points { writer.point(point) }
        writer.octets(messageDigest)
        writer.flag(recoverableParity)
        return writer.bytes
    }

    /// Whether the three sums written here hold: zE = E2 + hE1, zV = V2 + hV1, zU = U2 + hU1.
    ///
    /// Says nothing about whether the products themselves are right.
    public var sumsHold: Bool {
        [(1, 4, 3), (6, 9, 8), (10, 13, 12)].allSatisfy { product, nonce, image in
            guard let nonce = try? points[nonce].decoded(.e2), let image = try? points[image].decoded(.hE1),
                let sum = try? nonce.adding(image)
            else { return false }
            return EncodedPoint(sum) == points[product]
        }
    }
}

extension ReencryptionEvidence {
    private static func digest(_ message: [UInt8]) -> FixedOctets<32> {
        unsafe SHA256.hash(data: message).withUnsafeBytes { unsafe FixedOctets(copying: $0) }
    }
}
