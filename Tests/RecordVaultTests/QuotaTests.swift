import RecordVault
import ServiceProtocols
import Testing

@Suite struct QuotaTests {
    let folder: TemporaryFolder
    let clock = TestClock()

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [UInt64(1) << 20 + 1, .max])
    func aRecordBeyondTheSizeLimitIsRefused(size: UInt64) async throws {
        let vault = try await openVault(folder, quota: .max)
        let record = try Record(1)
        let address = try record.address
        #expect(
            await refusal { try await vault.beginUpload(record: record.id, address: address, size: size) }
                == .tooLarge(size: size, maximum: 1 << 20))
    }

    @Test func announcedBytesCountFromTheBeginning() async throws {
        let (first, second) = (try Record(1), try Record(2))
        let vault = try await openVault(folder, quota: first.size + second.size - 1)
        let address = try second.address
        _ = try await vault.beginUpload(record: first.id, address: first.address, size: first.size)
        let refused = VaultError.quotaExceeded(needed: second.size, available: second.size - 1)
        #expect(
            await refusal { try await vault.beginUpload(record: second.id, address: address, size: second.size) }
                == refused)
        try await vault.upload(first)
        #expect(
            await refusal { try await vault.beginUpload(record: second.id, address: address, size: second.size) }
                == refused)
        #expect(await vault.availableBytes == second.size - 1)
    }

    @Test func theQuotaCanBeFilledToTheLastByte() async throws {
        let (first, second) = (try Record(1), try Record(2))
        let vault = try await openVault(folder, quota: first.size + second.size)
        try await vault.upload(first)
        try await vault.upload(second)
        #expect(await vault.availableBytes == 0)
    }

    @Test func theQuotaHoldsAcrossARestart() async throws {
        let (stored, begun, third) = (try Record(1), try Record(2), try Record(3))
        let quota = stored.size + begun.size
        do {
            let vault = try await openVault(folder, quota: quota)
            try await vault.upload(stored)
            _ = try await vault.beginUpload(record: begun.id, address: begun.address, size: begun.size)
        }
        let vault = try await openVault(folder, quota: quota)
        let address = try third.address
        #expect(
            await refusal { try await vault.beginUpload(record: third.id, address: address, size: third.size) }
                == .quotaExceeded(needed: third.size, available: 0))
    }

    @Test func aSmallerQuotaThanWhatIsStoredLeavesNothing() async throws {
        let record = try Record(1)
        try await openVault(folder).upload(record)
        let vault = try await openVault(folder, quota: 10)
        #expect(await vault.availableBytes == 0)
        #expect(try await vault.contents(record) == record.bytes)
    }

    @Test func noMoreUploadsThanTheLimitAreUnderWay() async throws {
        let (first, second) = (try Record(1), try Record(2))
        let vault = try await openVault(folder, uploads: 1)
        _ = try await vault.beginUpload(record: first.id, address: first.address, size: first.size)
        let address = try second.address
        #expect(
            await refusal { try await vault.beginUpload(record: second.id, address: address, size: second.size) }
                == .quotaExceeded(needed: second.size, available: 0))
        try await vault.upload(first)
        try await vault.upload(second)
    }

    @Test func abandonedUploadsAreSwept() async throws {
        let vault = try await openVault(folder, clock: clock)
        let (rested, active) = (try Record(1), try Record(2))
        let (restedAddress, activeAddress) = (try rested.address, try active.address)
        _ = try await vault.beginUpload(record: rested.id, address: restedAddress, size: rested.size)
        _ = try await vault.beginUpload(record: active.id, address: activeAddress, size: active.size)
        clock.advance(1000)
        #expect(await vault.removeAbandonedUploads() == [])
        _ = try await vault.append([0x89], at: 0, to: activeAddress)
        clock.advance(1)
        #expect(await vault.removeAbandonedUploads() == [restedAddress])
        #expect(
            await refusal { try await vault.append([1], at: 0, to: restedAddress) } == .unknownUpload(restedAddress))
        #expect(await vault.availableBytes == 1 << 20 - active.size)
        #expect(folder.files(below: "vault/uploads").count == 1)
    }

    @Test func anAbandonedUploadMakesRoomForANewOne() async throws {
        let (rested, new) = (try Record(1), try Record(2))
        let vault = try await openVault(folder, quota: rested.size, clock: clock)
        _ = try await vault.beginUpload(record: rested.id, address: rested.address, size: rested.size)
        clock.advance(1001)
        try await vault.upload(new)
    }

    @Test func aClockThatGoesBackSweepsNothing() async throws {
        let vault = try await openVault(folder, clock: clock)
        let record = try Record(1)
        _ = try await vault.beginUpload(record: record.id, address: record.address, size: record.size)
        clock.set(0)
        #expect(await vault.removeAbandonedUploads() == [])
    }
}
