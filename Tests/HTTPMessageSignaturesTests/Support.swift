import Crypto
import HTTPMessageSignatures
import HTTPTypes
import Testing

/// A signer, a policy and a request that fits it, at a time that stands still.
struct SigningFixture {
    static let now: Int64 = 1_790_000_000
    static let content = Array("content".utf8)

    let key = P256.Signing.PrivateKey()
    var policy = VerificationPolicy(
        tag: "test/1", required: [.method, .authority, .path, .query],
        requiredWherePresent: [.contentDigest, .contentType, .range])

    var signer: MessageSigner { signer("key") }

    func signer(_ keyID: String, tag: String? = "test/1") -> MessageSigner {
        MessageSigner(keyID: keyID, tag: tag) { [key] in Array(try key.signature(for: $0).rawRepresentation) }
    }

    func request() throws -> HTTPRequest {
        var request = HTTPRequest(
            method: .post, scheme: "https", authority: "ledger.example", path: "/a?b=c",
            headerFields: [.contentType: "text/plain"])
        request.headerFields.append(try ContentDigest.field(of: Self.content))
        return request
    }

    static let covered: [ComponentIdentifier] = [
        .method, .authority, .path, .query, .field(.contentDigest), .field(.contentType),
    ]

    func signed(nonce: String? = "nonce", created: Int64 = now, keyID: String = "key") throws -> HTTPRequest {
        var request = try request()
        try signer(keyID).sign(&request, covering: Self.covered, created: created, nonce: nonce)
        return request
    }

    @discardableResult
    func verify(
        _ request: HTTPRequest, now: Int64 = now
    ) throws(MessageSignatureError) -> VerifiedSignature {
        try UnverifiedSignature(of: .request(request), under: policy, now: now).verified(by: key.publicKey)
    }
}
