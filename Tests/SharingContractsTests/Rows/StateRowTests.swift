import Octets
import SharingContracts
import TestKit
import Testing

struct StateRowTests {
    private func rows() throws -> [StateRow] {
        let story = try WholeStory().scenario.state.allRows
        return try story + GrantedWorld().scenario.state.allRows
    }

    @Test func everyTableHasRowsThatAreWrittenAsTheyAreRead() throws {
        let rows = try rows()
        #expect(Set(rows.map(\.key.tag)) == Set(StateTag.allCases))
        for row in rows {
            #expect(try row.reencoded() == row)
            #expect(try StateRow(leaf: row.leaf) == row)
            #expect(StateKey(bytes: row.key.bytes) == row.key)
        }
    }

    @Test func keysAreOrderedAsTheirBytes() throws {
        let rows = try WholeStory().scenario.state.allRows
        for (one, next) in zip(rows, rows.dropFirst()) {
            #expect(one.key < next.key)
            #expect(one.key.bytes.lexicographicallyPrecedes(next.key.bytes))
        }
    }

    @Test func noTwoEncodingsOfARowSayTheSame() throws {
        var refused = 0
        var tried = 0
        for row in try rows() {
            // Whole keys of 1,216 bytes are one field: a sample of their bytes is enough.
            for index in row.value.indices where index < 600 || index % 97 == 0 {
                var value = row.value
                value[index] ^= 1 << UInt8(index % 8)
                let damaged = StateRow(key: row.key, value: value)
                tried += 1
                do { #expect(try damaged.reencoded() == damaged) } catch { refused += 1 }
            }
        }
        // Field checks and the row's own name catch some; what else changes is another row, and another state root.
        #expect(refused > 0 && refused < tried)
    }

    @Test func aRowOfAnotherLengthIsRefused() throws {
        for row in try rows() {
            let longer = StateRow(key: row.key, value: row.value + [0])
            #expect(throws: StateRowError.self) { try longer.reencoded() }
            for count in Set([0, 1, row.value.count / 2, row.value.count - 1]) where count < row.value.count {
                let shorter = StateRow(key: row.key, value: Array(row.value.prefix(count)))
                #expect(throws: StateRowError.self) { try shorter.reencoded() }
            }
            let renamed = StateRow(key: StateKey(tag: row.key.tag, name: row.key.name + [0]), value: row.value)
            #expect(throws: StateRowError.wrongKey) { try renamed.reencoded() }
        }
    }

    @Test func aValueUnderAnotherKeyIsRefused() throws {
        let scenario = try WholeStory().scenario
        for tag in [StateTag.identities, .requests, .consents, .proposals] {
            let rows = try scenario.state.allRows.filter { $0.key.tag == tag }
            let swapped = StateRow(key: rows[0].key, value: rows[1].value)
            #expect(throws: StateRowError.wrongKey) { try swapped.reencoded() }
        }
    }

    @Test func aRowOfALaterVersionIsRefused() throws {
        for row in try rows() {
            let later = StateRow(key: row.key, value: [2] + row.value.dropFirst())
            #expect(throws: StateRowError.unknownVersion(2)) { try later.reencoded() }
        }
    }

    @Test func aLeafOfAnUnknownTableIsRefused() {
        #expect(throws: StateRowError.unknownTable(0)) { try StateRow(leaf: [0, 1, 0, 1]) }
        #expect(throws: StateRowError.unknownTable(nil)) { try StateRow(leaf: [0, 0, 1]) }
        #expect(throws: StateRowError.self) { try StateRow(leaf: [0]) }
        #expect(throws: StateRowError.self) { try StateRow(leaf: [0, 35] + [UInt8](repeating: 1, count: 40)) }
        #expect(throws: StateRowError.self) { try StateRow(leaf: [0, 17] + [UInt8](repeating: 9, count: 10)) }
    }
}
