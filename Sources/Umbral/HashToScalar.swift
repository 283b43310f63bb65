private import Crypto
package import Octets
package import Secp256k1

/// The scheme's one hash into the scalars: never zero, bias 2^-128.
///
/// H(tag, parts) = (SHA-256(u32be(|tag|) || tag || parts) mod (n - 1)) + 1, where n is the group's order. Every part has
/// a fixed length, so that concatenation loses nothing.
package struct HashToScalar {
    private var hash = SHA256()

    /// Begins a hash under one of the tags of ``DomainTag``.
    package init(_ tag: StaticString) {
        precondition(tag.hasPointerRepresentation, "the tags are not single characters")
        unsafe append(tag: UnsafeRawBufferPointer(start: tag.utf8Start, count: tag.utf8CodeUnitCount))
    }

    /// Begins a hash under a tag made at run time.
    package init(tag: [UInt8]) {
        unsafe tag.withUnsafeBytes { unsafe append(tag: $0) }
    }

    private mutating func append(tag: UnsafeRawBufferPointer) {
        let length = UInt32(truncatingIfNeeded: tag.count).bigEndian
        unsafe withUnsafeBytes(of: length) { unsafe hash.update(bufferPointer: $0) }
        unsafe hash.update(bufferPointer: tag)
    }

    /// Appends public bytes.
    package mutating func append<let count: Int>(_ octets: FixedOctets<count>) {
        unsafe withUnsafeBytes(of: octets) { unsafe hash.update(bufferPointer: $0) }
    }

    /// Appends a point's compressed form.
    package mutating func append(_ point: Point) {
        unsafe point.withCompressedBytes { unsafe hash.update(bufferPointer: $0) }
    }

    /// Appends secret bytes.
    package mutating func append(_ secret: SecretOctets) {
        unsafe secret.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
    }

    /// The scalar, where all parts are public.
    package func publicScalar() -> PublicScalar {
        unsafe hash.finalize().withUnsafeBytes { unsafe PublicScalar(mapping: $0) }
    }

    /// The scalar, where a part is secret. The digest is wiped.
    package func secretScalar() -> Scalar {
        unsafe withBytesWipedAfterwards(of: hash.finalize()) { unsafe Scalar(mapping: $0) }
    }
}
