import Crypto
import Octets
import P256Verification
import SharingContracts

/// `p256-signatures`: what is a signature of a signing key and what is not, for swift-crypto and for a key's table alike.
enum SigningKeySignatureFamily: VectorFamily {
    static let name = "p256-signatures"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let digest = SHA256.hash(data: try fields["message"].octets())
        let cases = try fields["cases"].array()
        for node in cases {
            var fields = try node.fields()
            let what = try fields["what"].string()
            let key = try fields["key"].signingKey()
            let signature = try fields["signature"].parsed { bytes throws(OctetsError) in try FixedOctets<64>(bytes) }
            let isValid = try fields["valid"].bool()
            // The first use is without a table and makes one, which the second one finds.
            let verifier = SignatureVerifier(usesBeforeTable: 1, startMaking: { make in make() })
            for means in ["without a table", "with one"] {
                guard verifier.isValid(signature, for: digest, by: key.key, compressed: key.compressed) == isValid
                else {
                    throw node.failure(.refused("the verdict \(means) of the key's multiples is not \(isValid)"))
                }
            }
            try fields.finishBound()
            let tables = verifier.tableCount == 1 ? "twice" : "once, for libcrypto makes no tables here"
            report("P-256 signature, \(what): \(isValid ? "verifies" : "refused"), \(tables)")
        }
        try fields.finish()
        return cases.count
    }
}

extension VectorNode {
    fileprivate func signingKey() throws(VectorError) -> SigningKey {
        let octets = try parsed { bytes throws(OctetsError) in try FixedOctets<33>(bytes) }
        guard let key = SigningKey(compressed: octets) else { throw failure(.refused("no point of the curve")) }
        return key
    }
}
