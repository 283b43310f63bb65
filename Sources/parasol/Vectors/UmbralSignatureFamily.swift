import Octets
import Secp256k1
import Umbral

/// `signatures`: keys, signatures in both forms, and the signature that plain RFC 6979 gives.
enum UmbralSignatureFamily: VectorFamily {
    static let name = "signatures"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        let vectors = try section.array()
        for (index, vector) in vectors.enumerated() {
            try verify(vector)
            report("signature \(index): verifies, and RFC 6979's is reproduced")
        }
        return vectors.count
    }

    private static func verify(_ vector: VectorNode) throws(VectorError) {
        var fields = try vector.fields()
        let signer = Signer(try fields["sk"].secretKey())
        try fields["pk"].equals(signer.verifyingKey.compressed.bytes)
        let message = try fields["message"].octets()
        let compact = try fields["be"]
        let signature = try compact.parsed { bytes throws(Secp256k1Error) in try Signature(compact: bytes) }
        guard signer.verifyingKey.verifies(signature, of: message) else {
            throw compact.failure(.refused("no signature of this message by this key"))
        }
        try fields["der"].equals(signature.der)
        if var derived = try fields.optional("derived")?.fields() {
            try derived["rfc6979_plain_be"].equals(signer.signDeterministically(message).compact.bytes)
            try derived.finish()
        }
        try fields.finish()
    }
}

extension VectorNode {
    func secretKey() throws(VectorError) -> SecretKey {
        try parsed { bytes throws(UmbralError) in try SecretKey(SecretOctets(copying: bytes)) }
    }
}
