import Octets
import Testing
import TransparencyLog

@Suite struct PolicyAndProofTests {
    @Test func policiesAreReadAndEvaluated() throws {
        for vector in try LogVectors.load().policies.good {
            let policy = try TrustPolicy(text: vector.text.octets)
            for testCase in vector.cases {
                let cosigners = try testCase.cosigners.map { try VerifierKey($0) }
                #expect(policy.isMet(by: cosigners) == testCase.met, "\(vector.why): \(testCase.cosigners.count)")
            }
        }
    }

    @Test func malformedPoliciesAreRefusedByName() throws {
        for vector in try LogVectors.load().policies.refused {
            do throws(TransparencyLogError) {
                _ = try TrustPolicy(text: vector.text.octets)
                Issue.record("\(vector.why): accepted")
            } catch {
                guard case .badPolicy(let fault, _) = error else {
                    Issue.record("\(vector.why): \(error)")
                    continue
                }
                #expect("\(fault)" == vector.fault, "\(vector.why)")
            }
        }
        #expect(throws: TransparencyLogError.tooLarge(bytes: 70_000, bound: 65_536)) {
            try TrustPolicy(text: [UInt8](repeating: 0x20, count: 70_000))
        }
    }

    @Test func aPolicyOfPartsIsTheOneOfItsText() throws {
        let vectors = try LogVectors.load()
        let keys = try vectors.keys.good.map { try VerifierKey($0.vkey) }
        let policy = try TrustPolicy(log: keys[0], witnesses: Array(keys[2...]), threshold: 2)
        #expect(policy.logs.map(\.key) == [keys[0]])
        #expect(!policy.isMet(by: [keys[2]]))
        #expect(policy.isMet(by: [keys[2], keys[4]]))
        #expect(throws: TransparencyLogError.self) {
            try TrustPolicy(log: keys[0], witnesses: Array(keys[2...]), threshold: 4)
        }
    }

    @Test func namesAreTheSameWhenTheirBytesAre() throws {
        let vectors = try LogVectors.load()
        let keys = try vectors.keys.good.map { try VerifierKey($0.vkey) }
        let head = "log \(keys[0])\nwitness K \(keys[2])\n"
        #expect(try TrustPolicy(text: (head + "group g 1 K\nquorum g\n").octets).hasQuorum)
        // KELVIN SIGN is canonically equivalent to K.
        #expect(throws: TransparencyLogError.badPolicy(.undefinedMember, line: 3)) {
            try TrustPolicy(text: (head + "group g 1 \u{212a}\nquorum g\n").octets)
        }
        #expect(throws: TransparencyLogError.badPolicy(.undefinedMember, line: 3)) {
            try TrustPolicy(text: (head + "quorum \u{212a}\n").octets)
        }
    }

    @Test func aPolicyWithoutAQuorumSaysSo() throws {
        let vectors = try LogVectors.load()
        let keys = try vectors.keys.good.map { try VerifierKey($0.vkey) }
        #expect(try !TrustPolicy(text: "log \(keys[0])\nquorum none\n".octets).hasQuorum)
        #expect(try !TrustPolicy(text: "log \(keys[0])\nwitness a \(keys[2])\nquorum none\n".octets).hasQuorum)
        #expect(try TrustPolicy(text: "log \(keys[0])\nwitness a \(keys[2])\nquorum a\n".octets).hasQuorum)
        // Nobody gets one for want of witnesses.
        #expect(throws: TransparencyLogError.self) { try TrustPolicy(log: keys[0], witnesses: [], threshold: 0) }
    }

    @Test func aQuorumsTimeIsThatOfTheCosignatureThatCompletesIt() throws {
        var signers: [NoteSigner] = []
        for (index, name) in ["log.test", "a.test", "b.test", "c.test"].enumerated() {
            signers.append(
                try NoteSigner(
                    name: KeyName(name), algorithm: index == 0 ? .ed25519 : .cosignatureV1,
                    seed: SecretOctets(copying: [UInt8](repeating: UInt8(index + 1), count: 32))))
        }
        let keys = signers.map(\.verifierKey)
        let policy = try TrustPolicy(log: keys[0], witnesses: Array(keys[1...]), threshold: 2)
        let open = try TrustPolicy(text: "log \(keys[0])\nwitness a \(keys[1])\nquorum none\n".octets)
        let checkpoint = try Checkpoint(origin: LogOrigin(keys[0].name), size: 0, root: MerkleTree.emptyRoot)
        for (times, expected) in [([30, 10, 20], 20), ([10, 10, 90], 10), ([5], 0), ([], 0)] as [([UInt64], UInt64)] {
            var note = try checkpoint.signed(by: signers[0])
            try note.append(try zip(signers[1...], times).map { try $0.cosign(text: checkpoint.text, time: $1) })
            let verified = try VerifiedCheckpoint(note, logs: [keys[0]], witnesses: Array(keys[1...]))
            #expect(policy.quorumTime(of: verified) == expected)
            #expect(open.quorumTime(of: verified) == 0)
        }
    }

    @Test func theFirstLineAtFaultIsNamed() throws {
        #expect(throws: TransparencyLogError.badPolicy(.unknownKeyword, line: 3)) {
            try TrustPolicy(text: "# one\n\nthree\nfour\n".octets)
        }
    }

    @Test func receiptsVerifyAndComeOutAsTheyWentIn() throws {
        let vectors = try LogVectors.load().proofs
        let policy = try TrustPolicy(text: vectors.policy.octets)
        for vector in vectors.good {
            let proof = try LogProof(encoded: vector.proof.octets)
            #expect(proof.encoded == vector.proof.octets)
            #expect(proof.index == vector.index)
            let leaf = MerkleTree.leafHash(of: try [UInt8](hexadecimal: vector.entry))
            let verified = try proof.verify(
                leafHash: leaf, policy: policy, origin: try LogOrigin(vectors.origin))
            #expect(verified.checkpoint.size == 11)
            #expect(verified.cosignatures.count == 2)
        }
    }

    @Test func damagedReceiptsAreRefusedByName() throws {
        let vectors = try LogVectors.load().proofs
        let policy = try TrustPolicy(text: vectors.policy.octets)
        for vector in vectors.refused {
            let leaf = MerkleTree.leafHash(of: try [UInt8](hexadecimal: vector.entry))
            let name = errorName { () throws(TransparencyLogError) in
                try LogProof(encoded: vector.proof.octets).verify(leafHash: leaf, policy: policy)
            }
            #expect(name == vector.error, "\(vector.why)")
        }
    }

    @Test func noBitOfAReceiptCanBeFlippedUnnoticed() throws {
        let vectors = try LogVectors.load().proofs
        let policy = try TrustPolicy(text: vectors.policy.octets)
        let vector = vectors.good[4]
        let leaf = MerkleTree.leafHash(of: try [UInt8](hexadecimal: vector.entry))
        let proof = vector.proof.octets
        for index in proof.indices {
            var flipped = proof
            flipped[index] ^= 1 << UInt8(index % 8)
            // A changed name or key ID makes a witness an unknown one, and then the quorum is not met.
            #expect(throws: TransparencyLogError.self, "byte \(index)") {
                try LogProof(encoded: flipped).verify(leafHash: leaf, policy: policy)
            }
        }
    }

    @Test func aReceiptOfAnotherLogIsRefused() throws {
        let vectors = try LogVectors.load().proofs
        let policy = try TrustPolicy(text: vectors.policy.octets)
        let vector = vectors.good[0]
        let other = try LogOrigin("log.example.org/other")
        let proof = try LogProof(encoded: vector.proof.octets)
        let leaf = MerkleTree.leafHash(of: try [UInt8](hexadecimal: vector.entry))
        #expect(throws: TransparencyLogError.wrongOrigin(expected: other, actual: try LogOrigin(vectors.origin))) {
            try proof.verify(leafHash: leaf, policy: policy, origin: other)
        }
    }
}
