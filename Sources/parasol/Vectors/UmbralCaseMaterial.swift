import Octets
import Secp256k1
import Umbral

/// Everything of a generated case, and how it is written.
struct UmbralCaseMaterial {
    let owner: SecretKey
    let receiver: SecretKey
    let signer: Signer
    let threshold: Int
    let plaintext: [UInt8]
    let capsule: Capsule
    let ciphertext: [UInt8]
    let keyFragments: [KeyFragment]
    let capsuleFragments: [CapsuleFragment]

    /// The case in the reference's layout.
    func json() throws(UmbralError) -> JSONValue {
        let evidence = try ReencryptionEvidence(
            capsule: capsule, fragment: capsuleFragments[0], verifyingKey: signer.verifyingKey,
            delegatingKey: owner.publicKey, receivingKey: receiver.publicKey)
        let signedKeys = keyFragments[0].signedKeys
        return .members(
            ("threshold", .integer(threshold)), ("shares", .integer(keyFragments.count)),
            ("sign_delegating_key", .bool(signedKeys.delegating)),
            ("sign_receiving_key", .bool(signedKeys.receiving)),
            ("delegating_sk", .hexadecimal(owner.octets.revealed)),
            ("delegating_pk", .hexadecimal(owner.publicKey.compressed.bytes)),
            ("receiving_sk", .hexadecimal(receiver.octets.revealed)),
            ("receiving_pk", .hexadecimal(receiver.publicKey.compressed.bytes)),
            ("signing_sk", .hexadecimal(signer.key.octets.revealed)),
            ("verifying_pk", .hexadecimal(signer.verifyingKey.compressed.bytes)),
            ("plaintext", .hexadecimal(plaintext)), ("capsule", .hexadecimal(capsule.serialized)),
            ("capsule_simple", .hexadecimal(capsule.simple.bytes)), ("ciphertext", .hexadecimal(ciphertext)),
            ("kfrags", .array(keyFragments.map { .hexadecimal($0.serialized.revealed) })),
            ("cfrags", .array(capsuleFragments.map { .hexadecimal($0.serialized) })),
            ("cfrags_simple", .array(capsuleFragments.map { .hexadecimal($0.simple) })),
            ("evidence_cfrag0", .hexadecimal(evidence.serialized)), ("evidence_v", .bool(evidence.recoverableParity)),
            ("evidence_message_hash", .hexadecimal(evidence.messageDigest.bytes)), ("derived", try derived())
        )
    }

    private func derived() throws(UmbralError) -> JSONValue {
        let seed = try capsule.seed(for: owner)
        let secret = GrantSecret(precursor: keyFragments[0].precursor, receiver: receiver)
        let first = capsuleFragments[0]
        let challenge = ReencryptionProof.challenge(capsule, e1: first.e1, v1: first.v1, first.proof.points)
        return .members(
            ("capsule_h", .hexadecimal(capsule.challenge.bigEndian.bytes)),
            ("key_seed", .hexadecimal(seed.octets.revealed)), ("dem_key", .hexadecimal(seed.messageKey.revealed)),
            ("dh_point", .hexadecimal(secret.sharedPoint.revealed)),
            ("d", .hexadecimal(secret.d.revealed().bigEndian.bytes)),
            (
                "share_x_first_t",
                .array(
                    keyFragments.prefix(threshold).map {
                        .hexadecimal(secret.shareCoordinate($0.id).revealed().bigEndian.bytes)
                    })
            ),
            ("cfrag0_challenge_h", .hexadecimal(challenge.bigEndian.bytes))
        )
    }

    /// Why an encoding is refused in this case, in words; nil where it is not.
    func refusal(of bytes: [UInt8], _ object: UmbralObject) -> String? {
        do throws(UmbralError) {
            switch object {
            case .capsule: _ = try Capsule(serialized: bytes)
            case .capsuleFragment:
                _ = try CapsuleFragment(serialized: bytes).verified(
                    for: capsule, verifyingKey: signer.verifyingKey, delegatingKey: owner.publicKey,
                    receivingKey: receiver.publicKey)
            case .keyFragment:
                _ = try KeyFragment(serialized: bytes).verified(
                    by: signer.verifyingKey, delegatingKey: owner.publicKey, receivingKey: receiver.publicKey)
            }
            return nil
        } catch { return String(describing: error) }
    }
}
