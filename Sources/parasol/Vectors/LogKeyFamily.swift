import Octets
import TransparencyLog

/// `keys`: verifier keys that are read, and some that are refused.
enum LogKeyFamily: VectorFamily {
    static let name = "keys"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let good = try fields["good"].array()
        for node in good {
            let signer = try signer(node)
            report("key \(signer.verifierKey.name): follows from its seed")
        }
        let refused = try fields["refused"].array()
        for node in refused {
            var fields = try node.fields()
            let why = try fields["why"].string()
            let key = try fields["vkey"].string()
            try fields["error"].names { () throws(TransparencyLogError) in _ = try VerifierKey(key) }
            try fields.finish()
            report("key, \(why): refused")
        }
        try fields.finishBound()
        return good.count + refused.count
    }

    /// The signer that a `good` entry describes, checked against its verifier key.
    static func signer(_ node: VectorNode) throws(VectorError) -> NoteSigner {
        var fields = try node.fields()
        let name = try fields["name"].string()
        let type = try fields["type"]
        guard let byte = UInt8(exactly: try type.integer()), let algorithm = SignatureAlgorithm(rawValue: byte) else {
            throw type.failure(.wrongType(expected: "a signature type"))
        }
        let signer = try fields["seed"].parsed { seed throws(TransparencyLogError) in
            try NoteSigner(name: KeyName(name), algorithm: algorithm, seed: SecretOctets(copying: seed))
        }
        let key = try fields["vkey"]
        guard try key.string() == signer.verifierKey.vkey else {
            throw key.failure(.unequal(expected: signer.verifierKey.vkey))
        }
        try fields.finish()
        return signer
    }

    /// The signers of a file, by verifier key.
    static func signers(of file: VectorFields) throws(VectorError) -> [String: NoteSigner] {
        var file = file
        guard var fields = try file.optional(name)?.fields() else { return [:] }
        var signers: [String: NoteSigner] = [:]
        for node in try fields["good"].array() {
            let signer = try signer(node)
            signers[signer.verifierKey.vkey] = signer
        }
        return signers
    }
}
