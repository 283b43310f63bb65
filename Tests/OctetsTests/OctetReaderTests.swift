import Octets
import Testing

@Suite struct OctetReaderTests {
    @Test func readsBackWhatTheWriterWrote() throws {
        var writer = OctetWriter()
        writer.writeUInt8(7)
        writer.writeBigEndian(UInt16(0x0102))
        writer.writeBigEndian(UInt64.max - 1)
        try writer.writeBytes16([9, 8, 7])
        writer.write(try FixedOctets<4>([1, 2, 3, 4]))
        var reader = OctetReader(writer.bytes)
        #expect(try reader.readUInt8() == 7)
        #expect(try reader.readBigEndian(UInt16.self) == 0x0102)
        #expect(try reader.readBigEndian(UInt64.self) == .max - 1)
        #expect(try reader.readBytes16() == [9, 8, 7])
        #expect(try reader.readFixed(FixedOctets<4>.self).bytes == [1, 2, 3, 4])
        try reader.finish()
    }

    @Test func everyTruncationIsNamedWithItsPlace() throws {
        var writer = OctetWriter()
        try writer.writeBytes16(Array(0..<20))
        for length in 0..<writer.bytes.count {
            var reader = OctetReader(Array(writer.bytes.prefix(length)))
            let expected: OctetsError =
                length < 2
                ? .truncated(offset: 0, needed: 2, available: length)
                : .truncated(offset: 2, needed: 20, available: length - 2)
            #expect(throws: expected) { try reader.readBytes16() }
        }
    }

    @Test func aLengthBeyondItsBoundIsRefusedBeforeReading() {
        var reader = OctetReader([0xff, 0xff])
        #expect(throws: OctetsError.tooLong(count: 65535, bound: 16)) { try reader.readBytes16(atMost: 16) }
    }

    @Test func aNegativeCountIsRefused() {
        var reader = OctetReader([1, 2, 3])
        #expect(throws: OctetsError.truncated(offset: 0, needed: -1, available: 3)) { try reader.readBytes(-1) }
    }

    @Test func trailingBytesAreRefused() throws {
        var reader = OctetReader([1, 2, 3])
        _ = try reader.readUInt8()
        #expect(throws: OctetsError.trailing(offset: 1, count: 2)) { try reader.finish() }
    }
}
