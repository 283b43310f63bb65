internal import Crypto
package import HTTPTypes
internal import RawStructuredFieldValues

/// The digest of a message's content, by which a signature covers it (RFC 9530).
package enum ContentDigest {
    /// `Content-Digest` of some content: `sha-256=:…:`.
    ///
    /// - Throws: ``MessageSignatureError`` never, for any content.
    package static func field(of content: some Sequence<UInt8>) throws(MessageSignatureError) -> HTTPField {
        let digest = Array(SHA256.hash(data: Array(content)))
        return HTTPField(
            name: .contentDigest,
            value: try StructuredFields.serialize("sha-256", StructuredFields.item(digest)))
    }

    /// Checks the content against every digest of an algorithm that is known here: sha-256 and sha-512. Others are ignored, but
    /// one known one there must be.
    ///
    /// - Throws: ``MessageSignatureError/missingField(_:)``, ``MessageSignatureError/malformedField(_:reason:)``,
    ///   ``MessageSignatureError/noKnownDigest``, ``MessageSignatureError/digestMismatch(_:)``.
    /// - Complexity: linear in the content.
    package static func verify(_ content: [UInt8], against fields: HTTPFields) throws(MessageSignatureError) {
        var isKnown = false
        for (algorithm, member) in try StructuredFields.dictionary(.contentDigest, in: fields) {
            let actual: [UInt8]
            switch algorithm {
            case "sha-256": actual = Array(SHA256.hash(data: content))
            case "sha-512": actual = Array(SHA512.hash(data: content))
            default: continue
            }
            guard let expected = StructuredFields.bytes(member) else {
                throw .malformedField("content-digest", reason: "\(algorithm) is no byte sequence")
            }
            guard expected == actual else { throw .digestMismatch(algorithm) }
            isKnown = true
        }
        guard isKnown else { throw .noKnownDigest }
    }
}
