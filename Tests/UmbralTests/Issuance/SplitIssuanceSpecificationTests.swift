import Crypto
import Foundation
import Octets
import Secp256k1
import Testing

@testable import Umbral

/// The example of Protocols/split-issuance.md, whose values were computed by another implementation.
@Suite struct SplitIssuanceSpecificationTests {
    /// Hands out given scalars and identifiers, and nothing else.
    private struct ScriptedGenerator: RandomNumberGenerator {
        private var octets: [UInt8]

        init(_ names: [String]) { octets = names.flatMap { SplitIssuanceSpecificationTests.value($0) } }

        mutating func next() -> UInt64 {
            precondition(octets.count >= 8, "more was drawn than the script has")
            let word = octets.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            octets.removeFirst(8)
            return word
        }
    }

    private static func value(_ name: String) -> [UInt8] {
        Array(SHA256.hash(data: Array("split issuance example: \(name)".utf8)))
    }

    private static func identifier(_ name: String) throws -> FixedOctets<16> { try FixedOctets(value(name).prefix(16)) }

    private let example: [String: String]
    private let patient: DelegatingKeyShare
    private let service: DelegatingKeyShare
    private let folder: FixedOctets<16>
    private let consent: FixedOctets<16>
    private let doctor: SecretKey

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../Protocols/split-issuance.md")
        let sections = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n```\n")
        var values: [String: String] = [:]
        var name = ""
        for line in try #require(sections.dropFirst().first).split(separator: "\n") {
            let parts = line.components(separatedBy: " = ")
            if parts.count == 2 { name = parts[0] }
            values[name, default: ""] += parts[parts.count - 1].trimmingCharacters(in: .whitespaces)
        }
        example = values
        patient = try DelegatingKeyShare(SecretOctets(copying: Self.value("a1")), role: .patient)
        service = try DelegatingKeyShare(SecretOctets(copying: Self.value("a2")), role: .service)
        folder = try Self.identifier("folder")
        consent = try Self.identifier("consent")
        doctor = try SecretKey(SecretOctets(copying: Self.value("b")))
    }

    @Test func sharesAndTheirProofs() throws {
        #expect(folder.hexadecimal == example["folder"])
        #expect(consent.hexadecimal == example["consent"])
        var verified: [VerifiedShare] = []
        for (share, number) in [(patient, 1), (service, 2)] {
            var nonces = ScriptedGenerator(["k\(number)"])
            let proof = try ShareProof(of: share, folder: folder, using: &nonces)
            #expect(share.publicKey.description == example["A\(number)"])
            #expect(proof.serialized.hexadecimal == example["proof\(number)"])
            verified.append(try proof.verified(share: share.publicKey, role: share.role, folder: folder))
        }
        let key = try VerifiedShare.delegatingKey(patient: verified[0], service: verified[1])
        #expect(key.description == example["A"])
    }

    @Test func requestResponseAndHalves() throws {
        #expect(doctor.publicKey.description == example["B"])
        var draws = ScriptedGenerator(["x", "f1", "id0", "id1", "id2"])
        let issuance = try PatientIssuance(
            share: patient, serviceShare: service.publicKey, receivingKey: doctor.publicKey, consent: consent,
            threshold: 2, shares: 3, using: &draws)
        #expect(issuance.request.serialized.copied.hexadecimal == example["request"])
        var serviceDraws = ScriptedGenerator(["f2", "k3"])
        let answer = try ServiceIssuance(
            share: service, request: issuance.request, consent: consent, using: &serviceDraws)
        #expect(answer.response.serialized.hexadecimal == example["response"])
        let signer = Signer(SecretKey.random())
        let halves = try issuance.complete(with: answer.response, signer: signer)
        for index in 0..<3 {
            #expect(halves[index].key.revealed().description == example["half1_\(index)"])
            #expect(answer.halves[index].key.revealed().description == example["half2_\(index)"])
            #expect(halves[index].commitment.hexadecimal == example["U1_\(index)"])
        }
    }

    @Test func theContextOfASealedHalf() throws {
        let info = SealedHalf.info(
            .patient, try FixedOctets(Self.value("id0")), proxy: try Self.identifier("proxy0"), consent: consent)
        #expect(info.hexadecimal == example["info"])
    }

    @Test func partialDecapsulation() throws {
        var draws = ScriptedGenerator(["r", "u"])
        let key = try PublicKey.delegatingKey(patientShare: patient.publicKey, serviceShare: service.publicKey)
        let (capsule, seed) = try Capsule.encapsulate(to: key, using: &draws)
        #expect(capsule.simple.hexadecimal == example["capsule"])
        var nonces = ScriptedGenerator(["k4"])
        let part = try PartialDecapsulation(of: capsule, with: service, using: &nonces)
        #expect(part.serialized.hexadecimal == example["partial"])
        let opened = try part.seed(of: capsule, with: patient, serviceShare: service.publicKey)
        #expect(opened == seed)
        #expect(opened.octets.copied.hexadecimal == example["seed"])
    }
}
