internal import HTTPTypes
internal import Octets
package import ServiceProtocols
package import SharingContracts

/// A vault on another machine. What it serves is ciphertext that its reader authenticates.
package struct RemoteVault: RecordStoring {
    private let service: RemoteService<VaultError>

    package init(_ server: ServerConnection) {
        service = RemoteService(server: server)
    }

    package func beginUpload(
        record: RecordID, address: ContentAddress, size: UInt64
    ) async throws(VaultError) -> UInt64 {
        try await offset(.empty("/v1/uploads/\(address)?record=\(record)&size=\(size)", by: .put, atMost: 0))
    }

    package func append(
        _ bytes: [UInt8], at offset: UInt64, to address: ContentAddress
    ) async throws(VaultError) -> UInt64 {
        // Arriving twice, the second is refused with the offset that there is: whoever appends goes on from there.
        let call = Call.send(
            "/v1/uploads/\(address)", bytes, type: MediaType.uploadPart, by: .patch,
            fields: [.uploadOffset: "\(offset)"], atMost: 0, isIdempotent: false)
        return try await self.offset(call)
    }

    package func finishUpload(_ address: ContentAddress) async throws(VaultError) {
        try await service.head(.empty("/v1/uploads/\(address)/completion", atMost: 0)) { _ in }
    }

    package func find(_ record: RecordID) async throws(VaultError) -> StoredRecord? {
        do throws(CallFailure) {
            return try await service.server.find(
                .get("/v1/records/\(record)", atMost: StoredRecord.encodedBytes), missing: VaultRoutes.unknownRecord
            ) { try StoredRecord(encoded: try $0.content(MediaType.storedRecord)) }
        } catch { throw error.error() }
    }

    package func read(_ address: ContentAddress, offset: UInt64, count: Int) async throws(VaultError) -> [UInt8] {
        guard count > 0 else { return [] }
        let (last, overflow) = offset.addingReportingOverflow(UInt64(clamping: count) - 1)
        guard !overflow else { throw .outOfRange(offset: offset, count: count, size: 0) }
        let call = Call.get(
            "/v1/objects/\(address)", fields: [.range: "bytes=\(offset)-\(last)"], atMost: count)
        return try await service.answer(call, type: MediaType.sealedRecord) { bytes in
            try RemoteService<VaultError>.exactly(count, bytes)
        }
    }

    private func offset(_ call: Call) async throws(VaultError) -> UInt64 {
        try await service.head(call) { answer in
            guard let text = answer.fields[.uploadOffset], let offset = UInt64(text) else {
                throw CallFailure.badAnswer("no Upload-Offset")
            }
            return offset
        }
    }
}
