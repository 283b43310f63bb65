package import HTTPTypes

/// What a signature must be like to count.
package struct VerificationPolicy: Sendable {
    /// The application's tag: which of a message's signatures is meant. Exactly one must carry it.
    package var tag: String
    /// Must be covered by every signature.
    package var required: [ComponentIdentifier]
    /// Fields that must be covered wherever the message has them, because they change what it means.
    package var requiredWherePresent: [HTTPField.Name]
    /// How long after its creation a signature counts, in seconds, by this verifier's clock.
    package var maximumAgeSeconds: Int64
    /// How far the signer's clock may be ahead.
    package var maximumSkewSeconds: Int64
    /// Created before this, in seconds since 1970, it does not count: a verifier that has forgotten its nonces says here since
    /// when it remembers.
    package var notCreatedBefore: Int64

    package init(
        tag: String, required: [ComponentIdentifier], requiredWherePresent: [HTTPField.Name] = [],
        maximumAgeSeconds: Int64 = 60, maximumSkewSeconds: Int64 = 10, notCreatedBefore: Int64 = 0
    ) {
        self.tag = tag
        self.required = required
        self.requiredWherePresent = requiredWherePresent
        self.maximumAgeSeconds = maximumAgeSeconds
        self.maximumSkewSeconds = maximumSkewSeconds
        self.notCreatedBefore = notCreatedBefore
    }
}
