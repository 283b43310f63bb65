/// Every bound on what is read from a message, each with its reason. Checked before anything is parsed.
package enum MessageSignatureLimits {
    /// Bytes of all `Signature-Input` lines together, and so of `Signature` and `Content-Digest`. A signature of this profile
    /// takes about 300; a proxy on the way may add its own.
    package static let fieldBytes = 4096
    /// Signatures of one message: its sender's, and some of intermediaries.
    package static let signatures = 4
    /// Components that one signature covers.
    package static let components = 24
    /// Bytes of a string parameter: a key identifier, nonce or tag.
    package static let parameterBytes = 128
    /// Bytes of a signature base. A target and its fields are bounded by whoever parses HTTP; this bounds their repetition.
    package static let baseBytes = 64 << 10
    /// r ‖ s over P-256.
    package static let signatureBytes = 64
}
