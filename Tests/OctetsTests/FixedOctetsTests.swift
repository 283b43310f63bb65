import Octets
import Testing

@Suite struct FixedOctetsTests {
    @Test func hexadecimalRoundTripsEveryByte() throws {
        let all = (0...255).map(UInt8.init)
        #expect(try [UInt8](hexadecimal: all.hexadecimal) == all)
        #expect(try [UInt8](hexadecimal: all.hexadecimal.uppercased()) == all)
    }

    @Test(arguments: [("0g", 1), ("abc", 3), ("é0", 0), ("00 0", 2)])
    func whatIsNotHexadecimalIsRefusedWithItsPlace(text: String, offset: Int) {
        #expect(throws: OctetsError.notHexadecimal(offset: offset)) { try [UInt8](hexadecimal: text) }
    }

    @Test func onlyTheExactLengthIsTaken() throws {
        #expect(throws: OctetsError.wrongLength(expected: 4, actual: 3)) { try FixedOctets<4>([1, 2, 3]) }
        #expect(throws: OctetsError.wrongLength(expected: 4, actual: 5)) { try FixedOctets<4>([1, 2, 3, 4, 5]) }
        #expect(try FixedOctets<4>([1, 2, 3, 4]).bytes == [1, 2, 3, 4])
    }

    /// Some lie together in memory and are copied at once, some do not.
    @Test func anyCollectionOfTheSameBytesGivesTheSame() throws {
        let bytes: [UInt8] = [9, 8, 7, 6, 5]
        let expected = try FixedOctets<5>(bytes)
        #expect(try FixedOctets<5>(([1, 2] + bytes + [3])[2..<7]) == expected)
        #expect(try FixedOctets<5>(ContiguousArray(bytes)) == expected)
        #expect(try FixedOctets<5>(bytes.reversed().reversed()) == expected)
        #expect(try FixedOctets<5>((5...9).reversed().map(UInt8.init).lazy.map { $0 }) == expected)
        #expect(try FixedOctets<0>([]).bytes == [])
        var writer = OctetWriter(reservingCapacity: 0)
        writer.writeUInt8(1)
        writer.write(expected)
        #expect(writer.bytes == [1] + bytes && (0..<5).map { expected[$0] } == bytes)
    }

    @Test func orderIsLexicographic() throws {
        let small = try FixedOctets<2>([1, 255])
        let large = try FixedOctets<2>([2, 0])
        #expect(small < large)
        #expect(!(large < small))
        #expect(!(small < small))
        #expect(small == (try FixedOctets<2>(hexadecimal: "01ff")))
    }
}
