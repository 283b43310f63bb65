import Octets
import RecordVault
import SealedRecord
import ServiceProtocols
import SharingContracts
import Testing

@Suite struct UploadTests {
    let folder: TemporaryFolder
    let vault: RecordVault
    let record: Record

    init() async throws {
        folder = try TemporaryFolder()
        vault = try await openVault(folder)
        record = try Record(1)
    }

    @Test func aRecordComesBackByteForByte() async throws {
        try await vault.upload(record)
        #expect(try await vault.contents(record) == record.bytes)
        #expect(
            try await vault.find(record.id) == StoredRecord(address: try record.address, size: record.size))
        #expect(await vault.storedBytes == record.size)
        #expect(folder.files(below: "vault/uploads").isEmpty)
    }

    @Test func aContainerOfTheSealedRecordFormatIsTaken() async throws {
        let body = [UInt8](repeating: 7, count: 100_000)
        let sealed = try SealedRecord.seal(
            [body], folderPublicKey: FixedOctets<33>(), capsule: FixedOctets<98>(),
            seed: SecretOctets(copying: [UInt8](repeating: 3, count: 33)),
            metadata: RecordMetadata(
                kind: "ecg.resting", payloadFormat: "wfdb",
                files: [RecordFile(name: "r.dat", byteCount: UInt64(body.count))]))
        let id = sealed.header.recordID
        let size = UInt64(sealed.container.count)
        #expect(try await vault.beginUpload(record: .init(id), address: sealed.digest, size: size) == 0)
        #expect(try await vault.append(sealed.container, at: 0, to: sealed.digest) == size)
        try await vault.finishUpload(sealed.digest)
        #expect(try await vault.read(sealed.digest, offset: 0, count: Int(size)) == sealed.container)
    }

    @Test func nothingIsVisibleBeforeTheUploadIsFinished() async throws {
        let address = try record.address
        _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
        _ = try await vault.append(record.bytes, at: 0, to: address)
        #expect(try await vault.find(record.id) == nil)
        #expect(await refusal { try await vault.read(address, offset: 0, count: 1) } == .unknownRecord(address))
        #expect(folder.files(below: "vault/records").isEmpty)
        #expect(await vault.storedBytes == 0)
    }

    @Test func anAppendElsewhereThanAtTheEndIsRefused() async throws {
        let address = try record.address
        _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
        _ = try await vault.append(Array(record.bytes[..<100]), at: 0, to: address)
        for offset: UInt64 in [0, 99, 101, .max] {
            #expect(
                await refusal { try await vault.append([1], at: offset, to: address) }
                    == .wrongOffset(have: 100, asked: offset))
        }
        #expect(try await vault.append([], at: 100, to: address) == 100)
    }

    @Test func moreThanAnnouncedIsRefusedAndChangesNothing() async throws {
        let address = try record.address
        _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
        #expect(
            await refusal { try await vault.append(record.bytes + [0], at: 0, to: address) }
                == .tooLarge(size: record.size + 1, maximum: record.size))
        try await vault.upload(record)
        #expect(try await vault.contents(record) == record.bytes)
    }

    @Test func moreAtOnceThanAnAppendMayMoveIsRefused() async throws {
        let address = try record.address
        _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
        let bound = RecordStoringLimits.maximumReadBytes
        let many = [UInt8](repeating: 0, count: bound + 1)
        #expect(
            await refusal { try await vault.append(many, at: 0, to: address) }
                == .tooLarge(size: UInt64(bound) + 1, maximum: UInt64(bound)))
    }

    @Test func finishingTooEarlyIsRefused() async throws {
        let address = try record.address
        _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
        _ = try await vault.append(Array(record.bytes.dropLast()), at: 0, to: address)
        #expect(
            await refusal { try await vault.finishUpload(address) }
                == .incomplete(have: record.size - 1, size: record.size))
        try await vault.upload(record)
    }

    @Test func whatWasNeverBegunIsUnknown() async throws {
        let address = try record.address
        #expect(await refusal { try await vault.append([1], at: 0, to: address) } == .unknownUpload(address))
        #expect(await refusal { try await vault.finishUpload(address) } == .unknownUpload(address))
        #expect(try await vault.find(record.id) == nil)
    }

    /// The header is right, the rest is not: only the digest can tell.
    @Test func bytesThatDoNotFitTheAddressAreDiscarded() async throws {
        let address = try record.address
        for position in [203, record.bytes.count / 2, record.bytes.count - 1] {
            var flipped = record
            flipped.bytes[position] ^= 0x10
            #expect(try await vault.beginUpload(record: record.id, address: address, size: record.size) == 0)
            _ = try await vault.append(flipped.bytes, at: 0, to: address)
            let actual = try flipped.address
            #expect(
                await refusal { try await vault.finishUpload(address) }
                    == .digestMismatch(expected: address, actual: actual))
            #expect(await refusal { try await vault.finishUpload(address) } == .unknownUpload(address))
            #expect(folder.files(below: "vault/uploads").isEmpty)
            #expect(folder.files(below: "vault/records").isEmpty)
        }
        try await vault.upload(record)
    }

    @Test func theSameRecordAgainChangesNothing() async throws {
        let address = try record.address
        try await vault.upload(record)
        #expect(
            try await vault.beginUpload(record: record.id, address: address, size: record.size) == record.size)
        #expect(
            await refusal { try await vault.append([1], at: 0, to: address) }
                == .wrongOffset(have: record.size, asked: 0))
        try await vault.finishUpload(address)
        #expect(await vault.storedBytes == record.size)
        #expect(folder.files(below: "vault/records").count == 1)
    }

    @Test func anotherRecordUnderTheSameIdentifierIsRefused() async throws {
        let other = try Record(1, variant: 9)
        let address = try other.address
        try await vault.upload(record)
        #expect(
            await refusal { try await vault.beginUpload(record: other.id, address: address, size: other.size) }
                == .recordExists(record.id))
    }

    @Test func ofTwoUploadsOfOneIdentifierTheFirstToFinishStays() async throws {
        let other = try Record(1, variant: 9)
        let address = try other.address
        _ = try await vault.beginUpload(record: other.id, address: address, size: other.size)
        _ = try await vault.append(other.bytes, at: 0, to: address)
        try await vault.upload(record)
        #expect(await refusal { try await vault.finishUpload(address) } == .recordExists(record.id))
        #expect(await refusal { try await vault.read(address, offset: 0, count: 1) } == .unknownRecord(address))
        #expect(folder.files(below: "vault/records").count == 1)
        #expect(folder.files(below: "vault/uploads").isEmpty)
        #expect(try await vault.contents(record) == record.bytes)
        #expect(await vault.availableBytes == 1 << 20 - record.size)
    }

    @Test func aStoredAddressUnderOtherClaimsIsRefused() async throws {
        try await vault.upload(record)
        let address = try record.address
        let reason = VaultError.notASealedRecord("\(address) holds record \(record.id) in \(record.size) bytes")
        let other = try Record(2)
        #expect(
            await refusal { try await vault.beginUpload(record: other.id, address: address, size: record.size) }
                == reason)
        #expect(
            await refusal { try await vault.beginUpload(record: record.id, address: address, size: 5000) } == reason)
    }

    /// Nobody can keep an address busy with claims that are not true.
    @Test func newClaimsReplaceOlderOnes() async throws {
        let address = try record.address
        let liar = try Record(2)
        _ = try await vault.beginUpload(record: liar.id, address: address, size: 9000)
        _ = try await vault.append([1, 2, 3], at: 0, to: address)
        try await vault.upload(record)
        #expect(try await vault.contents(record) == record.bytes)
        #expect(folder.files(below: "vault/uploads").isEmpty)
    }

    @Test func twoClientsShareOneUpload() async throws {
        let address = try record.address
        #expect(try await vault.beginUpload(record: record.id, address: address, size: record.size) == 0)
        _ = try await vault.append(Array(record.bytes[..<1000]), at: 0, to: address)
        #expect(try await vault.beginUpload(record: record.id, address: address, size: record.size) == 1000)
        _ = try await vault.append(Array(record.bytes[1000...]), at: 1000, to: address)
        #expect(await vault.availableBytes == 1 << 20 - record.size)
        async let first: Void = vault.finishUpload(address)
        async let second: Void = vault.finishUpload(address)
        try await first
        try await second
        #expect(try await vault.contents(record) == record.bytes)
        #expect(await vault.storedBytes == record.size)
    }

    @Test func manyUploadsAtOnceAllArrive() async throws {
        let records = try (1...12).map { try Record(UInt8($0), bodyByteCount: UInt64($0) * 700) }
        try await withThrowingTaskGroup { group in
            for record in records {
                group.addTask { try await vault.upload(record, step: 333 + record.bytes.count / 3) }
            }
            try await group.waitForAll()
        }
        for record in records { #expect(try await vault.contents(record) == record.bytes) }
        #expect(await vault.storedBytes == records.reduce(0) { $0 + $1.size })
    }

    @Test func theOwnerAloneMayLook() async throws {
        try await vault.upload(record)
        let unfinished = try Record(2)
        _ = try await vault.beginUpload(record: unfinished.id, address: unfinished.address, size: unfinished.size)
        for part in ["vault/records", "vault/uploads"] {
            for name in folder.files(below: part) { #expect(try folder.mode("\(part)/\(name)") == 0o600) }
            #expect(try folder.mode(part) == 0o700)
        }
        let hexadecimal = try record.address.hexadecimal
        #expect(try folder.mode("vault/records/\(hexadecimal.prefix(2))") == 0o700)
        #expect(try folder.mode("vault") == 0o700)
    }
}
