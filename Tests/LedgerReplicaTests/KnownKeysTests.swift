import Persistence
import SharingContracts
import TestKit
import Testing

@testable import LedgerReplica

/// What is remembered of a store's keys says of none that is there that it is not.
@Suite struct KnownKeysTests {
    private static func key(_ number: Int) -> [UInt8] {
        [14]
            + (0..<16).map {
                UInt8(truncatingIfNeeded: (number &* 0x9e37_79b9) >> ($0 & 7))
                    ^ UInt8(truncatingIfNeeded: number >> ($0 & 3 * 8))
            }
            + [UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
    }

    @Test func noKeyIsMissedAndFewOthersAreTakenForOneAcrossSeveralParts() {
        var filter = KeyFilter()
        let count = 200_000
        for number in 0..<count { filter.insert(Self.key(number)) }
        #expect((0..<count).allSatisfy { filter.mayContain(Self.key($0)) })
        let taken = (count..<(2 * count)).count { filter.mayContain(Self.key($0)) }
        #expect(taken < count / 20)
        // Ten to twenty bits a key; the same keys again take nothing.
        let bytes = filter.byteCount
        #expect((count * 10 / 8...count * 20 / 8).contains(bytes))
        for number in 0..<count { filter.insert(Self.key(number)) }
        #expect(filter.byteCount == bytes)
    }

    @Test func everyRowIsFoundThatWasThereAndThatIsWrittenMeanwhileAndAfterwards() async throws {
        let folder = try TemporaryFolder()
        func row(_ number: Int) throws -> StateRow {
            StateRow(key: try #require(StateKey(bytes: Array(Self.key(number).prefix(17)))), value: [1, 2, 3])
        }
        var states = try StateStore(path: folder.path("state.sqlite"))
        try await states.write(try (0..<10_000).map(row))
        try states.close()
        states = try StateStore(path: folder.path("state.sqlite"), remembersKeys: true)
        for batch in 10..<20 { try await states.write(try (batch * 1_000..<(batch + 1) * 1_000).map(row)) }
        await states.keysAreRead()
        try await states.write([try row(20_000)])
        for number in 0...20_000 where try states.value(of: row(number).key) == nil {
            Issue.record("row \(number) is missing")
        }
        for number in 30_000..<31_000 { #expect(try states.value(of: row(number).key) == nil) }
        try states.close()
    }

    @Test func aStoreThatIsClosedWhileItsKeysAreReadEndsThere() async throws {
        let folder = try TemporaryFolder()
        let states = try StateStore(path: folder.path("state.sqlite"), remembersKeys: true)
        // A row that is there: of others it may be known already that they are not, without asking the store.
        let key = StateKey(tag: .progress, name: [])
        try await states.write([StateRow(key: key, value: [1])])
        try states.close()
        await states.keysAreRead()
        #expect(throws: PersistenceError.self) { try states.value(of: key) }
    }
}
