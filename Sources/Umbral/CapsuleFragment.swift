public import Octets
package import Secp256k1

/// One proxy's transformation of a capsule, as received: not yet verified.
///
/// E1 and V1, which opening computes with, are decoded at parse. The proof's points are decoded, or compared with
/// computed ones, when the fragment is verified; a proof point that is not on the curve is refused there.
public struct CapsuleFragment: Hashable, Sendable {
    /// Bytes of the MessagePack form.
    public static let serializedByteCount = 381
    /// Bytes of the simple form.
    public static let simpleByteCount = 359

    /// E1 = rk*E.
    package let e1: Point
    /// V1 = rk*V.
    package let v1: Point
    /// The key fragment that made this.
    public let id: KeyFragmentIdentifier
    /// X of the grant.
    package let precursor: EncodedPoint
    package let proof: ReencryptionProof

    package init(e1: Point, v1: Point, id: KeyFragmentIdentifier, precursor: EncodedPoint, proof: ReencryptionProof) {
        self.e1 = e1
        self.v1 = v1
        self.id = id
        self.precursor = precursor
        self.proof = proof
    }

    /// Reads the MessagePack form, 381 bytes.
    ///
    /// - Throws: what is wrong with the encoding.
    /// - Complexity: two point decompressions.
    public init(serialized: [UInt8]) throws(UmbralError) {
        var reader = FrameReader(serialized, .capsuleFragment)
        try self.init(reading: &reader, .messagePack)
    }

    /// Reads the simple form, 359 bytes: E1 || V1 || id || X || E2 || V2 || U1 || U2 || z || signature.
    ///
    /// - Throws: what is wrong with the encoding.
    public init(simple: [UInt8]) throws(UmbralError) {
        var reader = FrameReader(simple, .simpleCapsuleFragment)
        try self.init(reading: &reader, .simple)
    }

    private init(reading reader: inout FrameReader, _ style: FrameStyle) throws(UmbralError) {
        if style == .messagePack { try reader.marker(0x95) }
        let e1 = try reader.encodedPoint(.e1, style)
        let v1 = try reader.encodedPoint(.v1, style)
        id = try reader.octets(.identifier, style)
        precursor = try reader.encodedPoint(.precursor, style)
        if style == .messagePack { try reader.marker(0x96) }
        let e2 = try reader.encodedPoint(.e2, style)
        let v2 = try reader.encodedPoint(.v2, style)
        let u1 = try reader.encodedPoint(.commitment, style)
        let u2 = try reader.encodedPoint(.u2, style)
        let z = try reader.publicScalar(.z, style)
        let signature = try reader.signature(.signatureForReceiver, style)
        try reader.finish()
        self.e1 = try e1.decoded(.e1)
        self.v1 = try v1.decoded(.v1)
        proof = ReencryptionProof(
            points: ReencryptionProof.Points(e2: e2, v2: v2, u1: u1, u2: u2), z: z, signature: signature)
    }

    /// The MessagePack form, 381 bytes.
    public var serialized: [UInt8] { written(.messagePack, capacity: Self.serializedByteCount) }

    /// The simple form, 359 bytes.
    public var simple: [UInt8] { written(.simple, capacity: Self.simpleByteCount) }

    private func written(_ style: FrameStyle, capacity: Int) -> [UInt8] {
        var writer = FrameWriter(style, reservingCapacity: capacity)
        writer.marker(0x95)
        writer.point(e1)
        writer.point(v1)
        writer.octets(id)
        writer.point(precursor)
        writer.marker(0x96)
        writer.point(proof.points.e2)
        writer.point(proof.points.v2)
        writer.point(proof.points.u1)
        writer.point(proof.points.u2)
        writer.octets(proof.z.bigEndian)
        writer.octets(proof.signature.compact)
        return writer.bytes
    }
}

extension CapsuleFragment: CustomStringConvertible {
    public var description: String { "CapsuleFragment(\(id))" }
}
