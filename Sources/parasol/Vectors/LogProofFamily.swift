import Octets
import TransparencyLog

/// `proofs`: receipts under one policy.
enum LogProofFamily: VectorFamily {
    static let name = "proofs"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let policyText = Array(try fields["policy"].string().utf8)
        let originText = try fields["origin"].string()
        let policy = try section.attempt { () throws(TransparencyLogError) in try TrustPolicy(text: policyText) }
        let origin = try section.attempt { () throws(TransparencyLogError) in try LogOrigin(originText) }
        let good = try fields["good"].array()
        for node in good {
            var fields = try node.fields()
            let index = try fields["index"]
            let encoded = Array(try fields["proof"].string().utf8)
            let leaf = MerkleTree.leafHash(of: try fields["entry"].octets())
            let proof = try node.attempt { () throws(TransparencyLogError) in try LogProof(encoded: encoded) }
            guard proof.index == (try index.unsigned()) else {
                throw index.failure(.unequal(expected: String(proof.index)))
            }
            guard proof.encoded == encoded else { throw node.failure(.refused("not canonical")) }
            _ = try node.attempt { () throws(TransparencyLogError) in
                try proof.verify(leafHash: leaf, policy: policy, origin: origin)
            }
            try fields.finish()
            report("proof of entry \(proof.index): holds")
        }
        let refused = try fields["refused"].array()
        for node in refused {
            var fields = try node.fields()
            let why = try fields["why"].string()
            let encoded = Array(try fields["proof"].string().utf8)
            let leaf = MerkleTree.leafHash(of: try fields["entry"].octets())
            try fields["error"].names { () throws(TransparencyLogError) in
                _ = try LogProof(encoded: encoded).verify(leafHash: leaf, policy: policy)
            }
            try fields.finish()
            report("proof, \(why): refused")
        }
        try fields.finishBound()
        return good.count + refused.count
    }
}
