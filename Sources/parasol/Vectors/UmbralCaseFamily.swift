import Octets
import Secp256k1
import Umbral

/// `cases`: one grant each, from the keys to the opened message.
enum UmbralCaseFamily: VectorFamily {
    static let name = "cases"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        let vectors = try section.array()
        for (index, vector) in vectors.enumerated() {
            var fields = try vector.fields()
            let checked = try UmbralCase(reading: &fields)
            try fields.finish()
            report("case \(index): \(checked.summary)")
        }
        return vectors.count
    }
}

/// A case whose every field has been checked against the others.
struct UmbralCase {
    let threshold: Int
    let shares: Int
    let signedKeys: SignedKeys
    let owner: SecretKey
    let receiver: SecretKey
    let signer: Signer
    let capsule: Capsule
    let keyFragments: [KeyFragment]
    let capsuleFragments: [CapsuleFragment]
    private let plaintext: [UInt8]
    private let ciphertext: [UInt8]

    var summary: String {
        let signed = [signedKeys.delegating ? "delegating" : nil, signedKeys.receiving ? "receiving" : nil]
            .compactMap(\.self).joined(separator: " and ")
        return "\(threshold) of \(shares), signed keys: \(signed.isEmpty ? "none" : signed); capsule, fragments, "
            + "proofs, evidence and opening hold"
    }

    init(reading fields: inout VectorFields) throws(VectorError) {
        let thresholdNode = try fields["threshold"]
        threshold = try thresholdNode.integer()
        let sharesNode = try fields["shares"]
        shares = try sharesNode.integer()
        guard 1 <= threshold, threshold <= shares, shares <= UmbralParameters.sharesBound else {
            throw thresholdNode.failure(.refused("1 <= threshold <= shares <= 255 does not hold"))
        }
        signedKeys = SignedKeys(
            delegating: try fields["sign_delegating_key"].bool(), receiving: try fields["sign_receiving_key"].bool())
        owner = try fields["delegating_sk"].secretKey()
        receiver = try fields["receiving_sk"].secretKey()
        signer = Signer(try fields["signing_sk"].secretKey())
        try fields["delegating_pk"].equals(owner.publicKey.compressed.bytes)
        try fields["receiving_pk"].equals(receiver.publicKey.compressed.bytes)
        try fields["verifying_pk"].equals(signer.verifyingKey.compressed.bytes)

        let capsuleNode = try fields["capsule"]
        capsule = try capsuleNode.parsed { bytes throws(UmbralError) in try Capsule(serialized: bytes) }
        try capsuleNode.equals(capsule.serialized)
        try fields["capsule_simple"].equals(capsule.simple.bytes)
        let ciphertextNode = try fields["ciphertext"]
        ciphertext = try ciphertextNode.octets()
        let (owner, capsule, ciphertext) = (owner, capsule, ciphertext)
        plaintext = try ciphertextNode.attempt { () throws(UmbralError) in
            try owner.decrypt(ciphertext, with: capsule)
        }
        try fields["plaintext"].equals(plaintext)

        let kfrags = try fields["kfrags"].array()
        let cfrags = try fields["cfrags"].array()
        let simple = try fields["cfrags_simple"].array()
        guard [kfrags.count, cfrags.count, simple.count] == [shares, shares, shares] else {
            throw sharesNode.failure(.unequal(expected: "the number of kfrags, cfrags and cfrags_simple"))
        }
        keyFragments = try Self.keyFragments(
            kfrags, signedKeys: signedKeys, owner: owner.publicKey, receiver: receiver.publicKey,
            verifying: signer.verifyingKey)
        capsuleFragments = try Self.capsuleFragments(
            cfrags, simple, keyFragments: keyFragments, capsule: capsule, owner: owner.publicKey,
            receiver: receiver.publicKey, verifying: signer.verifyingKey)

        try checkOpenings(thresholdNode)
        try checkEvidence(&fields)
        if var derived = try fields.optional("derived")?.fields() {
            try check(derived: &derived)
            try derived.finish()
        }
    }

    private static func keyFragments(
        _ nodes: [VectorNode], signedKeys: SignedKeys, owner: PublicKey, receiver: PublicKey, verifying: PublicKey
    ) throws(VectorError) -> [KeyFragment] {
        var fragments: [KeyFragment] = []
        for node in nodes {
            let fragment = try node.parsed { bytes throws(UmbralError) in try KeyFragment(serialized: bytes) }
            try node.equals(fragment.serialized.revealed)
            guard fragment.signedKeys == signedKeys else {
                throw node.failure(.unequal(expected: "signed over the keys that the case says"))
            }
            _ = try node.attempt { () throws(UmbralError) in
                try fragment.verified(by: verifying, delegatingKey: owner, receivingKey: receiver)
            }
            let message = SignedMessage.octets(
                id: fragment.id, commitment: fragment.commitment, precursor: fragment.precursor.compressed,
                delegatingKey: owner, receivingKey: receiver)
            guard verifying.verifies(fragment.signatureForReceiver, of: message) else {
                throw node.failure(.refused("the signature for the receiver does not verify"))
            }
            if let first = fragments.first, first.precursor != fragment.precursor {
                throw node.failure(.unequal(expected: "of the same precursor as the others"))
            }
            if fragments.contains(where: { $0.id == fragment.id }) {
                throw node.failure(.unequal(expected: "of an id of its own"))
            }
            fragments.append(fragment)
        }
        return fragments
    }

    private static func capsuleFragments(
        _ nodes: [VectorNode], _ simple: [VectorNode], keyFragments: [KeyFragment], capsule: Capsule,
        owner: PublicKey, receiver: PublicKey, verifying: PublicKey
    ) throws(VectorError) -> [CapsuleFragment] {
        var fragments: [CapsuleFragment] = []
        for ((node, simple), key) in zip(zip(nodes, simple), keyFragments) {
            let fragment = try node.parsed { bytes throws(UmbralError) in try CapsuleFragment(serialized: bytes) }
            try node.equals(fragment.serialized)
            try simple.equals(fragment.simple)
            guard fragment.id == key.id, fragment.precursor.octets == key.precursor.compressed,
                fragment.proof.points.u1 == key.commitment, fragment.proof.signature == key.signatureForReceiver
            else { throw node.failure(.unequal(expected: "made with the key fragment of the same place")) }
            _ = try node.attempt { () throws(UmbralError) in
                try fragment.verified(
                    for: capsule, verifyingKey: verifying, delegatingKey: owner, receivingKey: receiver)
            }
            fragments.append(fragment)
        }
        return fragments
    }

    /// Every `threshold` neighbours open the message, and one less do not.
    private func checkOpenings(_ node: VectorNode) throws(VectorError) {
        for start in 0..<shares {
            let some = (0..<threshold).map { capsuleFragments[(start + $0) % shares] }
            let opened = try node.attempt { () throws(UmbralError) in try open(some, threshold: threshold) }
            guard opened == plaintext else { throw node.failure(.refused("the fragments open to another message")) }
        }
        guard threshold > 1 else { return }
        if (try? open(Array(capsuleFragments.prefix(threshold - 1)), threshold: threshold - 1)) != nil {
            throw node.failure(.unequal(expected: "what is needed: fewer fragments open the message"))
        }
    }

    private func open(_ fragments: [CapsuleFragment], threshold: Int) throws(UmbralError) -> [UInt8] {
        try GrantSession.open(
            capsule: capsule, fragments: fragments, threshold: threshold, receiver: receiver,
            delegatingKey: owner.publicKey, verifyingKey: signer.verifyingKey
        ) { try? $0.open(ciphertext, with: capsule) }.value
    }

    private func checkEvidence(_ fields: inout VectorFields) throws(VectorError) {
        let node = try fields["evidence_cfrag0"]
        let evidence = try node.attempt { () throws(UmbralError) in
            try ReencryptionEvidence(
                capsule: capsule, fragment: capsuleFragments[0], verifyingKey: signer.verifyingKey,
                delegatingKey: owner.publicKey, receivingKey: receiver.publicKey)
        }
        try node.equals(evidence.serialized)
        let parity = try fields["evidence_v"]
        guard try parity.bool() == evidence.recoverableParity else {
            throw parity.failure(.unequal(expected: String(evidence.recoverableParity)))
        }
        try fields["evidence_message_hash"].equals(evidence.messageDigest.bytes)
    }

    private func check(derived: inout VectorFields) throws(VectorError) {
        try derived["capsule_h"].equals(capsule.challenge.bigEndian.bytes)
        let seedNode = try derived["key_seed"]
        let seed = try seedNode.attempt { () throws(UmbralError) in try capsule.seed(for: owner) }
        try seedNode.equals(seed.octets.revealed)
        try derived["dem_key"].equals(seed.messageKey.revealed)
        let secret = GrantSecret(precursor: keyFragments[0].precursor, receiver: receiver)
        try derived["dh_point"].equals(secret.sharedPoint.revealed)
        try derived["d"].equals(secret.d.revealed().bigEndian.bytes)
        let coordinates = try derived["share_x_first_t"]
        let nodes = try coordinates.array()
        guard nodes.count == threshold else {
            throw coordinates.failure(.unequal(expected: "\(threshold) coordinates"))
        }
        for (node, fragment) in zip(nodes, keyFragments) {
            try node.equals(secret.shareCoordinate(fragment.id).revealed().bigEndian.bytes)
        }
        let first = capsuleFragments[0]
        let challenge = ReencryptionProof.challenge(capsule, e1: first.e1, v1: first.v1, first.proof.points)
        try derived["cfrag0_challenge_h"].equals(challenge.bigEndian.bytes)
    }
}
