import DurableFiles
import Foundation
import Octets
import Persistence
import RecordVault
import ServiceProtocols
import Testing

@Suite struct RecoveryTests {
    let folder: TemporaryFolder
    let record: Record

    init() throws {
        folder = try TemporaryFolder()
        record = try Record(1)
    }

    @Test func storedRecordsOutliveTheProcess() async throws {
        try await openVault(folder).upload(record)
        let vault = try await openVault(folder)
        #expect(try await vault.contents(record) == record.bytes)
        #expect(await vault.storedBytes == record.size)
        #expect(vault.recovery == VaultRecovery())
    }

    @Test(arguments: [0, 1, 202, 203, 204, 2000])
    func anUploadGoesOnAfterARestart(sent: Int) async throws {
        let address = try record.address
        do {
            let vault = try await openVault(folder)
            _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
            _ = try await vault.append(Array(record.bytes[..<sent]), at: 0, to: address)
        }
        let vault = try await openVault(folder)
        #expect(vault.recovery.resumed == [address])
        #expect(
            try await vault.beginUpload(record: record.id, address: address, size: record.size) == UInt64(sent))
        try await vault.upload(record)
        #expect(try await vault.contents(record) == record.bytes)
    }

    @Test func aWholeUploadCanBeFinishedAfterARestart() async throws {
        let address = try record.address
        do {
            let vault = try await openVault(folder)
            _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
            _ = try await vault.append(record.bytes, at: 0, to: address)
        }
        let vault = try await openVault(folder)
        try await vault.finishUpload(address)
        #expect(try await vault.contents(record) == record.bytes)
    }

    /// The process ended after the rename and before the row.
    @Test func aWholeFileWithoutARowIsAdopted() async throws {
        _ = try await openVault(folder)
        try folder.put(record.bytes, at: record.place)
        let vault = try await openVault(folder)
        #expect(vault.recovery.adopted == [try record.address])
        #expect(try await vault.contents(record) == record.bytes)
        #expect(try await vault.find(record.id)?.size == record.size)
        #expect(await vault.storedBytes == record.size)
    }

    @Test func aFileWhoseIdentifierIsTakenIsRemoved() async throws {
        let other = try Record(1, variant: 5)
        try await openVault(folder).upload(record)
        try folder.put(other.bytes, at: other.place)
        let vault = try await openVault(folder)
        #expect(vault.recovery.rejected == [try other.address])
        #expect(folder.files(below: "vault/records").count == 1)
        #expect(try await vault.contents(record) == record.bytes)
    }

    @Test func aMissingFileIsNamedAndTheVaultDoesNotOpen() async throws {
        try await openVault(folder).upload(record)
        try folder.removeFiles(below: "vault/records")
        let (address, place) = (try record.address, try record.place)
        #expect(await refusalToOpen(folder) == .missingRecord(address, path: folder.path + "/" + place))
    }

    /// A copy of a folder may hold the staging file of what was stored since.
    @Test func aStagedCopyOfAStoredRecordIsRemovedAndTheRecordStays() async throws {
        let address = try record.address
        try await openVault(folder).upload(record)
        try folder.put(record.bytes, at: record.stage)
        let vault = try await openVault(folder)
        #expect(vault.recovery.resumed.isEmpty && vault.recovery.removed.count == 1)
        try await vault.finishUpload(address)
        #expect(try await vault.contents(record) == record.bytes)
        #expect(await vault.storedBytes == record.size)
        #expect(try await openVault(folder).contents(record) == record.bytes)
    }

    @Test func aStagedCopyOfAnAdoptedRecordIsRemoved() async throws {
        _ = try await openVault(folder)
        try folder.put(record.bytes, at: record.place)
        try folder.put(record.bytes, at: record.stage)
        let vault = try await openVault(folder)
        #expect(vault.recovery.adopted == [try record.address] && vault.recovery.removed.count == 1)
        #expect(try await vault.contents(record) == record.bytes)
    }

    /// The rename was lost, the row was not.
    @Test func aStoredRecordAmongTheUploadsIsPutBack() async throws {
        try await openVault(folder).upload(record)
        try folder.removeFiles(below: "vault/records")
        try folder.put(record.bytes, at: record.stage)
        let vault = try await openVault(folder)
        #expect(vault.recovery.restored == [try record.address])
        #expect(try await vault.contents(record) == record.bytes)
        #expect(await vault.storedBytes == record.size)
        #expect(folder.files(below: "vault/uploads").isEmpty)
    }

    @Test func damagedBytesAmongTheUploadsAreNotPutBack() async throws {
        try await openVault(folder).upload(record)
        try folder.removeFiles(below: "vault/records")
        let (address, place) = (try record.address, try record.place)
        var flipped = record.bytes
        flipped[record.bytes.count - 1] ^= 1
        for bytes in [flipped, Array(record.bytes.dropLast()), []] {
            try folder.put(bytes, at: record.stage)
            #expect(await refusalToOpen(folder) == .missingRecord(address, path: folder.path + "/" + place))
        }
    }

    /// The index fails in a way that leaves open whether the row is there: the file stays where a row would want it.
    @Test func afterAnUnknownCommitTheFileStaysAndIsAdopted() async throws {
        await (try await openVault(folder)).close()
        let address = try record.address
        try await changeIndex("CREATE TRIGGER broken BEFORE INSERT ON record BEGIN INSERT INTO nowhere VALUES (1); END")
        let vault = try await openVault(folder)
        guard case .storage = await refusal({ try await vault.upload(record) }) else {
            Issue.record("acknowledged without a row")
            return
        }
        #expect(try await vault.find(record.id) == nil)
        #expect(folder.files(below: "vault/records").count == 1)
        guard case .storage = await refusal({ try await vault.finishUpload(address) }) else {
            Issue.record("acknowledged without a row")
            return
        }
        #expect(folder.files(below: "vault/records").count == 1)
        await vault.close()
        try await changeIndex("DROP TRIGGER broken")
        let next = try await openVault(folder)
        #expect(next.recovery.adopted == [address])
        #expect(try await next.contents(record) == record.bytes)
    }

    @Test(arguments: [-1, 1])
    func aFileOfAnotherLengthIsNamedAndTheVaultDoesNotOpen(change: Int) async throws {
        try await openVault(folder).upload(record)
        try folder.change("vault/records") { if change > 0 { $0.append(0) } else { $0.removeLast() } }
        let (address, place) = (try record.address, try record.place)
        #expect(
            await refusalToOpen(folder)
                == .wrongLength(
                    address, path: folder.path + "/" + place, expected: record.size,
                    actual: UInt64(Int(record.size) + change)))
    }

    @Test func aDamagedFileWithoutARowIsNamedAndNotAdopted() async throws {
        _ = try await openVault(folder)
        let place = try record.place
        for position in [0, 30, 203, record.bytes.count - 1] {
            var bytes = record.bytes
            bytes[position] ^= 1
            try folder.put(bytes, at: place)
            guard case .damagedRecord(folder.path + "/" + place, _) = await refusalToOpen(folder) else {
                Issue.record("byte \(position) was not noticed")
                continue
            }
        }
    }

    @Test func aFileThatIsNoSealedRecordIsNotAdopted() async throws {
        _ = try await openVault(folder)
        for bytes in [[], [1, 2, 3], record.bytes + [0], Array(record.bytes.dropLast())] {
            var other = record
            other.bytes = bytes
            try folder.put(bytes, at: other.place)
            guard case .damagedRecord = await refusalToOpen(folder) else {
                Issue.record("\(bytes.count) bytes were not noticed")
                continue
            }
            try folder.removeFiles(below: "vault/records")
        }
    }

    @Test(arguments: ["records/x", "records/ab/x", "records/ab/cd/x", "records/ab/cd/.hidden"])
    func whatNoVaultMadeIsNamed(name: String) async throws {
        _ = try await openVault(folder)
        try folder.put([1], at: "vault/" + name)
        #expect(await refusalToOpen(folder) == .foreignFile(path: "\(folder.path)/vault/\(name)"))
    }

    @Test func aRecordInTheWrongPlaceIsNamed() async throws {
        _ = try await openVault(folder)
        let name = "vault/records/00/00/\(try record.address.hexadecimal)"
        try folder.put(record.bytes, at: name)
        #expect(await refusalToOpen(folder) == .foreignFile(path: "\(folder.path)/\(name)"))
    }

    @Test func strangersInTheUploadFolderAreRemoved() async throws {
        _ = try await openVault(folder)
        let address = try record.address.hexadecimal
        let names = [
            "stray", "\(address)-\(record.id)", "\(address)-\(record.id)-0\(record.size)",
            "\(address.uppercased())-\(record.id)-\(record.size)", "\(address)-\(record.id)--1",
            "\(address)-\(record.id)-99999999999999999999999",
        ]
        for name in names { try folder.put([1], at: "vault/uploads/" + name) }
        let vault = try await openVault(folder)
        #expect(vault.recovery.removed == names.sorted())
        #expect(folder.files(below: "vault/uploads").isEmpty)
        #expect(await vault.availableBytes == 1 << 20)
    }

    @Test func aStagedHeaderThatBreaksItsClaimsIsRemoved() async throws {
        _ = try await openVault(folder)
        var hostile = record.bytes
        hostile[16] ^= 0x80
        try folder.put(hostile, at: record.stage)
        #expect(try await openVault(folder).recovery.removed.count == 1)
        try folder.put(record.bytes + [0], at: record.stage)
        #expect(try await openVault(folder).recovery.removed.count == 1)
    }

    @Test func twoVaultsCannotShareAFolder() async throws {
        let vault = try await openVault(folder)
        guard case .index(.inUse) = await refusalToOpen(folder, besideTheLast: true) else {
            Issue.record("a second vault opened the folder")
            return
        }
        try await vault.upload(record)
    }

    @Test func aFolderThatCannotBeMadeIsNamed() async throws {
        try folder.put([1], at: "vault")
        #expect(await refusalToOpen(folder) == .file(.notAFolder(path: folder.path + "/vault")))
    }

    /// Runs SQL in the index of the vault, which is closed.
    private func changeIndex(_ sql: String) async throws {
        let schema = Schema(applicationID: 0x5053_5654, migrations: [Migration("records", sql: "")])
        let store = try Store(path: folder.path + "/vault/vault.sqlite", schema: schema)
        try await store.write { _ = try $0.execute(sql, []) }
        try store.close()
    }

    @Test func errorsSayWhatToDo() throws {
        let text = VaultFolderError.missingRecord(try record.address, path: "/v/x").description
        #expect(text.contains("/v/x") && text.contains("restore"))
    }
}
