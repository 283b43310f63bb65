import Octets
import TransparencyLog

/// `policies`: whose cosignatures suffice.
enum TrustPolicyFamily: VectorFamily {
    static let name = "policies"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let good = try fields["good"].array()
        for node in good {
            var fields = try node.fields()
            let why = try fields["why"].string()
            let text = Array(try fields["text"].string().utf8)
            let policy = try node.attempt { () throws(TransparencyLogError) in try TrustPolicy(text: text) }
            for node in try fields["cases"].array() {
                var fields = try node.fields()
                let cosigners = try fields["cosigners"].verifierKeys()
                let met = try fields["met"]
                guard try met.bool() == policy.isMet(by: cosigners) else {
                    throw met.failure(.unequal(expected: String(policy.isMet(by: cosigners))))
                }
                try fields.finish()
            }
            try fields.finish()
            report("policy, \(why): holds")
        }
        let refused = try fields["refused"].array()
        for node in refused {
            var fields = try node.fields()
            let why = try fields["why"].string()
            let text = Array(try fields["text"].string().utf8)
            let fault = try fields["fault"]
            do throws(TransparencyLogError) {
                _ = try TrustPolicy(text: text)
            } catch {
                guard case .badPolicy(let found, _) = error, "\(found)" == (try fault.string()) else {
                    throw fault.failure(.unequal(expected: "\(error)"))
                }
                try fields.finish()
                report("policy, \(why): refused")
                continue
            }
            throw node.failure(.accepted)
        }
        try fields.finishBound()
        return good.count + refused.count
    }
}
