import Octets
import Secp256k1
import Testing
import Umbral

/// Every family of the vector files, read through the public interface.
@Suite struct PublishedVectorsTests {
    private func bytes(_ text: String) throws -> [UInt8] { try [UInt8](hexadecimal: text) }
    private func key(_ text: String) throws -> SecretKey { try SecretKey(SecretOctets(hexadecimal: text)) }
    private func publicKey(_ text: String) throws -> PublicKey { try PublicKey(compressed: try bytes(text)) }

    @Test func secondGeneratorIsHashedToTheCurve() throws {
        let computed = try HashToCurve.secp256k1XMDSHA256SSWURO(
            message: DomainTag.secondGenerator.octets, domainSeparationTag: DomainTag.parameters.octets)
        #expect(computed == UmbralParameters.secondGenerator)
        for file in VectorFile.all {
            #expect(try bytes(file.params.uCompressed) == UmbralParameters.secondGeneratorOctets)
        }
    }

    @Test func factoriesDerive() throws {
        for vector in VectorFile.all.flatMap(\.factory) {
            let factory = try SecretKeyFactory(seed: SecretOctets(hexadecimal: vector.seed))
            let label = try bytes(vector.label)
            #expect(factory.makeKey(label: label).octets.copied.hexadecimal == vector.makeKey)
            #expect(factory.makeSecret(label: label).copied.hexadecimal == vector.makeSecret)
            let child = factory.makeFactory(label: label)
            #expect(child.revealedSeed.copied.hexadecimal == vector.derived.makeFactorySeed)
            #expect(
                child.makeSecret(label: label).copied.hexadecimal == vector.makeFactoryThenMakeSecretSameLabel)
        }
    }

    @Test func signaturesVerifyAndPlainOnesRepeat() throws {
        for vector in VectorFile.all.flatMap(\.signatures) {
            let signer = Signer(try key(vector.sk))
            let message = try bytes(vector.message)
            #expect(signer.verifyingKey == (try publicKey(vector.pk)))
            let signature = try Signature(compact: try bytes(vector.be))
            #expect(signer.verifyingKey.verifies(signature, of: message))
            #expect(!signer.verifyingKey.verifies(signature, of: message + [0]))
            #expect(signature.der.hexadecimal == vector.der)
            #expect(signer.signDeterministically(message).compact.hexadecimal == vector.derived.rfc6979PlainBe)
            let hedged = signer.sign(message)
            #expect(hedged != signer.sign(message))
            #expect(signer.verifyingKey.verifies(hedged, of: message))
        }
    }

    @Test func capsulesParseAndOpenToTheirOwner() throws {
        for vector in VectorFile.all.flatMap(\.cases) {
            let owner = try key(vector.delegatingSk)
            #expect(owner.publicKey == (try publicKey(vector.delegatingPk)))
            let capsule = try Capsule(serialized: try bytes(vector.capsule))
            #expect(try capsule == Capsule(simple: try bytes(vector.capsuleSimple)))
            #expect(capsule.serialized.hexadecimal == vector.capsule)
            #expect(capsule.simple.hexadecimal == vector.capsuleSimple)
            #expect(capsule.challenge.bigEndian.hexadecimal == vector.derived.capsuleH)
            let seed = try capsule.seed(for: owner)
            #expect(seed.octets.copied.hexadecimal == vector.derived.keySeed)
            #expect(seed.messageKey.copied.hexadecimal == vector.derived.demKey)
            #expect(try owner.decrypt(try bytes(vector.ciphertext), with: capsule).hexadecimal == vector.plaintext)
        }
    }

    @Test func keyFragmentsVerifyAndReadBack() throws {
        for vector in VectorFile.all.flatMap(\.cases) {
            let signed = SignedKeys(delegating: vector.signDelegatingKey, receiving: vector.signReceivingKey)
            #expect(vector.kfrags.count == vector.shares)
            for text in vector.kfrags {
                let fragment = try KeyFragment(serialized: SecretOctets(hexadecimal: text))
                #expect(fragment.serialized.copied.hexadecimal == text)
                #expect(fragment.signedKeys == signed)
                _ = try fragment.verified(
                    by: try publicKey(vector.verifyingPk), delegatingKey: try publicKey(vector.delegatingPk),
                    receivingKey: try publicKey(vector.receivingPk))
            }
        }
    }

    @Test func capsuleFragmentsVerifyAndReadBack() throws {
        for vector in VectorFile.all.flatMap(\.cases) {
            let capsule = try Capsule(serialized: try bytes(vector.capsule))
            for (text, simple) in zip(vector.cfrags, vector.cfragsSimple) {
                let fragment = try CapsuleFragment(serialized: try bytes(text))
                #expect(fragment.serialized.hexadecimal == text)
                #expect(fragment.simple.hexadecimal == simple)
                #expect(try CapsuleFragment(simple: try bytes(simple)) == fragment)
                _ = try fragment.verified(
                    for: capsule, verifyingKey: try publicKey(vector.verifyingPk),
                    delegatingKey: try publicKey(vector.delegatingPk),
                    receivingKey: try publicKey(vector.receivingPk))
            }
        }
    }

    @Test func fragmentsOpenToTheReceiver() throws {
        for vector in VectorFile.all.flatMap(\.cases) {
            let capsule = try Capsule(serialized: try bytes(vector.capsule))
            let fragments = try vector.cfrags.map { try CapsuleFragment(serialized: try bytes($0)) }
            let ciphertext = try bytes(vector.ciphertext)
            let opened = try GrantSession.open(
                capsule: capsule, fragments: fragments, threshold: vector.threshold,
                receiver: try key(vector.receivingSk), delegatingKey: try publicKey(vector.delegatingPk),
                verifyingKey: try publicKey(vector.verifyingPk)
            ) { try? $0.open(ciphertext, with: capsule) }
            #expect(opened.value.hexadecimal == vector.plaintext)
            #expect(opened.rejected.isEmpty)
        }
    }

    @Test func grantSecretsAgreeWithTheDerivedValues() throws {
        for vector in VectorFile.all.flatMap(\.cases) {
            let fragments = try vector.cfrags.map { try CapsuleFragment(serialized: try bytes($0)) }
            let precursor = try PublicKey(compressed: fragments[0].precursor.octets.bytes)
            let secret = GrantSecret(precursor: precursor, receiver: try key(vector.receivingSk))
            #expect(secret.sharedPoint.copied.hexadecimal == vector.derived.dhPoint)
            #expect(secret.d.revealed().bigEndian.hexadecimal == vector.derived.d)
            #expect(vector.derived.shareXFirstT.count == vector.threshold)
            for (text, fragment) in zip(vector.derived.shareXFirstT, fragments) {
                #expect(secret.shareCoordinate(fragment.id).revealed().bigEndian.hexadecimal == text)
            }
        }
    }

    @Test func evidenceIsThePeersByteForByte() throws {
        for vector in VectorFile.all.flatMap(\.cases) {
            let fragment = try CapsuleFragment(serialized: try bytes(vector.cfrags[0]))
            let evidence = try ReencryptionEvidence(
                capsule: try Capsule(serialized: try bytes(vector.capsule)), fragment: fragment,
                verifyingKey: try publicKey(vector.verifyingPk), delegatingKey: try publicKey(vector.delegatingPk),
                receivingKey: try publicKey(vector.receivingPk))
            #expect(evidence.serialized.hexadecimal == vector.evidenceCfrag0)
            #expect(evidence.recoverableParity == vector.evidenceV)
            #expect(evidence.messageDigest.hexadecimal == vector.evidenceMessageHash)
            #expect(evidence.sumsHold)
            #expect(try ReencryptionEvidence(serialized: evidence.serialized) == evidence)
        }
    }

    /// What the wheels accept, refuse or abort on: all of it but the valid items gets the typed error it deserves.
    @Test func everyMalformedItemIsRefusedByName() throws {
        let refusals: [String: UmbralError] = [
            "last byte of s flipped": .capsuleInvalid,
            "sign of V flipped": .capsuleInvalid,
            "uncompressed points": .uncompressedPoint(field: .e),
            "trailing byte": .malformed(frame: .capsule, reason: .trailing(offset: 105, count: 1)),
            "array16 header": .unexpectedMarker(frame: .capsule, offset: 0, expected: 0x93, found: 0xdc),
            "map with field names": .unexpectedMarker(frame: .capsule, offset: 0, expected: 0x93, found: 0x83),
            "identity points, s=0": .pointAtInfinity(field: .e),
            "s not reduced (2^256-1)": .invalidElement(field: .s, reason: .scalarOutOfRange),
            "truncated": .malformed(frame: .capsule, reason: .truncated(offset: 73, needed: 32, available: 31)),
            "two elements": .unexpectedMarker(frame: .capsule, offset: 0, expected: 0x93, found: 0x92),
            "e1 sign flipped": .reencryptionProofInvalid,
            "z flipped": .reencryptionProofInvalid,
            "kfrag id flipped": .fragmentSignatureInvalid,
            "kfrag signature high-S": .invalidElement(field: .signatureForReceiver, reason: .highS),
            "kfrag signature r=0": .invalidElement(field: .signatureForReceiver, reason: .signatureOutOfRange),
            "e1 identity": .pointAtInfinity(field: .e1),
            "key flipped": .keyFragmentCommitmentInvalid,
            "flags swapped": .keyFragmentSignatureInvalid,
            "params.u = G": .foreignParameters,
        ]
        for file in VectorFile.all {
            let context = file.cases[file.robustness.contextCaseIndex]
            let capsule = try Capsule(serialized: try bytes(context.capsule))
            // Whatever is listed above is in every file that has robustness: a missing item would go unnoticed.
            let names = Set(file.robustness.items.map(\.what))
            #expect(names == Set(refusals.keys).union(["valid"]))
            for item in file.robustness.items {
                var refusal: UmbralError?
                do throws(UmbralError) {
                    try judge(item, context, capsule)
                } catch { refusal = error }
                #expect(refusal == refusals[item.what], "\(item.type): \(item.what)")
                #expect((refusal == nil) == (item.what == "valid"))
            }
        }
    }

    private func judge(
        _ item: VectorFile.Robustness.Item, _ context: VectorFile.Case, _ capsule: Capsule
    ) throws(UmbralError) {
        guard let encoded = try? bytes(item.bytes), let verifying = try? publicKey(context.verifyingPk),
            let delegating = try? publicKey(context.delegatingPk),
            let receiving = try? publicKey(context.receivingPk)
        else {
            Issue.record("unreadable item \(item.what)")
            return
        }
        switch item.type {
        case "capsule": _ = try Capsule(serialized: encoded)
        case "cfrag":
            _ = try CapsuleFragment(serialized: encoded).verified(
                for: capsule, verifyingKey: verifying, delegatingKey: delegating, receivingKey: receiving)
        case "kfrag":
            _ = try KeyFragment(serialized: encoded).verified(
                by: verifying, delegatingKey: delegating, receivingKey: receiving)
        default: Issue.record("unknown type \(item.type)")
        }
    }
}
