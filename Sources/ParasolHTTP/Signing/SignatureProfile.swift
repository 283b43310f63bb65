package import HTTPMessageSignatures
package import HTTPTypes

/// How requests of this system are signed (Protocols/http.md, section Signatures): the part that signer and verifier share.
package enum SignatureProfile {
    /// Tells a request's signature from those of intermediaries, and from those for other applications.
    package static let tag = "parasol-http/1"
    /// A request and its copy are accepted for so long, at most; so nonces are remembered for as long.
    package static let maximumAgeSeconds: Int64 = 60
    /// How far a requester's clock may be ahead.
    package static let maximumSkewSeconds: Int64 = 10

    /// What every signature covers. The authority binds a request to the server that it was meant for: whoever receives it can
    /// pass it on to nobody.
    package static let required: [ComponentIdentifier] = [.method, .authority, .path, .query]

    /// Fields that change what a request means, and that are covered wherever they are there.
    package static let covered: [HTTPField.Name] = [
        .contentDigest, .contentType, .uploadOffset, .range, .ifNoneMatch, .lastEventID,
    ]

    /// - Parameter notCreatedBefore: Seconds since 1970 when this verifier began to remember nonces.
    package static func policy(notCreatedBefore: Int64) -> VerificationPolicy {
        VerificationPolicy(
            tag: tag, required: required, requiredWherePresent: covered, maximumAgeSeconds: maximumAgeSeconds,
            maximumSkewSeconds: maximumSkewSeconds, notCreatedBefore: notCreatedBefore)
    }

    /// What to cover of a request.
    package static func components(of request: HTTPRequest) -> [ComponentIdentifier] {
        required + covered.filter { request.headerFields.contains($0) }.map { .field($0) }
    }
}
