import Octets
import Secp256k1
import Testing

@testable import Umbral

@Suite struct PartialDecapsulationTests {
    @Test func bothSharesTogetherGiveTheCapsulesSeed() throws {
        for seed in UInt64(1)...8 {
            var folder = try SplitFolder(seed: seed, proxies: 0)
            let (capsule, expected) = try folder.encapsulate()
            let part = try PartialDecapsulation(of: capsule, with: folder.service, using: &folder.generator)
            let read = try PartialDecapsulation(serialized: part.serialized)
            #expect(read == part)
            #expect(part.serialized.count == PartialDecapsulation.serializedByteCount)
            let opened = try read.seed(of: capsule, with: folder.patient, serviceShare: folder.service.publicKey)
            #expect(opened == expected)
            #expect(opened == (try capsule.seed(for: folder.wholeKey)))
        }
    }

    @Test func thePatientOpensAMessageOfTheOrdinaryPath() throws {
        var folder = try SplitFolder(proxies: 0)
        let (capsule, _) = try folder.encapsulate()
        let part = try PartialDecapsulation(of: capsule, with: folder.service)
        let opened = try part.seed(of: capsule, with: folder.patient, serviceShare: folder.service.publicKey)
        #expect(opened.octets.count == 33)
        #expect(opened.messageKey == (try capsule.seed(for: folder.wholeKey)).messageKey)
    }

    @Test func aPartForAnotherCapsuleOrOfAnotherShareIsRefused() throws {
        var folder = try SplitFolder(proxies: 0)
        let (capsule, _) = try folder.encapsulate()
        let (other, _) = try folder.encapsulate()
        let part = try PartialDecapsulation(of: capsule, with: folder.service)
        #expect(throws: IssuanceError.decapsulationProofInvalid) {
            try part.seed(of: other, with: folder.patient, serviceShare: folder.service.publicKey)
        }
        #expect(throws: IssuanceError.decapsulationProofInvalid) {
            try part.verify(for: capsule, serviceShare: folder.patient.publicKey)
        }
        let impostor = DelegatingKeyShare.random(role: .service, using: &folder.generator)
        let wrong = try PartialDecapsulation(of: capsule, with: impostor)
        #expect(throws: IssuanceError.decapsulationProofInvalid) {
            try wrong.seed(of: capsule, with: folder.patient, serviceShare: folder.service.publicKey)
        }
    }

    @Test func everyChangedByteIsRefused() throws {
        var folder = try SplitFolder(proxies: 0)
        let (capsule, _) = try folder.encapsulate()
        let bytes = try PartialDecapsulation(of: capsule, with: folder.service).serialized
        for index in bytes.indices {
            #expect(throws: IssuanceError.self) {
                let changed = try PartialDecapsulation(serialized: bytes.flipping(8 * index))
                try changed.verify(for: capsule, serviceShare: folder.service.publicKey)
            }
        }
        for count in [0, 33, 96, 98] {
            #expect(throws: IssuanceError.self) {
                try PartialDecapsulation(serialized: Array((bytes + [0]).prefix(count)))
            }
        }
    }

    @Test func neitherSideOpensAlone() throws {
        var folder = try SplitFolder(proxies: 0)
        let (capsule, seed) = try folder.encapsulate()
        #expect(try capsule.seed(for: SecretKey(folder.patient.scalar)) != seed)
        #expect(try capsule.seed(for: SecretKey(folder.service.scalar)) != seed)
        #expect(throws: IssuanceError.wrongRole(expected: .service, actual: .patient)) {
            try PartialDecapsulation(of: capsule, with: folder.patient)
        }
        let part = try PartialDecapsulation(of: capsule, with: folder.service)
        #expect(throws: IssuanceError.wrongRole(expected: .patient, actual: .service)) {
            try part.seed(of: capsule, with: folder.service, serviceShare: folder.service.publicKey)
        }
    }
}
