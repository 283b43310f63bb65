import Octets
import Testing

@testable import P256Verification

struct KeyUsesTests {
    private func key(_ number: Int) throws -> FixedOctets<33> {
        try FixedOctets([2, UInt8(number >> 8), UInt8(number & 0xff)] + [UInt8](repeating: 0, count: 30))
    }

    @Test func countsOfManyKeysStayBounded() throws {
        var uses = KeyUses(tableLimit: 2, countedKeyLimit: 16)
        for number in 0..<1000 {
            _ = uses.use(try key(number))
            #expect(uses.countedKeys <= 16)
        }
    }

    @Test func keysThatAreAllUsedTwiceStayBoundedToo() throws {
        var uses = KeyUses(tableLimit: 2, countedKeyLimit: 16)
        for number in 0..<1000 {
            for _ in 0..<5 { _ = uses.use(try key(number)) }
            #expect(uses.countedKeys <= 16)
        }
    }

    @Test func aBusyKeyIsRememberedAmongManyThatAreUsedOnce() throws {
        var uses = KeyUses(tableLimit: 2, countedKeyLimit: 16)
        var most = 0
        for number in 1...200 {
            most = max(most, uses.use(try key(0)).uses)
            _ = uses.use(try key(number))
        }
        #expect(most > 16)
    }

    @Test func whatCannotBeMadeIsNotTriedAgain() throws {
        var uses = KeyUses(tableLimit: 2, countedKeyLimit: 16)
        let none = try key(1)
        _ = uses.use(none)
        let isDue = uses.beginMaking(none)
        #expect(isDue)
        uses.endMaking(none, nil)
        _ = uses.use(none)
        let isDueAgain = uses.beginMaking(none)
        #expect(!isDueAgain)
        #expect(uses.tableCount == 0)
    }
}
