import Octets
import RecordVault
import ServiceProtocols
import Testing

@Suite struct HostileHeaderTests {
    let folder: TemporaryFolder
    let vault: RecordVault

    init() async throws {
        folder = try TemporaryFolder()
        vault = try await openVault(folder)
    }

    /// Each field that says what the container is, or how long: refused as soon as the header is there.
    @Test(arguments: 0..<40)
    func aChangedHeaderByteIsRefusedBeforeTheRestIsSent(position: Int) async throws {
        var record = try Record(1)
        record.bytes[position] ^= 1
        // Suite 2 is as good as suite 1, and its container as long.
        if position == 9 { record.bytes[position] = 3 }
        let address = try record.address
        let size = record.size
        #expect(try await vault.beginUpload(record: try Record(1).id, address: address, size: size) == 0)
        #expect(try await vault.append(Array(record.bytes[..<202]), at: 0, to: address) == 202)
        let error = await refusal { try await vault.append([record.bytes[202]], at: 202, to: address) }
        guard case .notASealedRecord = error else {
            Issue.record("byte \(position): \(String(describing: error))")
            return
        }
        #expect(folder.files(below: "vault/uploads").isEmpty)
        #expect(await vault.availableBytes == 1 << 20)
        #expect(await refusal { try await vault.append([1], at: 203, to: address) } == .unknownUpload(address))
    }

    @Test func anotherIdentifierThanAnnouncedIsRefused() async throws {
        let record = try Record(1)
        let address = try record.address
        let announced = try Record(2).id
        _ = try await vault.beginUpload(record: announced, address: address, size: record.size)
        #expect(
            await refusal { try await vault.append(record.bytes, at: 0, to: address) }
                == .notASealedRecord("its header names record \(record.id), announced was \(announced)"))
    }

    @Test func anotherLengthThanAnnouncedIsRefused() async throws {
        var record = try Record(1)
        let promised = record.size
        record.bytes.append(0)
        let address = try record.address
        _ = try await vault.beginUpload(record: record.id, address: address, size: record.size)
        #expect(
            await refusal { try await vault.append(record.bytes, at: 0, to: address) }
                == .notASealedRecord("its header promises \(promised) bytes, announced were \(promised + 1)"))
    }

    @Test(arguments: [UInt64(0), 1, 203, 1258])
    func whatIsTooShortToBeARecordIsRefusedAtOnce(size: UInt64) async throws {
        let record = try Record(1)
        let address = try record.address
        let error = await refusal { try await vault.beginUpload(record: record.id, address: address, size: size) }
        guard case .notASealedRecord = error else {
            Issue.record("\(size): \(String(describing: error))")
            return
        }
    }

    @Test func theShortestRecordIsTaken() async throws {
        let record = try Record(1, bodyByteCount: 0)
        #expect(record.size == 1259)
        try await vault.upload(record, step: 1)
        #expect(try await vault.contents(record) == record.bytes)
    }
}
