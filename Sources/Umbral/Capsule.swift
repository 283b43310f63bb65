public import Octets
package import Secp256k1

/// A key encapsulated to a delegating key: E = rG, V = uG and s = u + rh, so that s*G = V + h*E.
///
/// Every value of this type has passed that check, which shows that whoever made it knew r and u: a proxy that
/// transforms only such capsules cannot be used to multiply chosen points.
public struct Capsule: Sendable {
    /// Bytes of the MessagePack form.
    public static let serializedByteCount = 105
    /// Bytes of the simple form.
    public static let simpleByteCount = 98

    package let e: Point
    package let v: Point
    package let s: PublicScalar
    /// E || V || s, which also is the additional data of the one-shot cipher.
    public let simple: FixedOctets<98>

    private init(e: Point, v: Point, s: PublicScalar, simple: FixedOctets<98>) {
        self.e = e
        self.v = v
        self.s = s
        self.simple = simple
    }

    /// Reads the MessagePack form, 105 bytes, and checks the capsule.
    ///
    /// - Throws: ``UmbralError/capsuleInvalid``, or what is wrong with the encoding.
    /// - Complexity: one point decompression and one double multiplication.
    public init(serialized: [UInt8]) throws(UmbralError) {
        var reader = FrameReader(serialized, .capsule)
        try reader.marker(0x93)
        try self.init(reading: &reader, .messagePack)
    }

    /// Reads E || V || s, 98 bytes, and checks the capsule.
    ///
    /// - Throws: as ``init(serialized:)``.
    public init(simple: [UInt8]) throws(UmbralError) {
        var reader = FrameReader(simple, .simpleCapsule)
        try self.init(reading: &reader, .simple)
    }

    private init(reading reader: inout FrameReader, _ style: FrameStyle) throws(UmbralError) {
        let encodedE = try reader.encodedPoint(.e, style)
        let encodedV = try reader.encodedPoint(.v, style)
        let s = try reader.publicScalar(.s, style)
        try reader.finish()
        let e = try encodedE.decoded(.e)
        let h = Self.challenge(encodedE.octets, encodedV.octets)
        // s*G - h*E has to be V. Compared as bytes: V needs no decompression of its own, and its sign counts.
        let v: Point
        do { v = try Point.linearCombination(h.negated(), e, s) } catch { throw .capsuleInvalid }
        guard EncodedPoint(v) == encodedV else { throw .capsuleInvalid }
        self.init(e: e, v: v, s: s, simple: Self.simple(encodedE.octets, encodedV.octets, s))
    }

    /// Makes a capsule to `key` and the seed that only the holder of its secret key, or of enough fragments, gets from
    /// it.
    ///
    /// - Complexity: three constant-time multiplications, two of them of the generator.
    public static func encapsulate(to key: PublicKey) throws(UmbralError) -> (capsule: Capsule, seed: CapsuleSeed) {
        var generator = SystemEntropy()
        return try encapsulate(to: key, using: &generator)
    }

    /// The same with r and u drawn from `generator`, which must be fit for secrets outside tests.
    public static func encapsulate(
        to key: PublicKey, using generator: inout some RandomNumberGenerator
    ) throws(UmbralError) -> (capsule: Capsule, seed: CapsuleSeed) {
        let r = Scalar.random(using: &generator)
        let u = Scalar.random(using: &generator)
        let e = Point.generator(times: r)
        let v = Point.generator(times: u)
        let (encodedE, encodedV) = (e.compressed, v.compressed)
        let s: PublicScalar
        let sum: Scalar
        do {
            s = try u.response(to: challenge(encodedE, encodedV), provingKnowledgeOf: r)
            sum = try r.adding(u)
        } catch { throw .degenerate(.s) }
        let capsule = Capsule(e: e, v: v, s: s, simple: simple(encodedE, encodedV, s))
        return (capsule, CapsuleSeed(key.point.sharedSecret(times: sum)))
    }

    /// The seed, for the holder of the delegating key: a*(E + V).
    ///
    /// Returns a seed for any key; only the right one opens the record.
    public func seed(for key: SecretKey) throws(UmbralError) -> CapsuleSeed {
        do { return CapsuleSeed(try e.adding(v).sharedSecret(times: key.scalar)) } catch {
            throw .degenerate(.sharedPoint)
        }
    }

    /// The MessagePack form: an array of E, V and s.
    public var serialized: [UInt8] {
        var writer = FrameWriter(.messagePack, reservingCapacity: Self.serializedByteCount)
        writer.marker(0x93)
        writer.point(e)
        writer.point(v)
        writer.octets(s.bigEndian)
        return writer.bytes
    }

    /// h = H(CAPSULE_POINTS, E, V).
    package var challenge: PublicScalar { Self.challenge(e.compressed, v.compressed) }

    private static func challenge(_ e: FixedOctets<33>, _ v: FixedOctets<33>) -> PublicScalar {
        var hash = HashToScalar(DomainTag.capsulePoints)
        hash.append(e)
        hash.append(v)
        return hash.publicScalar()
    }

    private static func simple(
        _ e: FixedOctets<33>, _ v: FixedOctets<33>, _ s: PublicScalar
    ) -> FixedOctets<98> {
        var simple = FixedOctets<98>()
        unsafe withUnsafeMutableBytes(of: &simple) { memory in
            unsafe e.withOctets { unsafe memory.copyMemory(from: $0) }
            unsafe v.withOctets {
                unsafe UnsafeMutableRawBufferPointer(rebasing: memory[33...]).copyMemory(from: $0)
            }
            unsafe s.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: memory[66...]).copyMemory(from: $0)
            }
        }
        return simple
    }
}

extension Capsule: Hashable {
    public static func == (lhs: Capsule, rhs: Capsule) -> Bool { lhs.simple == rhs.simple }

    public func hash(into hasher: inout Hasher) { hasher.combine(simple) }
}

extension Capsule: CustomStringConvertible {
    public var description: String { "Capsule(\(simple.hexadecimal))" }
}
