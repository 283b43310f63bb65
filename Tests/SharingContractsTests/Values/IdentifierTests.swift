import Octets
import SharingContracts
import TestKit
import Testing

struct IdentifierTests {
    @Test func bytesSurviveAndPrintAsHexadecimal() throws {
        let bytes: [UInt8] = Array(0x10..<0x20)
        let id = try RecordID(bytes)
        #expect(id.bytes == bytes)
        #expect(id.octets.bytes == bytes)
        #expect(id.description == "101112131415161718191a1b1c1d1e1f")
        #expect(try RecordID(hexadecimal: id.description) == id)
    }

    @Test(arguments: [0, 15, 17, 32]) func onlySixteenBytesAreAnIdentifier(count: Int) {
        #expect(throws: OctetsError.wrongLength(expected: 16, actual: count)) {
            try RecordID([UInt8](repeating: 1, count: count))
        }
    }

    @Test func orderIsThatOfTheBytes() throws {
        var generator = SeededGenerator(seed: 7)
        let ids = (0..<200).map { _ in FolderID.random(using: &generator) }
        let byBytes = ids.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        #expect(ids.sorted() == byBytes)
        // Differences in either half count, the first half first.
        let low = try FolderID([UInt8](repeating: 0, count: 15) + [1])
        let high = try FolderID([1] + [UInt8](repeating: 0, count: 15))
        #expect(low < high)
    }

    @Test func aSignerKeepsTheIdentifier() throws {
        let folder = try FolderID([UInt8](repeating: 9, count: 16))
        #expect(folder.signer.bytes == folder.bytes)
        #expect(FolderID(folder.signer) == folder)
    }
}
