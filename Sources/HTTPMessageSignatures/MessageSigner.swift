package import HTTPTypes
internal import RawStructuredFieldValues

/// Signs messages with one key.
///
/// A signature base begins with a quotation mark or, covering nothing, with `"@signature-params"`: it can be taken for nothing
/// else that a key of ours signs, all of which begins with a domain tag.
package struct MessageSigner: Sendable {
    /// What the verifier finds the key by.
    package let keyID: String
    /// The application that the signature is for.
    package let tag: String?
    private let signature: @Sendable ([UInt8]) throws -> [UInt8]

    /// - Parameter signature: An ECDSA signature over P-256 with SHA-256 of its argument, r ‖ s, 64 bytes.
    package init(keyID: String, tag: String?, signature: @escaping @Sendable ([UInt8]) throws -> [UInt8]) {
        self.keyID = keyID
        self.tag = tag
        self.signature = signature
    }

    /// Adds a signature to a request.
    ///
    /// - Parameters:
    ///   - components: What it covers, in this order.
    ///   - created: Seconds since 1970.
    ///   - expires: Seconds since 1970.
    ///   - nonce: What tells this request from a copy of it.
    ///   - label: Names the signature among those of the message.
    /// - Throws: ``MessageSignatureError``.
    package func sign(
        _ request: inout HTTPRequest, covering components: [ComponentIdentifier], created: Int64, expires: Int64? = nil,
        nonce: String? = nil, label: String = "sig"
    ) throws(MessageSignatureError) {
        let input = try SignatureInput(
            components: components, created: created, expires: expires, nonce: nonce, keyID: keyID, tag: tag)
        try add(input, of: .request(request), to: &request.headerFields, label: label)
    }

    /// Adds a signature to a response; components of the request may be covered by ``ComponentIdentifier/ofRequest``.
    ///
    /// - Throws: ``MessageSignatureError``.
    package func sign(
        _ response: inout HTTPResponse, answering request: HTTPRequest?, covering components: [ComponentIdentifier],
        created: Int64, expires: Int64? = nil, nonce: String? = nil, label: String = "sig"
    ) throws(MessageSignatureError) {
        let input = try SignatureInput(
            components: components, created: created, expires: expires, nonce: nonce, keyID: keyID, tag: tag)
        try add(input, of: .response(response, answering: request), to: &response.headerFields, label: label)
    }

    private func add(
        _ input: SignatureInput, of message: SignedMessage, to fields: inout HTTPFields, label: String
    ) throws(MessageSignatureError) {
        let base = try input.base(of: message)
        let bytes: [UInt8]
        do { bytes = try signature(base) } catch { throw .cannotSign("\(error)") }
        guard bytes.count == MessageSignatureLimits.signatureBytes else {
            throw .malformedSignature(bytes: bytes.count)
        }
        let named = try StructuredFields.serialize(label, StructuredFields.item(bytes))
        guard named.hasPrefix(label + "=") else { throw .malformedParameter("label") }
        fields.append(HTTPField(name: .signatureInput, value: label + "=" + input.serialized))
        fields.append(HTTPField(name: .signature, value: named))
    }
}
