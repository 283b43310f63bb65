import Octets
import TransparencyLog

/// `merkle`: trees, and all proofs of them.
enum MerkleFamily: VectorFamily {
    static let name = "merkle"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        var tree = StoredTree()
        for node in try fields["entries"].array() {
            let entry = try node.octets()
            try node.attempt { () throws(TransparencyLogError) in try tree.append(entry) }
        }
        let roots = try fields["roots"]
        let nodes = try roots.array()
        guard nodes.count == tree.roots.count else {
            throw roots.failure(.unequal(expected: "\(tree.roots.count) roots"))
        }
        for (node, root) in zip(nodes, tree.roots) { try node.equals(root.bytes) }
        report("merkle: \(nodes.count) roots hold")
        let inclusion = try fields["inclusion"].array()
        for node in inclusion { try checkInclusion(node, in: tree) }
        report("merkle: \(inclusion.count) inclusion proofs hold")
        let consistency = try fields["consistency"].array()
        for node in consistency { try checkConsistency(node, in: tree) }
        report("merkle: \(consistency.count) consistency proofs hold")
        try fields.finish()
        return nodes.count + inclusion.count + consistency.count
    }

    private static func checkInclusion(_ node: VectorNode, in tree: StoredTree) throws(VectorError) {
        var fields = try node.fields()
        let (index, size) = (try fields["index"].unsigned(), try fields["size"].unsigned())
        let path = try fields["path"].digests()
        try fields.finish()
        try node.attempt { () throws(TransparencyLogError) in
            let proof = InclusionProof(index: index, size: size, path: path)
            try proof.verify(leafHash: try tree.leaf(index), root: try tree.root(size))
        }
    }

    private static func checkConsistency(_ node: VectorNode, in tree: StoredTree) throws(VectorError) {
        var fields = try node.fields()
        let (old, new) = (try fields["old"].unsigned(), try fields["new"].unsigned())
        let path = try fields["path"].digests()
        try fields.finish()
        try node.attempt { () throws(TransparencyLogError) in
            let proof = ConsistencyProof(oldSize: old, newSize: new, path: path)
            try proof.verify(oldRoot: try tree.root(old), newRoot: try tree.root(new))
        }
    }

    /// The leaves of a tree and its root at every size.
    private struct StoredTree {
        private var frontier = TreeFrontier()
        private var leaves: [MerkleHash] = []
        var roots: [MerkleHash] = [TreeFrontier().root]

        mutating func append(_ entry: [UInt8]) throws(TransparencyLogError) {
            let leaf = MerkleTree.leafHash(of: entry)
            _ = try frontier.append(leaf)
            leaves.append(leaf)
            roots.append(frontier.root)
        }

        func leaf(_ index: UInt64) throws(TransparencyLogError) -> MerkleHash {
            guard let place = Int(exactly: index), leaves.indices.contains(place) else { throw .sizeOutOfRange }
            return leaves[place]
        }

        func root(_ size: UInt64) throws(TransparencyLogError) -> MerkleHash {
            guard let place = Int(exactly: size), roots.indices.contains(place) else { throw .sizeOutOfRange }
            return roots[place]
        }
    }
}

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
        try fields.finish()
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

/// `cosignatures`: a log's signature and its witnesses' under one checkpoint; Ed25519 gives the same bytes again.
enum CosignatureFamily: VectorFamily {
    static let name = "cosignatures"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        let signers = try LogKeyFamily.signers(of: file)
        var fields = try section.fields()
        let text = Array(try fields["text"].string().utf8)
        let checkpoint = try section.attempt { () throws(TransparencyLogError) in try Checkpoint(text: text) }
        guard checkpoint.text == text else { throw section.failure(.refused("the checkpoint is not canonical")) }
        let logLine = try fields["log_line"]
        guard
            let log = signers.values.first(where: {
                $0.verifierKey.name.bytes == checkpoint.origin.bytes
                    && (try? $0.sign(text: text).encoded) == (try? Array(logLine.string().utf8))
            })
        else { throw logLine.failure(.refused("no key of this file signs so")) }
        report("cosignatures: \(log.verifierKey.name) signs")
        let lines = try fields["lines"].array()
        for node in lines {
            var fields = try node.fields()
            let key = try fields["vkey"]
            let time = try fields["time"].unsigned()
            guard let witness = signers[try key.string()] else { throw key.failure(.refused("no key of this file")) }
            let made = try node.attempt { () throws(TransparencyLogError) in
                try witness.cosign(text: text, time: time)
            }
            try fields["line"].reads(made.encoded)
            try fields.finish()
            report("cosignatures: \(witness.verifierKey.name) cosigns at \(time)")
        }
        try fields.finish()
        return lines.count + 1
    }
}

/// `notes`: signed notes that verify, and some that are refused.
enum SignedNoteFamily: VectorFamily {
    static let name = "notes"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let good = try fields["good"].array()
        for node in good {
            var fields = try node.fields()
            let why = try fields["why"].string()
            let encoded = Array(try fields["note"].string().utf8)
            let keys = try fields["keys"].verifierKeys()
            let verified = try fields["verified"].verifierKeys()
            let note = try node.attempt { () throws(TransparencyLogError) in try SignedNote(encoded: encoded) }
            let found = try node.attempt { () throws(TransparencyLogError) in try note.verified(by: keys) }
            guard found.map(\.key) == verified, note.encoded == encoded else {
                throw node.failure(.refused("other keys have signed"))
            }
            try fields.finish()
            report("note, \(why): verified")
        }
        let refused = try fields["refused"].array()
        for node in refused {
            var fields = try node.fields()
            let why = try fields["why"].string()
            let encoded = Array(try fields["note"].string().utf8)
            let keys = try fields["keys"].verifierKeys()
            try fields["error"].names { () throws(TransparencyLogError) in
                _ = try SignedNote(encoded: encoded).verified(by: keys)
            }
            try fields.finish()
            report("note, \(why): refused")
        }
        let binary = try fields["not_utf8"]
        let bytes = try binary.octets()
        if (try? SignedNote(encoded: bytes)) != nil { throw binary.failure(.accepted) }
        report("note, not UTF-8: refused")
        try fields.finish()
        return good.count + refused.count + 1
    }
}

/// `checkpoints`: those that are read, and some that are refused.
enum CheckpointFamily: VectorFamily {
    static let name = "checkpoints"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let good = try fields["good"].array()
        for node in good {
            var fields = try node.fields()
            let text = Array(try fields["text"].string().utf8)
            let checkpoint = try node.attempt { () throws(TransparencyLogError) in try Checkpoint(text: text) }
            guard checkpoint.text == text else { throw node.failure(.refused("not canonical")) }
            try fields["origin"].reads(checkpoint.origin.bytes)
            try fields["size"].reads(Array(String(checkpoint.size).utf8))
            try fields.finish()
            report("checkpoint of size \(checkpoint.size): read")
        }
        let refused = try fields["refused"].array()
        for node in refused {
            var fields = try node.fields()
            let why = try fields["why"].string()
            let text = Array(try fields["text"].string().utf8)
            try fields["error"].names { () throws(TransparencyLogError) in _ = try Checkpoint(text: text) }
            try fields.finish()
            report("checkpoint, \(why): refused")
        }
        try fields.finish()
        return good.count + refused.count
    }
}

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
        try fields.finish()
        return good.count + refused.count
    }
}

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
        try fields.finish()
        return good.count + refused.count
    }
}
