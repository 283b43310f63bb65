import TestKit
import Testing

@testable import EmbeddedNode

/// A search that finds nothing proves something only if it finds what is there.
@Suite struct CleartextSearchTests {
    @Test func aPieceIsFoundAtEveryOffset() {
        let secret = random(16, seed: 1)
        for offset in 0..<48 {
            let search = CleartextSearch(random(offset, seed: 2) + secret + random(100, seed: 3))
            #expect(search.certainBytes == 16)
            #expect(search.firstOverlap(with: random(70, seed: 4) + secret) == 70)
            #expect(search.holds(secret))
        }
    }

    @Test func inLongBytesARunOfCertainBytesIsFoundWhereverItBegins() {
        let filler = random(1 << 20, seed: 1)
        for offset in [0, 1, 8, 15] {
            let secret = random(31, seed: 2)
            let search = CleartextSearch(Array(filler.dropLast(offset)) + secret + random(40, seed: 3))
            #expect(search.certainBytes == 31)
            #expect(search.firstOverlap(with: secret) != nil)
        }
    }

    @Test func nothingIsFoundInOtherBytesNorInPadding() {
        let search = CleartextSearch(random(5_000, seed: 1) + [UInt8](repeating: 0, count: 64))
        #expect(search.firstOverlap(with: random(5_000, seed: 2)) == nil)
        #expect(search.firstOverlap(with: [UInt8](repeating: 0, count: 64)) == nil)
        #expect(!search.holds(random(4, seed: 3)))
    }

    @Test func shortBytesHoldNoPiece() {
        #expect(CleartextSearch([]).firstOverlap(with: random(20, seed: 1)) == nil)
        let fifteen = random(15, seed: 1)
        #expect(CleartextSearch(fifteen).firstOverlap(with: fifteen) == nil)
        #expect(CleartextSearch(fifteen).holds(fifteen))
    }

    private func random(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
