import DurableFiles
import RecordVault
import ServiceProtocols
import Synchronization
import Testing

@Suite struct ClosingTests {
    let folder: TemporaryFolder
    let faults = Faults()
    let record: Record

    init() throws {
        folder = try TemporaryFolder()
        record = try Record(1)
    }

    @Test func everyLaterCallFails() async throws {
        let vault = try await openVault(folder)
        let (begun, new) = (try Record(2), try Record(3))
        let (stored, address, other) = (try record.address, try begun.address, try new.address)
        try await vault.upload(record)
        _ = try await vault.beginUpload(record: begun.id, address: address, size: begun.size)
        await vault.close()
        let closed = VaultError.storage("the vault is closed")
        #expect(await refusal { try await vault.append(begun.bytes, at: 0, to: address) } == closed)
        #expect(await refusal { try await vault.finishUpload(address) } == closed)
        #expect(await refusal { try await vault.finishUpload(stored) } == closed)
        #expect(
            await refusal { try await vault.beginUpload(record: new.id, address: other, size: new.size) } == closed)
        #expect(await refusal { try await vault.find(record.id) } == closed)
        #expect(await refusal { try await vault.read(stored, offset: 0, count: 1) } == closed)
        #expect(await refusal { try await vault.damagedRecords() } == closed)
        #expect(await vault.removeAbandonedUploads() == [])
        await vault.close()
        let next = try await openVault(folder)
        #expect(next.recovery.resumed == [address])
        #expect(try await next.contents(record) == record.bytes)
    }

    /// Closing while the bytes are being read back waits for what was asked before.
    @Test func whatIsBeingFinishedIsFinished() async throws {
        let vault = try await openVault(folder, faults: faults)
        let address = try record.address
        _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
        _ = try await vault.append(record.bytes, at: 0, to: address)
        let closing = Mutex<Task<Void, Never>?>(nil)
        faults.before { call in
            guard call.operation == .read else { return }
            closing.withLock { task in
                if task == nil { task = Task { await vault.close() } }
            }
        }
        try await vault.finishUpload(address)
        await closing.withLock { $0 }?.value
        let next = try await openVault(folder)
        #expect(next.recovery == VaultRecovery())
        #expect(try await next.contents(record) == record.bytes)
    }
}
