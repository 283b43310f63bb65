internal import FoundationEssentials
package import HTTPMessageSignatures
package import HTTPTypes
package import ServiceProtocols
internal import SharingContracts

/// Signs requests as one enrolled signer (Protocols/http.md, section Signatures).
package struct RequestSigner: Sendable {
    private let signer: MessageSigner
    private let clock: any Clock

    /// The key that signs transactions signs requests too: a request's signature base begins with a quotation mark, a
    /// transaction's input with its domain tag.
    package init(_ signer: TransactionSigner, clock: any Clock = SystemClock()) {
        self.signer = MessageSigner(keyID: "\(signer.id)", tag: SignatureProfile.tag) { base in
            try signer.signature(onMessage: base)
        }
        self.clock = clock
    }

    /// Adds digest and signature to a request that goes out now; each time with a fresh nonce.
    ///
    /// - Throws: `MessageSignatureError`.
    package func sign(_ request: inout HTTPRequest, content: [UInt8]) throws(MessageSignatureError) {
        if !content.isEmpty { request.headerFields.append(try ContentDigest.field(of: content)) }
        var generator = SystemRandomNumberGenerator()
        let nonce = Data((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        try signer.sign(
            &request, covering: SignatureProfile.components(of: request),
            created: Int64(clamping: clock.now().microseconds / 1_000_000), nonce: nonce.base64EncodedString())
    }
}
