import Crypto
import Foundation
import Octets
import ServiceProtocols
import SharingContracts
import Testing

/// Vectors/answers.json, which an implementation in Python made from Protocols/answers.md alone.
private struct AnswerVectors: Decodable {
    struct Case: Decodable {
        let origin, secret, request, transformer, answerKey, answer, sealed: String
    }

    struct Refused: Decodable {
        let what, origin, secret, request, transformer, sealed: String
    }

    struct Answers: Decodable {
        let cases: [Case]
        let refused: [Refused]
    }

    let answers: Answers

    static func load() throws -> Answers {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(
            AnswerVectors.self, from: Data(contentsOf: root.appending(path: "Vectors/answers.json"))
        ).answers
    }
}

private func key(_ secret: String, _ request: String) throws -> AnswerKey {
    try AnswerKey(
        from: SecretOctets(copying: try [UInt8](hexadecimal: secret)), for: try TransactionID(hexadecimal: request))
}

private func context(_ origin: String, _ request: String, _ transformer: String) throws -> AnswerContext {
    AnswerContext(
        origin: origin, request: try TransactionID(hexadecimal: request),
        transformer: try IdentityID(hexadecimal: transformer))
}

@Suite struct SealedAnswerTests {
    @Test func theIndependentImplementationsAnswersOpen() throws {
        let cases = try AnswerVectors.load().cases
        #expect(cases.count == 6)
        for item in cases {
            let key = try key(item.secret, item.request)
            #expect(try key.publicKey.hexadecimal == item.answerKey)
            let sealed = try SealedAnswer(serialized: try [UInt8](hexadecimal: item.sealed))
            #expect(sealed.serialized.hexadecimal == item.sealed)
            let context = try context(item.origin, item.request, item.transformer)
            #expect(try key.open(sealed, in: context).hexadecimal == item.answer)
        }
    }

    @Test func whatMustNotOpenDoesNot() throws {
        let refused = try AnswerVectors.load().refused
        #expect(refused.count == 11)
        for item in refused {
            #expect(throws: AnswerError.self, "\(item.what)") {
                try key(item.secret, item.request).open(
                    SealedAnswer(serialized: try [UInt8](hexadecimal: item.sealed)),
                    in: try context(item.origin, item.request, item.transformer))
            }
        }
    }

    @Test func oursOpensForTheRequesterOnly() throws {
        let item = try #require(try AnswerVectors.load().cases.first)
        let context = try context(item.origin, item.request, item.transformer)
        let answer = try [UInt8](hexadecimal: item.answer)
        let own = try key(item.secret, item.request)
        let sealed = try SealedAnswer(sealing: answer, to: try own.publicKey, in: context)
        #expect(try own.open(sealed, in: context) == answer)
        let other = try key(item.secret, item.transformer)
        #expect(throws: AnswerError.refused) { try other.open(sealed, in: context) }
        // Twice the same answer looks like two.
        #expect(try SealedAnswer(sealing: answer, to: try own.publicKey, in: context) != sealed)
    }

    @Test func everyFlippedBitOfASealIsFound() throws {
        let item = try #require(try AnswerVectors.load().cases.first)
        let own = try key(item.secret, item.request)
        let context = try context(item.origin, item.request, item.transformer)
        let sealed = try [UInt8](hexadecimal: item.sealed)
        for bit in 0..<sealed.count * 8 {
            // X25519 ignores the top bit of a public key, but HPKE's key schedule does not.
            var flipped = sealed
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: AnswerError.refused, "bit \(bit)") {
                try own.open(try SealedAnswer(serialized: flipped), in: context)
            }
        }
    }

    @Test func answersOfImpossibleLengthsAreRefused() throws {
        let item = try #require(try AnswerVectors.load().cases.first)
        let own = try key(item.secret, item.request)
        let context = try context(item.origin, item.request, item.transformer)
        for count in [0, 32_769, 70_000] {
            #expect(throws: AnswerError.badLength(count)) {
                try SealedAnswer(
                    sealing: [UInt8](repeating: 1, count: count), to: try own.publicKey, in: context)
            }
        }
        for count in [0, 31, 48, 32_817] {
            #expect(throws: AnswerError.badLength(count - 48)) {
                try SealedAnswer(serialized: [UInt8](repeating: 1, count: count))
            }
        }
    }

    @Test func anAnswerIsCutIntoEqualPartsForItsRecords() throws {
        let answer = (0..<718).map { UInt8(truncatingIfNeeded: $0) }
        let halves = [Array(answer.prefix(359)), Array(answer.dropFirst(359))]
        #expect(try SealedAnswer.parts(of: answer, count: 2) == halves)
        #expect(try SealedAnswer.parts(of: Array(answer.prefix(512)), count: 1).count == 1)
        // Longer than any part, nothing, and what leaves something over.
        for (count, records) in [(513, 1), (1_026, 2), (0, 1), (719, 2), (1, 2)] {
            #expect(throws: AnswerError.badParts(count, records)) {
                try SealedAnswer.parts(of: [UInt8](repeating: 1, count: count), count: records)
            }
        }
    }

    @Test(arguments: [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ])
    func anAnswerKeyOfSmallOrderGetsNoAnswer(_ digits: String) throws {
        let item = try #require(try AnswerVectors.load().cases.first)
        let context = try context(item.origin, item.request, item.transformer)
        #expect(throws: AnswerError.badKey) {
            try SealedAnswer(sealing: [1], to: try FixedOctets(hexadecimal: digits), in: context)
        }
    }

    @Test func aKeySaysNothingOfItself() throws {
        let key = try key(String(repeating: "07", count: 32), String(repeating: "01", count: 16))
        #expect("\(key) \(key.debugDescription)" == "AnswerKey(secret) AnswerKey(secret)")
        #expect(Mirror(reflecting: key).children.isEmpty)
    }
}
