import Octets
import Secp256k1
import Testing

@testable import Umbral

/// Opening: what opens, what does not, and who is named.
@Suite struct OpeningTests {
    @Test func everyThresholdOfEveryNumberUpToFiveOpensWithEverySubset() throws {
        for shares in 1...5 {
            for threshold in 1...shares {
                let grant = try Grant(threshold, of: shares, seed: UInt64(10 * shares + threshold))
                for subset in 1..<(1 << shares) {
                    let some = grant.received.enumerated().filter { subset & (1 << $0.offset) != 0 }.map(\.element)
                    if some.count >= threshold {
                        let opened = try grant.open(some)
                        #expect(opened.value == grant.seed)
                        #expect(opened.rejected.isEmpty)
                    } else {
                        #expect(
                            throws: UmbralError.tooFewFragments(
                                usable: some.count, threshold: threshold, rejected: [])
                        ) { try grant.open(some) }
                    }
                }
            }
        }
    }

    @Test func fewerFragmentsThanTheThresholdOpenNothing() throws {
        for (threshold, shares) in [(2, 3), (3, 5), (5, 5)] {
            let grant = try Grant(threshold, of: shares)
            // A receiver who says that fewer are needed gets a seed, and it is the wrong one.
            let session = try grant.session(threshold: threshold - 1)
            var tried: [CapsuleSeed] = []
            #expect(throws: UmbralError.seedRefused(rejected: [])) {
                try session.open(
                    capsule: grant.capsule, fragments: Array(grant.received.prefix(threshold - 1))
                ) { candidate in
                    tried.append(candidate)
                    return candidate == grant.seed
                }
            }
            #expect(tried.count == 1)
        }
    }

    @Test func aLyingProxyIsNamedAndTheRestOpen() throws {
        let grant = try Grant(2, of: 4)
        var fragments = grant.received
        fragments[0] = try Forger.forgedV1(grant, 0)
        let opened = try grant.open(fragments)
        #expect(opened.value == grant.seed)
        #expect(
            opened.rejected == [
                RejectedFragment(index: 0, id: fragments[0].id, reason: .reencryptionProofInvalid)
            ])
    }

    @Test func everyLiarIsNamedWhereTooFewAreLeft() throws {
        let grant = try Grant(2, of: 3)
        var fragments = grant.received
        fragments[0] = try Forger.forgedV1(grant, 0)
        fragments[2] = try Forger.forgedV1(grant, 2)
        let liars = [0, 2].map {
            RejectedFragment(index: $0, id: fragments[$0].id, reason: .reencryptionProofInvalid)
        }
        #expect(throws: UmbralError.tooFewFragments(usable: 1, threshold: 2, rejected: liars)) {
            try grant.open(fragments)
        }
    }

    @Test func aLiarWithAnHonestIdentifierDoesNotPushTheHonestOneOut() throws {
        let grant = try Grant(2, of: 3)
        let liar = try Forger.forgedV1(grant, 1)
        let opened = try grant.open([liar, grant.received[1], grant.received[0]])
        #expect(opened.value == grant.seed)
        #expect(opened.rejected == [RejectedFragment(index: 0, id: liar.id, reason: .reencryptionProofInvalid)])
    }

    @Test func aRepeatedFragmentCountsOnce() throws {
        let grant = try Grant(2, of: 3)
        let twice = [grant.received[0], grant.received[0]]
        let rejected = [RejectedFragment(index: 1, id: twice[0].id, reason: .repeatedIdentifier)]
        #expect(throws: UmbralError.tooFewFragments(usable: 1, threshold: 2, rejected: rejected)) {
            try grant.open(twice)
        }
        let opened = try grant.open(twice + [grant.received[2]])
        #expect(opened.value == grant.seed)
        #expect(opened.rejected == rejected)
    }

    @Test func fragmentsOfMixedGrantsOpenOnlyWithEnoughOfOne() throws {
        let grant = try Grant(2, of: 3)
        var generator = SeededGenerator(77)
        let again = try grant.owner.keyFragments(
            for: grant.receiver.publicKey, signer: grant.signer, threshold: 2, shares: 2, using: &generator)
        let other = try again.map { try $0.reencrypt(grant.capsule, using: &generator).fragment }
        let foreign = [RejectedFragment(index: 1, id: other[0].id, reason: .foreignGrant)]
        #expect(throws: UmbralError.tooFewFragments(usable: 1, threshold: 2, rejected: foreign)) {
            try grant.open([grant.received[0], other[0]])
        }
        // Without a session the precursor is found among the fragments, whoever comes first.
        let mixed = [other[0], grant.received[0], grant.received[1]]
        let opened = try GrantSession.open(
            capsule: grant.capsule, fragments: mixed, threshold: 2, receiver: grant.receiver,
            delegatingKey: grant.owner.publicKey, verifyingKey: grant.signer.verifyingKey
        ) { $0 == grant.seed ? $0 : nil }
        #expect(opened.value == grant.seed)
        #expect(opened.rejected == [RejectedFragment(index: 0, id: other[0].id, reason: .foreignGrant)])
        #expect(throws: UmbralError.tooFewFragments(usable: 0, threshold: 2, rejected: [])) {
            try GrantSession.open(
                capsule: grant.capsule, fragments: [other[0], grant.received[0]], threshold: 2,
                receiver: grant.receiver, delegatingKey: grant.owner.publicKey,
                verifyingKey: grant.signer.verifyingKey
            ) { $0 == grant.seed ? $0 : nil }
        }
    }

    @Test func anotherDoctorOpensNothing() throws {
        let grant = try Grant(2, of: 3)
        var generator = SeededGenerator(5)
        let session = try GrantSession(
            receiver: .random(using: &generator), precursor: grant.keyFragments[0].fragment.precursor,
            delegatingKey: grant.owner.publicKey, verifyingKey: grant.signer.verifyingKey, threshold: 2)
        let right = grant.seed
        let rejected = grant.received.enumerated().map {
            RejectedFragment(index: $0, id: $1.id, reason: .fragmentSignatureInvalid)
        }
        #expect(throws: UmbralError.tooFewFragments(usable: 0, threshold: 2, rejected: rejected)) {
            try session.open(capsule: grant.capsule, fragments: grant.received) { $0 == right }
        }
    }

    @Test func fragmentsOfAnotherRecordOpenNothing() throws {
        let grant = try Grant(2, of: 3)
        var generator = SeededGenerator(6)
        let (other, seed) = try Capsule.encapsulate(to: grant.owner.publicKey, using: &generator)
        let session = try grant.session()
        let rejected = grant.received.enumerated().map {
            RejectedFragment(index: $0, id: $1.id, reason: .reencryptionProofInvalid)
        }
        #expect(throws: UmbralError.tooFewFragments(usable: 0, threshold: 2, rejected: rejected)) {
            try session.open(capsule: other, fragments: grant.received) { $0 == seed }
        }
    }

    @Test func aRecordSealedToAnotherKeyIsNoProxysFault() throws {
        let grant = try Grant(2, of: 3)
        var generator = SeededGenerator(8)
        let stranger = SecretKey.random(using: &generator)
        let (capsule, seed) = try Capsule.encapsulate(to: stranger.publicKey, using: &generator)
        let fragments = try grant.keyFragments.map { try $0.reencrypt(capsule, using: &generator).fragment }
        let session = try grant.session()
        #expect(throws: UmbralError.seedRefused(rejected: [])) {
            try session.open(capsule: capsule, fragments: fragments) { $0 == seed }
        }
    }

    @Test func aSessionOpensManyRecordsAndKeepsItsCachesBounded() throws {
        let grant = try Grant(3, of: 5)
        let session = try grant.session()
        var generator = SeededGenerator(9)
        // The sixty orders of three out of five, which is more than are kept.
        let orders = (0..<125).map { [$0 / 25, $0 / 5 % 5, $0 % 5] }.filter { Set($0).count == 3 }
        let bound = GrantSession.Cache.coefficientSetsBound
        #expect(orders.count == 60 && bound == 32)
        var kept: [Int] = []
        for order in orders {
            let (capsule, seed) = try Capsule.encapsulate(to: grant.owner.publicKey, using: &generator)
            let fragments = try order.map { try grant.keyFragments[$0].reencrypt(capsule, using: &generator).fragment }
            // The second time with the coefficients that were kept.
            for _ in 0..<2 {
                #expect(try session.open(capsule: capsule, fragments: fragments) { $0 == seed }.value == seed)
            }
            kept.append(session.keptCounts.coefficientSets)
        }
        // Full at the thirty-second, and begun anew with the next.
        #expect(kept == Array(1...bound) + Array(1...orders.count - bound))
        #expect(session.keptCounts.signatures == 0, "nothing had to be verified")
    }

    @Test func aSessionRemembersABoundedNumberOfSignatures() throws {
        let grant = try Grant(1, of: 1)
        let session = try grant.session()
        let honest = grant.received[0]
        let message = honest.signedMessage(
            delegatingKey: grant.owner.publicKey, receivingKey: grant.receiver.publicKey)
        var generator = SeededGenerator(10)
        let bound = UmbralParameters.sharesBound
        var kept: [Int] = []
        for _ in 0..<bound + 2 {
            // The owner may sign the same fragment any number of times, each time differently.
            let proof = ReencryptionProof(
                points: honest.proof.points, z: honest.proof.z,
                signature: grant.signer.sign(message, using: &generator))
            let again = CapsuleFragment(
                e1: honest.e1, v1: honest.v1, id: honest.id, precursor: honest.precursor, proof: proof)
            for _ in 0..<2 { _ = try session.verified(again, for: grant.capsule) }
            kept.append(session.keptCounts.signatures)
        }
        #expect(kept == Array(1...bound) + [1, 2])
    }

    @Test func aSessionVerifiesWhatTheFragmentItselfVerifies() throws {
        let grant = try Grant(2, of: 3)
        let session = try grant.session()
        for _ in 0..<2 {
            for fragment in grant.fragments {
                #expect(try session.verified(fragment.fragment, for: grant.capsule) == fragment)
            }
        }
        // A signature that was checked once must not cover another fragment of the same id.
        let forged = try Forger.forgedV1(grant, 0)
        #expect(throws: UmbralError.reencryptionProofInvalid) { try session.verified(forged, for: grant.capsule) }
        var bytes = grant.received[0].serialized
        bytes[380] ^= 1
        let other = try CapsuleFragment(serialized: bytes)
        #expect(throws: UmbralError.fragmentSignatureInvalid) { try session.verified(other, for: grant.capsule) }
    }

    @Test func noFragmentsAndImpossibleThresholdsAreRefused() throws {
        let grant = try Grant(1, of: 1)
        #expect(throws: UmbralError.tooFewFragments(usable: 0, threshold: 1, rejected: [])) { try grant.open([]) }
        for threshold in [0, -1, 256] {
            #expect(throws: UmbralError.thresholdOutOfRange(threshold: threshold, shares: 255)) {
                try grant.session(threshold: threshold)
            }
        }
        for (threshold, shares) in [(0, 1), (2, 1), (1, 256), (-3, 5), (Int.max, Int.max), (1, 0)] {
            #expect(throws: UmbralError.thresholdOutOfRange(threshold: threshold, shares: shares)) {
                try grant.owner.keyFragments(
                    for: grant.receiver.publicKey, signer: grant.signer, threshold: threshold, shares: shares)
            }
        }
    }

    @Test func theLargestThresholdWorks() throws {
        let grant = try Grant(255, of: 255)
        #expect(try grant.open().value == grant.seed)
    }

    @Test func pointsThatCancelAreRefusedNotTrapped() throws {
        let grant = try Grant(1, of: 1)
        let honest = grant.received[0]
        let cancelling = CapsuleFragment(
            e1: honest.e1, v1: honest.e1.negated(), id: honest.id, precursor: honest.precursor, proof: honest.proof)
        let rejected = [RejectedFragment(index: 0, id: honest.id, reason: .reencryptionProofInvalid)]
        #expect(throws: UmbralError.tooFewFragments(usable: 0, threshold: 1, rejected: rejected)) {
            try grant.open([cancelling])
        }
    }
}
