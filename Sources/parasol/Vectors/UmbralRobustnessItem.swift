import Octets
import Secp256k1
import Umbral

/// One encoding with what others made of it.
struct UmbralRobustnessItem {
    /// What the unchanged item of each type is called.
    static let valid = "valid"

    let node: VectorNode
    let object: UmbralObject
    let what: String
    let bytes: [UInt8]
    /// What each peer said, by its name and version.
    let results: [String: VectorNode]

    var name: String { "\(object.rawValue), \(what)" }

    init(_ node: VectorNode) throws(VectorError) {
        self.node = node
        var fields = try node.fields()
        let type = try fields["type"]
        guard let object = UmbralObject(rawValue: try type.string()) else {
            throw type.failure(.wrongType(expected: "capsule, cfrag or kfrag"))
        }
        self.object = object
        what = try fields["what"].string()
        bytes = try fields["bytes"].octets()
        var recorded = try fields["result"].fields()
        var results: [String: VectorNode] = [:]
        for peer in recorded.names { results[peer] = try recorded[peer] }
        self.results = results
        try fields.finish()
    }

    /// That the bytes are the valid item changed as the item says.
    ///
    /// A change that is not known here is refused: nothing would say what its bytes have to be.
    func checkChange(from valid: [UInt8]) throws(VectorError) {
        guard what != Self.valid else { return }
        guard let change = UmbralChange.known(what, of: object) else {
            throw node.failure(.refused("no change of this name is known: \(what)"))
        }
        guard change.makes(bytes, from: valid) else {
            throw node.failure(.refused("the bytes are not the valid item with this change: \(what)"))
        }
    }

    /// That we accept the valid items and refuse the rest, and that what is recorded fits.
    ///
    /// Returns our verdict in words. Without a case there are no keys, and only the encoding is judged.
    func checkVerdict(in context: UmbralCase?, capsule: [UInt8]?) throws(VectorError) -> String {
        do throws(UmbralError) {
            try judge(in: context)
        } catch {
            guard what != Self.valid else { throw node.failure(.refused(String(describing: error))) }
            try UmbralPeers.check(results, of: self, ours: String(describing: error))
            return "refused: \(error)"
        }
        let judgedByKeys = context != nil || object == .capsule
        guard what == Self.valid || !judgedByKeys else { throw node.failure(.accepted) }
        let verdict = object == .capsule ? "accepted" : "verified"
        if what == Self.valid {
            try UmbralPeers.check(results, of: self, ours: verdict)
            return verdict
        }
        try UmbralPeers.check(results, of: self, ours: nil)
        return "well formed; there is no case to verify it with"
    }

    private func judge(in context: UmbralCase?) throws(UmbralError) {
        switch object {
        case .capsule: _ = try Capsule(serialized: bytes)
        case .capsuleFragment:
            let fragment = try CapsuleFragment(serialized: bytes)
            guard let context else { return }
            _ = try fragment.verified(
                for: context.capsule, verifyingKey: context.signer.verifyingKey,
                delegatingKey: context.owner.publicKey, receivingKey: context.receiver.publicKey)
        case .keyFragment:
            let fragment = try KeyFragment(serialized: bytes)
            guard let context else { return }
            _ = try fragment.verified(
                by: context.signer.verifyingKey, delegatingKey: context.owner.publicKey,
                receivingKey: context.receiver.publicKey)
        }
    }
}
