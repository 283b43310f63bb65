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
        let error = await refusal { try await vault.finishUpload(address) }
        guard case .storage = error else {
            Issue.record("\(String(describing: error))")
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
        } catch VaultError.storage { return false } catch VaultFolderError.file { return false }
    }

    /// What makes a record durable, and that each step waits for the one before it.
    @Test func theFileIsDurableBeforeItsNameAndItsNameBeforeTheRow() async throws {
        let vault = try await openVault(folder, faults: faults)
        try await vault.upload(record)
        let staged = folder.path + "/" + (try record.stage)
        let place = FileSystem.folder(of: folder.path + "/" + (try record.place))
        let steps = faults.calls.filter { call in
            [.write, .rename, .synchronize].contains(call.operation) && [staged, place].contains(call.path)
        }
        // The upload takes three steps.
        let expected: [(FileOperation, String)] = [
            (.write, staged), (.write, staged), (.write, staged), (.synchronize, staged),
            // The folder is synchronized as the one above a new folder is, before anything is moved into it.
            (.rename, staged), (.synchronize, place),
        ]
        #expect(steps == expected.map { FileCall(operation: $0, path: $1) })
        #expect(faults.calls.last == FileCall(operation: .synchronize, path: folder.path + "/vault/uploads"))
    }

    /// The name is there and may not be durable: nothing is acknowledged, and the same upload can be finished.
    @Test func aFolderThatCannotBeSynchronizedLeavesTheUploadToBeFinishedAgain() async throws {
        let vault = try await openVault(folder, faults: faults)
        let address = try record.address
        _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
        _ = try await vault.append(record.bytes, at: 0, to: address)
        faults.fail(.synchronize, with: EIO, below: FileSystem.folder(of: try record.place))
        for _ in 0..<2 {
            guard case .storage = await refusal({ try await vault.finishUpload(address) }) else {
                Issue.record("acknowledged without a durable name")
                return
            }
        }
        #expect(try await vault.find(record.id) == nil)
        faults.mend()
        #expect(
            try await vault.beginUpload(record: record.id, address: address, size: record.size) == record.size)
        #expect(try await vault.append([], at: record.size, to: address) == record.size)
        try await vault.finishUpload(address)
        #expect(try await vault.contents(record) == record.bytes)
        #expect(await vault.storedBytes == record.size)
    }

    @Test func anAbandonedUploadWithoutADurableNameIsSwept() async throws {
        let clock = TestClock()
        let vault = try await openVault(folder, clock: clock, faults: faults)
        let address = try record.address
        _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
        _ = try await vault.append(record.bytes, at: 0, to: address)
        faults.fail(.synchronize, with: EIO, below: FileSystem.folder(of: try record.place))
        _ = await refusal { try await vault.finishUpload(address) }
        faults.mend()
        clock.advance(1001)
        #expect(await vault.removeAbandonedUploads() == [address])
        #expect(folder.files(below: "vault/records").isEmpty)
        #expect(await vault.availableBytes == 1 << 20)
        try await vault.upload(record)
        #expect(try await vault.contents(record) == record.bytes)
    }

    /// Another client has nothing to do with a staging file that cannot be removed, or that somebody has removed.
    @Test(arguments: [EACCES, EIO]) func anUploadThatCannotBeSweptStopsNobody(code: Int32) async throws {
        let clock = TestClock()
        let vault = try await openVault(folder, clock: clock, faults: faults)
        let (rested, lost) = (try Record(2), try Record(3))
        for record in [rested, lost] {
            _ = try await vault.beginUpload(record: record.id, address: record.address, size: record.size)
        }
        try FileManager.default.removeItem(atPath: folder.path + "/" + lost.stage)
        clock.advance(1001)
        faults.fail(.remove, with: code, below: try rested.stage)
        try await vault.upload(record)
        #expect(try await vault.contents(record) == record.bytes)
        // What is on the disk still counts.
        #expect(await vault.availableBytes == 1 << 20 - record.size - rested.size)
        faults.mend()
        #expect(await vault.removeAbandonedUploads() == [try rested.address])
        #expect(await vault.availableBytes == 1 << 20 - record.size)
    }
}
