import DurableFiles
import Foundation
import RecordVault
import ServiceProtocols
import Testing

@Suite struct DiskFaultTests {
    let folder: TemporaryFolder
    let faults = Faults()
    let record: Record

    init() throws {
        folder = try TemporaryFolder()
        record = try Record(1)
    }

    @Test func aFullDiskRefusesTheAppendAndLosesNothing() async throws {
        let vault = try await openVault(folder, faults: faults)
        let address = try record.address
        _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
        _ = try await vault.append(Array(record.bytes[..<1000]), at: 0, to: address)
        faults.fail(.write, with: ENOSPC)
        let error = await refusal { try await vault.append([1, 2, 3], at: 1000, to: address) }
        guard case .storage(let text) = error, text.contains("No space left") else {
            Issue.record("\(String(describing: error))")
            return
        }
        faults.mend()
        #expect(try await vault.beginUpload(record: record.id, address: address, size: record.size) == 1000)
        try await vault.upload(record)
        #expect(try await vault.contents(record) == record.bytes)
    }

    /// Nothing is acknowledged that a failing call left in doubt, and all can be tried again in the same process.
    @Test(arguments: [FileOperation.open, .inspect, .read, .synchronize, .rename, .makeFolder])
    func aFailingCallLeavesTheUploadToBeFinishedAgain(operation: FileOperation) async throws {
        let vault = try await openVault(folder, faults: faults)
        let address = try record.address
        _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
        _ = try await vault.append(record.bytes, at: 0, to: address)
        faults.fail(operation, with: EIO)
        let error = await refusal { try await vault.finishUpload(address) }
        guard case .storage = error else {
            Issue.record("\(operation): \(String(describing: error))")
            return
        }
        #expect(try await vault.find(record.id) == nil)
        faults.mend()
        try await vault.finishUpload(address)
        #expect(try await vault.contents(record) == record.bytes)
        #expect(await vault.storedBytes == record.size)
    }

    /// The row cannot be written (its time does not fit SQLite's integers): the file goes back to where it came from.
    @Test func aRefusedRowTakesTheFileBack() async throws {
        let clock = TestClock()
        let vault = try await openVault(folder, clock: clock)
        let address = try record.address
        _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
        _ = try await vault.append(record.bytes, at: 0, to: address)
        clock.set(.max)
        guard case .storage = await refusal({ try await vault.finishUpload(address) }) else {
            Issue.record("acknowledged without a row")
            return
        }
        #expect(folder.files(below: "vault/records").isEmpty)
        clock.set(1)
        try await vault.finishUpload(address)
        #expect(try await vault.contents(record) == record.bytes)
    }

    /// The file system stops working before each single call in turn; then the process starts again.
    @Test func deathAtAnyCallKeepsWhatWasAcknowledged() async throws {
        var calls = 0
        var outcomes: Set<String> = []
        while true {
            let folder = try TemporaryFolder()
            let acknowledged = try await uploadDying(after: calls, in: folder)
            let vault = try await openVault(folder)
            let found = try await vault.find(record.id) != nil
            #expect(found || !acknowledged, "an acknowledged record was lost after call \(calls)")
            outcomes.insert("\(acknowledged) \(found)")
            // Whatever was left, the upload succeeds now and leaves exactly the record.
            try await vault.upload(record)
            #expect(try await vault.contents(record) == record.bytes)
            #expect(await vault.storedBytes == record.size)
            #expect(await vault.availableBytes == 1 << 20 - record.size)
            #expect(folder.files(below: "vault/records").count == 1)
            #expect(folder.files(below: "vault/uploads").isEmpty)
            #expect(try await vault.damagedRecords().isEmpty)
            if acknowledged { break }
            calls += 1
        }
        // Among the deaths is one between the rename and the row.
        #expect(outcomes == ["false false", "false true", "true true"])
        #expect(calls > 30)
    }

    private func uploadDying(after calls: Int, in folder: TemporaryFolder) async throws -> Bool {
        let faults = Faults()
        faults.die(after: calls)
        do {
            let vault = try await openVault(folder, faults: faults)
            try await vault.upload(record)
            return true
        } catch is VaultError { return false } catch is VaultFolderError { return false }
    }
}
