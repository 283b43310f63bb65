import Octets
import Secp256k1
import Testing
import Umbral

/// Parsing is strict: one encoding for each object, and no bit of it that does not matter.
@Suite struct EncodingTests {
    private let grant: Grant

    init() throws { grant = try Grant(2, of: 2, seed: 21) }

    @Test func everyFlippedBitOfACapsuleIsRefused() {
        let (serialized, simple) = (grant.capsule.serialized, grant.capsule.simple.bytes)
        for bit in 0..<8 * serialized.count {
            #expect(throws: UmbralError.self) { try Capsule(serialized: serialized.flipping(bit)) }
        }
        for bit in 0..<8 * simple.count {
            #expect(throws: UmbralError.self) { try Capsule(simple: simple.flipping(bit)) }
        }
    }

    @Test func everyFlippedBitOfACapsuleFragmentIsRefused() throws {
        let (serialized, simple) = (grant.received[0].serialized, grant.received[0].simple)
        for bit in 0..<8 * serialized.count {
            #expect(throws: UmbralError.self) {
                try grant.verify(try CapsuleFragment(serialized: serialized.flipping(bit)))
            }
        }
        for bit in 0..<8 * simple.count {
            #expect(throws: UmbralError.self) {
                try grant.verify(try CapsuleFragment(simple: simple.flipping(bit)))
            }
        }
    }

    @Test func everyFlippedBitOfAKeyFragmentIsRefusedByProxyOrReceiver() throws {
        let bytes = grant.keyFragments[0].serialized.copied
        let (owner, doctor, signer) = (
            grant.owner.publicKey, grant.receiver.publicKey, grant.signer.verifyingKey
        )
        for bit in 0..<8 * bytes.count {
            #expect(throws: UmbralError.self) {
                let verified = try KeyFragment(serialized: bytes.flipping(bit))
                    .verified(by: signer, delegatingKey: owner, receivingKey: doctor)
                // The signature for the receiver is not the proxy's to check; its bits show here.
                try grant.verify(verified.reencrypt(grant.capsule).fragment)
            }
        }
    }

    @Test func everyFlippedBitOfEvidenceIsRefusedOrSeen() throws {
        let evidence = try ReencryptionEvidence(
            capsule: grant.capsule, fragment: grant.received[0], verifyingKey: grant.signer.verifyingKey,
            delegatingKey: grant.owner.publicKey, receivingKey: grant.receiver.publicKey)
        let bytes = evidence.serialized
        #expect(bytes.count == ReencryptionEvidence.serializedByteCount)
        for bit in 0..<8 * bytes.count {
            let read = try? ReencryptionEvidence(serialized: bytes.flipping(bit))
            #expect(read != evidence)
        }
    }

    @Test func everyFlippedBitOfACiphertextIsRefused() throws {
        var generator = SeededGenerator(22)
        let (capsule, ciphertext) = try grant.owner.publicKey.encrypt(Array(0..<50), using: &generator)
        for bit in 0..<8 * ciphertext.count {
            #expect(throws: UmbralError.decryptionFailed) {
                try grant.owner.decrypt(ciphertext.flipping(bit), with: capsule)
            }
        }
        #expect(throws: UmbralError.decryptionFailed) { try grant.owner.decrypt(ciphertext, with: grant.capsule) }
    }

    @Test func everyShorterAndLongerEncodingIsRefused() {
        let key = grant.keyFragments[0].serialized.copied
        let fragment = grant.received[0]
        let evidence =
            (try? ReencryptionEvidence(
                capsule: grant.capsule, fragment: fragment, verifyingKey: grant.signer.verifyingKey,
                delegatingKey: grant.owner.publicKey, receivingKey: grant.receiver.publicKey))?.serialized
        let readers: [([UInt8], ([UInt8]) throws -> Void)] = [
            (grant.capsule.serialized, { _ = try Capsule(serialized: $0) }),
            (grant.capsule.simple.bytes, { _ = try Capsule(simple: $0) }),
            (fragment.serialized, { _ = try CapsuleFragment(serialized: $0) }),
            (fragment.simple, { _ = try CapsuleFragment(simple: $0) }),
            (key, { _ = try KeyFragment(serialized: $0) }),
            (evidence ?? [], { _ = try ReencryptionEvidence(serialized: $0) }),
        ]
        for (bytes, read) in readers {
            #expect(!bytes.isEmpty)
            for count in 0..<bytes.count {
                #expect(throws: UmbralError.self) { try read(Array(bytes.prefix(count))) }
            }
            for extra in [[0], [0xc0], [UInt8](repeating: 0, count: 4096), bytes] as [[UInt8]] {
                #expect(throws: UmbralError.self) { try read(bytes + extra) }
            }
        }
    }

    @Test func randomBytesAreRefusedWithoutATrap() {
        var generator = SeededGenerator(23)
        let templates = [
            grant.capsule.serialized, grant.received[0].serialized, grant.keyFragments[0].serialized.copied,
        ]
        for round in 0..<3000 {
            var bytes = templates[round % 3]
            for _ in 0...(round % 5) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: .min ... .max, using: &generator)
            }
            if let capsule = try? Capsule(serialized: bytes) { #expect(capsule.serialized == bytes) }
            if let fragment = try? CapsuleFragment(serialized: bytes) { #expect(fragment.serialized == bytes) }
            if let fragment = try? KeyFragment(serialized: bytes) { #expect(fragment.serialized.copied == bytes) }
        }
    }

    @Test func otherFormsOfPointsAreRefusedByName() throws {
        let bytes = grant.received[0].serialized
        func refusal(_ edit: (inout [UInt8]) -> Void) -> UmbralError? {
            var copy = bytes
            edit(&copy)
            do throws(UmbralError) {
                try grant.verify(try CapsuleFragment(serialized: copy))
                return nil
            } catch { return error }
        }
        for prefix: UInt8 in [0x04, 0x05, 0x06, 0x07, 0x01, 0xff] {
            #expect(
                refusal { $0[3] = prefix } == .invalidElement(field: .e1, reason: .notCompressed(prefix: prefix)))
        }
        #expect(refusal { $0[3] = 0 } == .pointAtInfinity(field: .e1))
        // x not below p, and x that no point has (5 is one), for a point decoded at parse and for one decoded later.
        #expect(
            refusal { $0.replaceSubrange(4..<36, with: [UInt8](repeating: 0xff, count: 32)) }
                == .invalidElement(field: .e1, reason: .notOnCurve))
        let five = [UInt8](repeating: 0, count: 31) + [5]
        #expect(
            refusal { $0.replaceSubrange(4..<36, with: five) } == .invalidElement(field: .e1, reason: .notOnCurve))
        #expect(refusal { $0.replaceSubrange(144..<176, with: five) } == .reencryptionProofInvalid)
        #expect(
            refusal { $0.replaceSubrange(283..<315, with: [UInt8](repeating: 0, count: 32)) }
                == .invalidElement(field: .z, reason: .scalarOutOfRange))
    }

    @Test func keysAreReadStrictly() throws {
        let key = grant.owner.publicKey.compressed.bytes
        #expect(try PublicKey(compressed: key) == grant.owner.publicKey)
        for bad in [[], [0], Array(key.dropLast()), key + [0], [4] + key.dropFirst()] as [[UInt8]] {
            #expect(throws: UmbralError.self) { try PublicKey(compressed: bad) }
        }
        let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
        for bad in ["", "00", String(repeating: "0", count: 64), order, String(repeating: "f", count: 64)] {
            #expect(throws: UmbralError.self) { try SecretKey(SecretOctets(hexadecimal: bad)) }
        }
        #expect(try SecretKey(grant.owner.octets) == grant.owner)
        for count in [0, 31, 33] {
            #expect(throws: UmbralError.wrongSeedLength(actual: count)) {
                try SecretKeyFactory(seed: SecretOctets(copying: [UInt8](repeating: 1, count: count)))
            }
        }
    }

    @Test func lengthsAreAsSpecified() {
        #expect(grant.capsule.serialized.count == Capsule.serializedByteCount)
        #expect(grant.received[0].serialized.count == CapsuleFragment.serializedByteCount)
        #expect(grant.received[0].simple.count == CapsuleFragment.simpleByteCount)
        #expect(grant.keyFragments[0].serialized.count == KeyFragment.serializedByteCount)
        #expect(grant.seed.octets.count == 33)
    }
}
