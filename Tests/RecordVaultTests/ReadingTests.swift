import Octets
import RecordVault
import ServiceProtocols
import Testing

@Suite struct ReadingTests {
    let folder: TemporaryFolder
    let vault: RecordVault
    let record: Record
    let address: ContentAddress

    init() async throws {
        folder = try TemporaryFolder()
        vault = try await openVault(folder, quota: 1 << 30, maximumRecord: 1 << 30)
        record = try Record(1)
        address = try record.address
        try await vault.upload(record)
    }

    @Test func everyRangeWithinTheRecordIsRead() async throws {
        let end = record.bytes.count
        for (offset, count) in [(0, 0), (0, 1), (0, end), (1, end - 1), (end - 1, 1), (end, 0), (700, 900)] {
            #expect(
                try await vault.read(address, offset: UInt64(offset), count: count)
                    == Array(record.bytes[offset..<offset + count]))
        }
    }

    @Test func everyRangeBeyondTheRecordIsRefused() async throws {
        let size = record.size
        for (offset, count) in [
            (0, Int(size) + 1), (size, 1), (size + 1, 0), (size - 1, 2), (.max, 1), (.max, .max), (0, .max), (0, -1),
            (0, .min), (5, .min),
        ] as [(UInt64, Int)] {
            #expect(
                await refusal { try await vault.read(address, offset: offset, count: count) }
                    == .outOfRange(offset: offset, count: count, size: size))
        }
    }

    @Test func oneReadIsBounded() async throws {
        let bound = RecordStoringLimits.maximumReadBytes
        let long = try Record(2, bodyByteCount: UInt64(bound))
        try await vault.upload(long, step: bound)
        let address = try long.address
        #expect(try await vault.read(address, offset: 1, count: bound) == Array(long.bytes[1...bound]))
        #expect(
            await refusal { try await vault.read(address, offset: 0, count: bound + 1) }
                == .outOfRange(offset: 0, count: bound + 1, size: long.size))
    }

    @Test func anUnknownAddressIsRefused() async throws {
        let unknown = try Record(9).address
        #expect(await refusal { try await vault.read(unknown, offset: 0, count: 0) } == .unknownRecord(unknown))
    }

    @Test func aCutFileIsAnErrorAndNotAShortRead() async throws {
        try folder.change("vault/records") { $0.removeLast() }
        let size = Int(record.size)
        let error = await refusal { try await vault.read(address, offset: 0, count: size) }
        guard case .storage = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aFlippedByteIsFoundByTheCheckAndNamed() async throws {
        #expect(try await vault.damagedRecords().isEmpty)
        try await vault.upload(try Record(2))
        let name = String(address.hexadecimal)
        try folder.change("vault/records", named: name) { $0[1000] ^= 1 }
        let damaged = try await vault.damagedRecords()
        #expect(damaged.map(\.address) == [address])
        #expect(damaged.map(\.record) == [record.id])
    }

    @Test func aVanishedFileIsFoundByTheCheck() async throws {
        try folder.removeFiles(below: "vault/records")
        #expect(try await vault.damagedRecords().map(\.address) == [address])
    }
}
