import Octets
import Secp256k1
import Testing

@testable import Umbral

@Suite struct ShareProofTests {
    @Test(arguments: ShareRole.allCases)
    func proofsShowKnowledgeOfTheShare(_ role: ShareRole) throws {
        for seed in UInt64(1)...10 {
            var generator = SeededGenerator(seed)
            let share = DelegatingKeyShare.random(role: role, using: &generator)
            let folder = FixedOctets<16>()
            let proof = try ShareProof(of: share, folder: folder, using: &generator)
            let read = try ShareProof(serialized: proof.serialized)
            #expect(read == proof)
            #expect(proof.serialized.count == ShareProof.serializedByteCount)
            let verified = try read.verified(share: share.publicKey, role: role, folder: folder)
            #expect(verified.publicKey == share.publicKey)
            #expect(try ShareProof(of: share, folder: folder) != proof)
        }
    }

    @Test func theSharesAddUpToTheDelegatingKey() throws {
        let folder = try SplitFolder()
        let (patient, service) = try verifiedShares(folder)
        let key = try VerifiedShare.delegatingKey(patient: patient, service: service)
        #expect(key == (try folder.wholeKey.publicKey))
    }

    @Test func aProofIsForOneFolderSideAndShareOnly() throws {
        let folder = try SplitFolder()
        let proof = try ShareProof(of: folder.patient, folder: folder.id)
        let share = folder.patient.publicKey
        let invalid = IssuanceError.shareProofInvalid(role: .patient)
        #expect(throws: invalid) { try proof.verified(share: share, role: .patient, folder: folder.consent) }
        #expect(throws: invalid) {
            try proof.verified(share: folder.service.publicKey, role: .patient, folder: folder.id)
        }
        #expect(throws: invalid) {
            try proof.verified(share: PublicKey(share.point.negated()), role: .patient, folder: folder.id)
        }
        #expect(throws: IssuanceError.shareProofInvalid(role: .service)) {
            try proof.verified(share: share, role: .service, folder: folder.id)
        }
    }

    @Test func everyFlippedBitOfAProofIsNoticed() throws {
        let folder = try SplitFolder()
        let proof = try ShareProof(of: folder.patient, folder: folder.id)
        for bit in 0..<512 {
            guard let changed = try? ShareProof(serialized: proof.serialized.flipping(bit)) else { continue }
            #expect(throws: IssuanceError.shareProofInvalid(role: .patient)) {
                try changed.verified(share: folder.patient.publicKey, role: .patient, folder: folder.id)
            }
        }
    }

    /// The rogue-key attack: the key service waits for A1 and names A2 = Z - A1 for a Z whose logarithm z it knows, so that
    /// it would hold the whole key z alone.
    @Test func aShareChosenToCancelTheOthersIsRefused() throws {
        var folder = try SplitFolder()
        let patientProof = try ShareProof(of: folder.patient, folder: folder.id)
        let wanted = DelegatingKeyShare.random(role: .service, using: &folder.generator)
        let rogue = PublicKey(try wanted.publicKey.point.subtracting(folder.patient.publicKey.point))
        #expect(try rogue.point.adding(folder.patient.publicKey.point) == wanted.publicKey.point)

        // What it can prove, it can prove of other points only; and it can copy the patient's proof.
        let others = [
            try ShareProof(of: wanted, folder: folder.id), patientProof,
            try ShareProof(of: folder.service, folder: folder.id),
        ]
        for proof in others {
            #expect(throws: IssuanceError.shareProofInvalid(role: .service)) {
                try proof.verified(share: rogue, role: .service, folder: folder.id)
            }
        }
        // Nor do the two proofs combine: z of the known point, minus z of the patient's, under either challenge.
        let known = others[0].serialized
        let copied = patientProof.serialized
        for challenge in [known.prefix(32), copied.prefix(32)] {
            let response = try PublicScalar(bigEndian: known.suffix(32))
                .subtracting(PublicScalar(bigEndian: copied.suffix(32)))
            let forged = try ShareProof(serialized: Array(challenge) + response.bigEndian.bytes)
            #expect(throws: IssuanceError.shareProofInvalid(role: .service)) {
                try forged.verified(share: rogue, role: .service, folder: folder.id)
            }
        }
    }

    @Test func thePatientsShareAndProofCannotBeReflected() throws {
        let folder = try SplitFolder()
        let proof = try ShareProof(of: folder.patient, folder: folder.id)
        #expect(throws: IssuanceError.shareProofInvalid(role: .service)) {
            try proof.verified(share: folder.patient.publicKey, role: .service, folder: folder.id)
        }
    }

    @Test func sharesThatDoNotBelongTogetherMakeNoKey() throws {
        let folder = try SplitFolder(seed: 1)
        let other = try SplitFolder(seed: 2)
        let (patient, service) = try verifiedShares(folder)
        let (_, foreign) = try verifiedShares(other)
        #expect(throws: IssuanceError.differentFolders) {
            try VerifiedShare.delegatingKey(patient: patient, service: foreign)
        }
        #expect(throws: IssuanceError.wrongRole(expected: .patient, actual: .service)) {
            try VerifiedShare.delegatingKey(patient: service, service: patient)
        }
        #expect(throws: IssuanceError.wrongRole(expected: .service, actual: .patient)) {
            try VerifiedShare.delegatingKey(patient: patient, service: patient)
        }
        let same = try DelegatingKeyShare(folder.patient.octets, role: .service)
        let negative = try DelegatingKeyShare(folder.patient.scalar.negated().secretOctets, role: .service)
        for (share, error) in [(same, IssuanceError.sharesEqual), (negative, .sharesCancel)] {
            let verified = try ShareProof(of: share, folder: folder.id)
                .verified(share: share.publicKey, role: .service, folder: folder.id)
            #expect(throws: error) { try VerifiedShare.delegatingKey(patient: patient, service: verified) }
        }
    }

    @Test func malformedProofsAreRefused() throws {
        for count in [0, 32, 63, 65] {
            #expect(throws: IssuanceError.self) { try ShareProof(serialized: [UInt8](repeating: 1, count: count)) }
        }
        let zeroFirst = [UInt8](repeating: 0, count: 32) + [UInt8](repeating: 1, count: 32)
        #expect(
            throws: IssuanceError.invalidElement(frame: .shareProof, field: .challenge, reason: .scalarOutOfRange)
        ) { try ShareProof(serialized: zeroFirst) }
        #expect(
            throws: IssuanceError.invalidElement(frame: .shareProof, field: .response, reason: .scalarOutOfRange)
        ) { try ShareProof(serialized: zeroFirst.reversed()) }
    }

    @Test func sharesRoundTripAndPrintNothing() throws {
        let folder = try SplitFolder()
        let again = try DelegatingKeyShare(folder.patient.octets, role: .patient)
        #expect(again.publicKey == folder.patient.publicKey)
        let secret = folder.patient.octets.copied.hexadecimal
        #expect(!"\(folder.patient) \(String(reflecting: folder.patient))".contains(secret))
        #expect(
            throws: IssuanceError.invalidElement(frame: .share, field: .share, reason: .scalarOutOfRange)
        ) { try DelegatingKeyShare(SecretOctets(copying: [UInt8](repeating: 0, count: 32)), role: .patient) }
    }

    private func verifiedShares(_ folder: SplitFolder) throws -> (patient: VerifiedShare, service: VerifiedShare) {
        let patient = try ShareProof(of: folder.patient, folder: folder.id)
            .verified(share: folder.patient.publicKey, role: .patient, folder: folder.id)
        let service = try ShareProof(of: folder.service, folder: folder.id)
            .verified(share: folder.service.publicKey, role: .service, folder: folder.id)
        return (patient, service)
    }
}
