import Octets
import Secp256k1
import Testing
import Umbral

/// Both directions against the published wheels `umbral-pre` and `nucypher-core`: their keys, capsules, fragments and
/// ciphertexts in ours, ours in theirs. Skipped, saying so, where `make test` could not install them.
@Suite(.serialized) struct PeerTests {
    static let peers = ["umbral_pre", "nucypher_core"]
    static let grants = [(1, 1), (1, 3), (2, 3), (3, 5), (2, 2), (4, 4), (5, 5), (3, 8)]

    private struct Parties {
        let owner: SecretKey
        let doctor: SecretKey
        let signer: Signer
        let message: [UInt8]

        init(_ generator: inout SeededGenerator) {
            owner = .random(using: &generator)
            doctor = .random(using: &generator)
            signer = Signer(.random(using: &generator))
            message = (0..<Int.random(in: 0...300, using: &generator)).map { UInt8(truncatingIfNeeded: $0) }
        }

        var publicKeys: [String: Any] {
            [
                "verifying_pk": signer.verifyingKey.compressed.bytes,
                "delegating_pk": owner.publicKey.compressed.bytes, "receiving_pk": doctor.publicKey.compressed.bytes,
            ]
        }

        func open(_ capsule: Capsule, _ fragments: [CapsuleFragment], _ ciphertext: [UInt8], _ threshold: Int) throws
            -> [UInt8]
        {
            try GrantSession.open(
                capsule: capsule, fragments: fragments, threshold: threshold, receiver: doctor,
                delegatingKey: owner.publicKey, verifyingKey: signer.verifyingKey
            ) { try? $0.open(ciphertext, with: capsule) }.value
        }
    }

    @Test func theirsOpensInOurs() throws {
        guard let server = try PeerServer.start() else { return }
        var generator = SeededGenerator(41)
        for peer in Self.peers {
            for (threshold, shares) in Self.grants {
                for flags in 0..<4 {
                    let parties = Parties(&generator)
                    let encrypted = try server.ask(
                        peer, "encrypt",
                        ["pk": parties.owner.publicKey.compressed.bytes, "plaintext": parties.message])
                    let capsule = try Capsule(serialized: encrypted.octets("capsule"))
                    let ciphertext = try encrypted.octets("ciphertext")
                    #expect(try parties.owner.decrypt(ciphertext, with: capsule) == parties.message)

                    let signed = SignedKeys(delegating: flags & 2 != 0, receiving: flags & 1 != 0)
                    let theirs = try server.ask(
                        peer, "generate_kfrags",
                        [
                            "delegating_sk": parties.owner.octets.copied,
                            "receiving_pk": parties.doctor.publicKey.compressed.bytes,
                            "signing_sk": parties.signer.key.octets.copied, "threshold": threshold, "shares": shares,
                            "sign_delegating_key": signed.delegating, "sign_receiving_key": signed.receiving,
                        ]
                    ).lists("kfrags")
                    #expect(theirs.count == shares)
                    var fragments: [CapsuleFragment] = []
                    for (index, bytes) in theirs.enumerated() {
                        let key = try KeyFragment(serialized: bytes)
                        #expect(key.signedKeys == signed)
                        #expect(key.serialized.copied == bytes)
                        let verified = try key.verified(
                            by: parties.signer.verifyingKey, delegatingKey: parties.owner.publicKey,
                            receivingKey: parties.doctor.publicKey)
                        if index % 2 == 0 {
                            fragments.append(try verified.reencrypt(capsule, using: &generator).fragment)
                        } else {
                            let answer = try server.ask(
                                peer, "reencrypt", ["capsule": capsule.serialized, "kfrag": bytes]
                            ).octets("cfrag")
                            let fragment = try CapsuleFragment(serialized: answer)
                            #expect(fragment.serialized == answer)
                            _ = try fragment.verified(
                                for: capsule, verifyingKey: parties.signer.verifyingKey,
                                delegatingKey: parties.owner.publicKey, receivingKey: parties.doctor.publicKey)
                            fragments.append(fragment)
                        }
                    }
                    #expect(
                        try parties.open(capsule, fragments.suffix(threshold), ciphertext, threshold)
                            == parties.message)
                }
            }
        }
    }

    @Test func oursOpensInTheirs() throws {
        guard let server = try PeerServer.start() else { return }
        var generator = SeededGenerator(42)
        for peer in Self.peers {
            for (threshold, shares) in Self.grants {
                for flags in 0..<4 {
                    let parties = Parties(&generator)
                    let key = try server.ask(peer, "keygen", ["sk": parties.owner.octets.copied])
                    #expect(try key.octets("pk") == parties.owner.publicKey.compressed.bytes)
                    let (capsule, ciphertext) = try parties.owner.publicKey.encrypt(
                        parties.message, using: &generator)
                    let original = try server.ask(
                        peer, "decrypt_original",
                        [
                            "sk": parties.owner.octets.copied, "capsule": capsule.serialized,
                            "ciphertext": ciphertext,
                        ])
                    #expect(try original.octets("plaintext") == parties.message)

                    let keys = try parties.owner.keyFragments(
                        for: parties.doctor.publicKey, signer: parties.signer, threshold: threshold, shares: shares,
                        signing: SignedKeys(delegating: flags & 2 != 0, receiving: flags & 1 != 0), using: &generator)
                    var fragments: [[UInt8]] = []
                    for (index, key) in keys.enumerated() {
                        let bytes = key.serialized.copied
                        _ = try server.ask(
                            peer, "verify_kfrag",
                            ["kfrag": bytes].merging(parties.publicKeys) { first, _ in first })
                        let fragment =
                            index % 2 == 0
                            ? try key.reencrypt(capsule, using: &generator).serialized
                            : try server.ask(peer, "reencrypt", ["capsule": capsule.serialized, "kfrag": bytes])
                                .octets("cfrag")
                        _ = try server.ask(
                            peer, "verify_cfrag",
                            ["cfrag": fragment, "capsule": capsule.serialized].merging(parties.publicKeys) {
                                first, _ in first
                            })
                        fragments.append(fragment)
                    }
                    let opened = try server.ask(
                        peer, "decrypt_reencrypted",
                        [
                            "receiving_sk": parties.doctor.octets.copied,
                            "delegating_pk": parties.owner.publicKey.compressed.bytes, "capsule": capsule.serialized,
                            "cfrags": Array(fragments.suffix(threshold)), "ciphertext": ciphertext,
                            "verifying_pk": parties.signer.verifyingKey.compressed.bytes,
                        ])
                    #expect(try opened.octets("plaintext") == parties.message)
                }
            }
        }
    }

    @Test func splitIssuedFragmentsAreOrdinaryOnesToBoth() throws {
        guard let server = try PeerServer.start() else { return }
        for (threshold, shares) in [(1, 1), (1, 3), (2, 3), (3, 5), (5, 5)] {
            var folder = try SplitFolder(seed: UInt64(40 * threshold + shares))
            let issued = try folder.issue(threshold, of: shares)
            let (capsule, seed) = try folder.encapsulate()
            let message = Array("\(threshold) of \(shares)".utf8)
            let ciphertext = try seed.seal(message, with: capsule, using: &folder.generator)
            let keys: [String: Any] = [
                "verifying_pk": folder.signer.verifyingKey.compressed.bytes,
                "delegating_pk": try folder.wholeKey.publicKey.compressed.bytes,
                "receiving_pk": folder.doctor.publicKey.compressed.bytes,
            ]
            for peer in Self.peers {
                var fragments: [[UInt8]] = []
                for (index, key) in issued.enumerated() {
                    let bytes = key.serialized.copied
                    _ = try server.ask(peer, "verify_kfrag", ["kfrag": bytes].merging(keys) { first, _ in first })
                    let fragment =
                        index % 2 == 0
                        ? try server.ask(peer, "reencrypt", ["capsule": capsule.serialized, "kfrag": bytes])
                            .octets("cfrag")
                        : try key.reencrypt(capsule, using: &folder.generator).serialized
                    _ = try server.ask(
                        peer, "verify_cfrag",
                        ["cfrag": fragment, "capsule": capsule.serialized].merging(keys) { first, _ in first })
                    fragments.append(fragment)
                }
                for chosen in [fragments.prefix(threshold), fragments.suffix(threshold)] {
                    let opened = try server.ask(
                        peer, "decrypt_reencrypted",
                        [
                            "receiving_sk": folder.doctor.octets.copied, "capsule": capsule.serialized,
                            "cfrags": Array(chosen), "ciphertext": ciphertext,
                        ].merging(keys) { first, _ in first })
                    #expect(try opened.octets("plaintext") == message)
                }
            }
        }
    }

    @Test func bothRefuseAForgedV1AndAFragmentTooFew() throws {
        guard let server = try PeerServer.start() else { return }
        let grant = try Grant(2, of: 2)
        let forged = try Forger.forgedV1(grant, 0)
        let keys: [String: Any] = [
            "verifying_pk": grant.signer.verifyingKey.compressed.bytes,
            "delegating_pk": grant.owner.publicKey.compressed.bytes,
            "receiving_pk": grant.receiver.publicKey.compressed.bytes,
        ]
        for peer in Self.peers {
            #expect(throws: PeerServer.Refusal.self) {
                try server.ask(
                    peer, "verify_cfrag",
                    ["cfrag": forged.serialized, "capsule": grant.capsule.serialized].merging(keys) { first, _ in first
                    })
            }
            let sealed = try grant.seed.seal([1, 2, 3], with: grant.capsule)
            func open(_ count: Int) throws -> [String: Any] {
                try server.ask(
                    peer, "decrypt_reencrypted",
                    [
                        "receiving_sk": grant.receiver.octets.copied,
                        "delegating_pk": grant.owner.publicKey.compressed.bytes,
                        "capsule": grant.capsule.serialized,
                        "cfrags": grant.received.prefix(count).map(\.serialized), "ciphertext": sealed,
                        "verifying_pk": grant.signer.verifyingKey.compressed.bytes,
                    ])
            }
            #expect(throws: PeerServer.Refusal.self) { try open(1) }
            #expect(try open(2).octets("plaintext") == [1, 2, 3])
        }
    }

    @Test func factoriesSignaturesAndEvidenceAgree() throws {
        guard let server = try PeerServer.start() else { return }
        var generator = SeededGenerator(43)
        for peer in Self.peers {
            for label in [[], Array("folder".utf8), [UInt8](repeating: 0xff, count: 100)] as [[UInt8]] {
                let seed = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
                let factory = try SecretKeyFactory(seed: SecretOctets(copying: seed))
                let theirs = try server.ask(peer, "factory", ["seed": seed, "label": label])
                #expect(try theirs.octets("make_key") == factory.makeKey(label: label).octets.copied)
                #expect(try theirs.octets("make_secret") == factory.makeSecret(label: label).copied)
                let child = factory.makeFactory(label: label)
                #expect(try theirs.octets("factory_make_key") == child.makeKey(label: label).octets.copied)
                #expect(try theirs.octets("factory_make_secret") == child.makeSecret(label: label).copied)
            }
            let signer = Signer(.random(using: &generator))
            let message: [UInt8] = [1, 2, 3]
            let signature = signer.sign(message, using: &generator).compact.bytes
            let verdict = try server.ask(
                peer, "verify",
                ["pk": signer.verifyingKey.compressed.bytes, "message": message, "signature": signature])
            #expect(verdict["valid"] as? Bool == true)
            let theirs = try server.ask(peer, "sign", ["sk": signer.key.octets.copied, "message": message])
            let parsed = try Signature(compact: theirs.octets("signature"))
            #expect(signer.verifyingKey.verifies(parsed, of: message))

            let grant = try Grant(1, of: 1, seed: 44)
            let ours = try ReencryptionEvidence(
                capsule: grant.capsule, fragment: grant.received[0], verifyingKey: grant.signer.verifyingKey,
                delegatingKey: grant.owner.publicKey, receivingKey: grant.receiver.publicKey)
            let evidence = try server.ask(
                peer, "evidence",
                [
                    "capsule": grant.capsule.serialized, "cfrag": grant.received[0].serialized,
                    "verifying_pk": grant.signer.verifyingKey.compressed.bytes,
                    "delegating_pk": grant.owner.publicKey.compressed.bytes,
                    "receiving_pk": grant.receiver.publicKey.compressed.bytes,
                ])
            #expect(try evidence.octets("evidence") == ours.serialized)
            #expect(evidence["v"] as? Bool == ours.recoverableParity)
            #expect(try evidence.octets("message_hash") == ours.messageDigest.bytes)
        }
    }
}
