import Foundation
import Octets
import Testing

@testable import SealedRecord

@Suite struct SealedRecordVectorsTests {
    static let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Vectors/sealed-record.json")

    private func file() throws -> [UInt8] { try [UInt8](Data(contentsOf: Self.path)) }

    @Test func thePublishedFileHolds() throws {
        let json = try file()
        #expect(SealedRecordVectors.recognizes(json))
        let outcomes = SealedRecordVectors.verify(json)
        #expect(outcomes.filter { $0.failure != nil } == [])
        #expect(outcomes.count == 181)
    }

    @Test func thePublishedFileIsWhatItsSeedGives() throws {
        #expect(try SealedRecordVectors.generate(seed: 1) == file())
    }

    /// One digit changed anywhere is found: in a sample of places, seeded.
    @Test func oneChangedDigitIsFound() throws {
        let json = try file()
        var generator = SeededGenerator(seed: 11)
        var digits = 0
        while digits < 6 {
            let index = Int.random(in: json.indices, using: &generator)
            var changed = json
            switch json[index] {
            case 0x30...0x38, 0x61...0x65: changed[index] += 1
            default: continue
            }
            digits += 1
            #expect(SealedRecordVectors.verify(changed).contains { $0.failure != nil })
        }
    }

    @Test func whatIsNoVectorFileIsRefused() {
        for text in ["", "{}", "[]", "{\"format\": \"other\"}"] {
            let json = Array(text.utf8)
            #expect(!SealedRecordVectors.recognizes(json))
            #expect(SealedRecordVectors.verify(json).contains { $0.failure != nil })
        }
    }
}
