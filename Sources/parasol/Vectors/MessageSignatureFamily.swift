import Crypto
import HTTPMessageSignatures
import HTTPTypes
import Octets
import ParasolHTTP

/// `http-message-signatures`: signed requests and responses, RFC 9421's own among them, and what must be refused.
enum MessageSignatureFamily: VectorFamily {
    static let name = "http-message-signatures"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let cases = try fields["cases"].array()
        for node in cases {
            var fields = try node.fields()
            let what = try fields["what"].string()
            try verifyBase(&fields)
            try fields.finishBound()
            report("signature, \(what): verifies")
        }
        let refused = try fields["refused"].array()
        for node in refused {
            var fields = try node.fields()
            let what = try fields["what"].string()
            let error = try refusal(&fields)
            guard try fields["error"].string() == error else { throw node.failure(.refused(error)) }
            try fields.finishBound()
            report("signature, \(what): refused as \(error)")
        }
        try fields.finish()
        return cases.count + refused.count
    }

    /// That the base is what is signed, and the signature one of it.
    private static func verifyBase(_ fields: inout VectorFields) throws(VectorError) {
        let request = try request(fields["request"])
        let message: SignedMessage =
            if let response = fields.optional("response") {
                .response(try self.response(response), answering: request)
            } else {
                .request(request)
            }
        let label = try fields["label"].string()
        let base = try fields["base"]
        let (made, signature) = try base.attempt { () throws(MessageSignatureError) in
            let signatures = try MessageSignatures(message.fields)
            guard let input = signatures.input(label) else { throw MessageSignatureError.noneTagged(label) }
            return (try input.base(of: message), try signatures.signature(label))
        }
        let text = String(decoding: made, as: UTF8.self)
        guard try base.string() == text else { throw base.failure(.unequal(expected: text)) }
        let key = try key(fields["key"])
        guard let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature),
            key.isValidSignature(parsed, for: made)
        else { throw base.failure(.refused("the signature does not verify")) }
    }

    /// Why the profile refuses the request.
    private static func refusal(_ fields: inout VectorFields) throws(VectorError) -> String {
        let request = try request(fields["request"])
        let content = try fields["content"].octets()
        let now = Int64(try fields["now"].integer())
        let key = try key(fields["key"])
        do throws(MessageSignatureError) {
            let policy = SignatureProfile.policy(notCreatedBefore: 0)
            _ = try UnverifiedSignature(of: .request(request), under: policy, now: now).verified(by: key)
            try ContentDigest.verify(content, against: request.headerFields)
        } catch { return error.code }
        return "accepted"
    }

    private static func key(_ node: VectorNode) throws(VectorError) -> P256.Signing.PublicKey {
        try node.parsed { bytes throws in try P256.Signing.PublicKey(compressedRepresentation: bytes) }
    }

    private static func request(_ node: VectorNode) throws(VectorError) -> HTTPRequest {
        var fields = try node.fields()
        let name = try fields["method"]
        guard let method = HTTPRequest.Method(try name.string()) else { throw name.failure(.refused("no method")) }
        let request = HTTPRequest(
            method: method, scheme: try fields["scheme"].string(), authority: try fields["authority"].string(),
            path: try fields["target"].string(), headerFields: try headerFields(fields["fields"]))
        try fields.finish()
        return request
    }

    private static func response(_ node: VectorNode) throws(VectorError) -> HTTPResponse {
        var fields = try node.fields()
        let status = try fields["status"]
        let code = try status.integer()
        guard (100...599).contains(code) else { throw status.failure(.refused("no status")) }
        let response = HTTPResponse(status: .init(code: code), headerFields: try headerFields(fields["fields"]))
        try fields.finish()
        return response
    }

    private static func headerFields(_ node: VectorNode) throws(VectorError) -> HTTPFields {
        var fields = HTTPFields()
        for line in try node.array() {
            let parts = try line.array()
            guard parts.count == 2, let name = HTTPField.Name(try parts[0].string()) else {
                throw line.failure(.refused("no field"))
            }
            fields.append(HTTPField(name: name, value: try parts[1].string()))
        }
        return fields
    }
}
