import Octets
import Secp256k1
import Testing
import Umbral

/// Attempts to pass wrong fragments off, and the one weakness that the scheme has, kept within its bounds.
@Suite struct AttackTests {
    @Test func forgedV1IsCaughtThoughTheOtherEquationsHold() throws {
        let grant = try Grant(1, of: 1)
        let forged = try Forger.forgedV1(grant, 0)
        let h = ReencryptionProof.challenge(
            grant.capsule, e1: forged.e1, v1: forged.v1, forged.proof.points)
        let z = forged.proof.z
        for (base, image, nonce) in [
            (grant.capsule.e, forged.e1, forged.proof.points.e2),
            (UmbralParameters.secondGenerator, try Point(forged.proof.points.u1.octets), forged.proof.points.u2),
        ] {
            let right = try Point(nonce.octets).adding(image.multiplied(byPublic: h))
            #expect(base.multiplied(byPublic: z) == right)
        }
        #expect(throws: UmbralError.reencryptionProofInvalid) { try grant.verify(forged) }
    }

    @Test func swappedIdentifiersAreCaught() throws {
        let grant = try Grant(2, of: 2)
        let (first, second) = (grant.received[0], grant.received[1])
        for (fragment, id) in [(first, second.id), (second, first.id)] {
            let swapped = CapsuleFragment(
                e1: fragment.e1, v1: fragment.v1, id: id, precursor: fragment.precursor, proof: fragment.proof)
            #expect(throws: UmbralError.fragmentSignatureInvalid) { try grant.verify(swapped) }
        }
    }

    @Test func aProofOfAnotherFragmentOfTheGrantIsCaught() throws {
        let grant = try Grant(2, of: 2)
        let (first, second) = (grant.received[0], grant.received[1])
        let mixed = CapsuleFragment(
            e1: first.e1, v1: first.v1, id: second.id, precursor: second.precursor, proof: second.proof)
        #expect(throws: UmbralError.reencryptionProofInvalid) { try grant.verify(mixed) }
    }

    @Test func fragmentsVerifyOnlyForTheirOwnKeysAndCapsule() throws {
        let grant = try Grant(1, of: 1)
        var generator = SeededGenerator(3)
        let stranger = SecretKey.random(using: &generator).publicKey
        let fragment = grant.received[0]
        let (owner, doctor, signer) = (
            grant.owner.publicKey, grant.receiver.publicKey, grant.signer.verifyingKey
        )
        for (verifying, delegating, receiving) in [
            (stranger, owner, doctor), (signer, stranger, doctor), (signer, owner, stranger), (signer, doctor, owner),
        ] {
            #expect(throws: UmbralError.fragmentSignatureInvalid) {
                try fragment.verified(
                    for: grant.capsule, verifyingKey: verifying, delegatingKey: delegating, receivingKey: receiving)
            }
        }
        let (other, _) = try Capsule.encapsulate(to: owner, using: &generator)
        #expect(throws: UmbralError.reencryptionProofInvalid) {
            try fragment.verified(
                for: other, verifyingKey: signer, delegatingKey: owner, receivingKey: doctor)
        }
    }

    @Test func keyFragmentsVerifyOnlyForTheKeysTheySign() throws {
        var generator = SeededGenerator(4)
        let stranger = SecretKey.random(using: &generator).publicKey
        for flags in 0..<4 {
            let signed = SignedKeys(delegating: flags & 2 != 0, receiving: flags & 1 != 0)
            let grant = try Grant(1, of: 1, signing: signed)
            let fragment = try KeyFragment(serialized: grant.keyFragments[0].serialized)
            #expect(fragment.signedKeys == signed)
            let (owner, doctor) = (grant.owner.publicKey, grant.receiver.publicKey)
            func verify(_ delegating: PublicKey?, _ receiving: PublicKey?) throws(UmbralError) {
                _ = try fragment.verified(
                    by: grant.signer.verifyingKey, delegatingKey: delegating, receivingKey: receiving)
            }
            try verify(owner, doctor)
            // What is not signed is not checked: the reason why we always sign both.
            if signed.delegating {
                #expect(throws: UmbralError.keyFragmentSignatureInvalid) { try verify(stranger, doctor) }
                #expect(throws: UmbralError.missingKey(.delegatingKey)) { try verify(nil, doctor) }
            } else {
                try verify(stranger, doctor)
                try verify(nil, doctor)
            }
            if signed.receiving {
                #expect(throws: UmbralError.keyFragmentSignatureInvalid) { try verify(owner, stranger) }
                #expect(throws: UmbralError.missingKey(.receivingKey)) { try verify(owner, nil) }
            } else {
                try verify(owner, stranger)
                try verify(owner, nil)
            }
            #expect(throws: UmbralError.keyFragmentSignatureInvalid) {
                try fragment.verified(by: stranger, delegatingKey: owner, receivingKey: doctor)
            }
        }
    }

    @Test func whatThisLibraryIssuesSignsBothKeys() throws {
        let grant = try Grant(2, of: 3)
        for fragment in grant.keyFragments { #expect(fragment.fragment.signedKeys == .both) }
    }

    @Test func anOwnerCannotFrameAProxyWithAnotherGenerator() throws {
        let grant = try Grant(1, of: 1)
        let honest = grant.keyFragments[0].fragment
        var bytes = honest.serialized.copied
        bytes.replaceSubrange(4..<37, with: Point.generator.compressed.bytes)
        #expect(throws: UmbralError.foreignParameters) { try KeyFragment(serialized: bytes) }

        // The whole attack, which the peers accept: U = G, and U1 = rk*G under the owner's true signatures.
        let commitment = EncodedPoint(Point.generator(times: honest.key))
        let signature = grant.signer.sign(
            SignedMessage.octets(
                id: honest.id, commitment: commitment, precursor: honest.precursor.compressed,
                delegatingKey: grant.owner.publicKey, receivingKey: grant.receiver.publicKey))
        let framing = KeyFragment(
            id: honest.id, key: honest.key, precursor: honest.precursor, commitment: commitment,
            signatureForProxy: signature, signatureForReceiver: signature, signedKeys: .both)
        bytes = framing.serialized.copied
        // With our U in it, it is a fragment like any other, and its commitment is wrong.
        #expect(throws: UmbralError.keyFragmentCommitmentInvalid) {
            try KeyFragment(serialized: bytes).verified(
                by: grant.signer.verifyingKey, delegatingKey: grant.owner.publicKey,
                receivingKey: grant.receiver.publicKey)
        }
        bytes.replaceSubrange(4..<37, with: Point.generator.compressed.bytes)
        #expect(throws: UmbralError.foreignParameters) { try KeyFragment(serialized: bytes) }
        #expect(throws: UmbralError.foreignParameters) {
            try KeyFragment(serialized: SecretOctets(copying: bytes))
        }
        // What refusing it prevents: an honest proxy that took it would be convicted of a wrong answer.
        let answer = try VerifiedKeyFragment(trusting: framing).reencrypt(grant.capsule)
        #expect(grant.verdict(answer.serialized) == .wrong)
    }

    @Test func evidenceIsNotMadeOfWhatItsOwnReaderRefuses() throws {
        let grant = try Grant(1, of: 1)
        // An x-coordinate that no point has, found by trying.
        let noPoint = try #require(
            (1...100).lazy.map { [0x02] + [UInt8](repeating: 0, count: 31) + [$0] }
                .first { (try? Point(compressed: $0)) == nil })
        // E2, V2 and U2 in the MessagePack form, each behind its header.
        for (offset, field) in [(143, UmbralError.Field.e2), (178, .v2), (248, .u2)] {
            var bytes = grant.received[0].serialized
            bytes.replaceSubrange(offset..<offset + 33, with: noPoint)
            let liar = try CapsuleFragment(serialized: bytes)
            #expect(grant.verdict(bytes) == .wrong)
            #expect(throws: UmbralError.invalidElement(field: field, reason: .notOnCurve)) {
                try ReencryptionEvidence(
                    capsule: grant.capsule, fragment: liar, verifyingKey: grant.signer.verifyingKey,
                    delegatingKey: grant.owner.publicKey, receivingKey: grant.receiver.publicKey)
            }
        }
    }

    /// The scheme's known weakness: the receiver and t proxies together interpolate f(0) = a/d and multiply by d. It
    /// gives them this folder's key and nothing about any other, because every folder has a key of its own.
    @Test func receiverAndThresholdProxiesRecoverOnlyThatFoldersKey() throws {
        var generator = SeededGenerator(12)
        let factory = try SecretKeyFactory(seed: SecretOctets(copying: (0..<32).map { UInt8($0) }))
        let folders = [factory.makeKey(label: [1]), factory.makeKey(label: [2])]
        let doctor = SecretKey.random(using: &generator)
        let signer = Signer(.random(using: &generator))
        let stolen = try folders[0].keyFragments(
            for: doctor.publicKey, signer: signer, threshold: 2, shares: 3, using: &generator)

        let recovered = try Collusion.recover(stolen.prefix(2).map(\.fragment), receiver: doctor)
        #expect(recovered == folders[0])
        #expect(recovered != folders[1])
        // One proxy fewer, and they have nothing.
        #expect(try Collusion.recover([stolen[0].fragment], receiver: doctor) != folders[0])

        let (capsule, ciphertext) = try folders[0].publicKey.encrypt([1, 2, 3], using: &generator)
        #expect(try recovered.decrypt(ciphertext, with: capsule) == [1, 2, 3])
        let (other, sealed) = try folders[1].publicKey.encrypt([4, 5, 6], using: &generator)
        #expect(throws: UmbralError.decryptionFailed) { try recovered.decrypt(sealed, with: other) }
        // Nor with everything that they hold: the same fragments transform the other folder's capsule to no avail.
        let session = try GrantSession(
            receiver: doctor, precursor: stolen[0].fragment.precursor, delegatingKey: folders[1].publicKey,
            verifyingKey: signer.verifyingKey, threshold: 2)
        let fragments = try stolen.map { try $0.reencrypt(other, using: &generator).fragment }
        #expect(throws: UmbralError.self) {
            try session.open(capsule: other, fragments: fragments) { (try? $0.open(sealed, with: other)) != nil }
        }
    }

    @Test func evidenceConvictsALiarAndOnlyALiar() throws {
        let grant = try Grant(1, of: 1)
        #expect(grant.verdict(grant.received[0].serialized) == .correct)
        #expect(grant.verdict(grant.received[0].simple) == .correct)
        let forged = try Forger.forgedV1(grant, 0)
        #expect(grant.verdict(forged.serialized) == .wrong)
        #expect(grant.verdict(forged.simple) == .wrong)
        #expect(
            grant.verdict([])
                == .malformed(
                    .malformed(frame: .capsuleFragment, reason: .truncated(offset: 0, needed: 1, available: 0))))
        let stranger = try Grant(1, of: 1, seed: 99)
        #expect(grant.verdict(stranger.received[0].serialized) == .notOfThisGrant)

        let evidence = try ReencryptionEvidence(
            capsule: grant.capsule, fragment: forged, verifyingKey: grant.signer.verifyingKey,
            delegatingKey: grant.owner.publicKey, receivingKey: grant.receiver.publicKey)
        #expect(!evidence.sumsHold)
        #expect(try ReencryptionEvidence(serialized: evidence.serialized) == evidence)
        #expect(throws: UmbralError.fragmentSignatureInvalid) {
            try ReencryptionEvidence(
                capsule: grant.capsule, fragment: stranger.received[0], verifyingKey: grant.signer.verifyingKey,
                delegatingKey: grant.owner.publicKey, receivingKey: grant.receiver.publicKey)
        }
    }

    @Test func secretsPrintNothing() throws {
        let grant = try Grant(1, of: 1)
        let secrets = [
            grant.owner.octets.copied.hexadecimal, grant.keyFragments[0].fragment.key.secretOctets.copied.hexadecimal,
            grant.seed.octets.copied.hexadecimal,
        ]
        var text = ""
        dump(grant.owner, to: &text)
        dump(grant.keyFragments[0], to: &text)
        dump(grant.keyFragments[0].fragment, to: &text)
        dump(grant.seed, to: &text)
        text += "\(grant.owner) \(grant.keyFragments[0]) \(grant.seed)"
        for secret in secrets { #expect(!text.contains(secret)) }
    }
}

/// What a receiver and the proxies it has won over compute together.
enum Collusion {
    static func recover(_ fragments: [KeyFragment], receiver: SecretKey) throws -> SecretKey {
        let secret = GrantSecret(precursor: fragments[0].precursor, receiver: receiver)
        let coordinates = fragments.map { secret.shareCoordinate($0.id).revealed() }
        var sum: Scalar?
        for (index, fragment) in fragments.enumerated() {
            var term = fragment.key
            for (other, coordinate) in coordinates.enumerated() where other != index {
                let difference = try coordinate.subtracting(coordinates[index])
                term = term.multiplied(by: Scalar(coordinate.multiplied(by: difference.inverted())))
            }
            sum = try sum?.adding(term) ?? term
        }
        return SecretKey(try #require(sum).multiplied(by: secret.d))
    }
}
