internal import HTTPTypes
internal import Octets
package import ServiceProtocols
internal import SharingContracts

/// A vault over HTTP: uploads that go on from where they stopped, reads of any range.
package enum VaultRoutes {
    /// - Parameters:
    ///   - store: Who may upload.
    ///   - read: Who may read ciphertext, which whoever holds the keys opens.
    package static func routes(
        _ vault: any RecordStoring, store: Access = .roles(.depositor), read: Access = .enrolled
    ) -> [Route] {
        [
            Route(.put, "/v1/uploads/{address}", access: store, cost: 4, answers: [204: ""], refusals: uploadRefusals) {
                request in
                let address = try address(of: request)
                let items = try request.query("record", "size")
                guard let text = items["record"], let record: RecordID = try? LedgerRoutes.canonical(text) else {
                    throw RequestRefusal.malformed("record is no identifier")
                }
                let size = try AdmittedRequest.decimal(items["size"], "size")
                return offset(try await vault.beginUpload(record: record, address: address, size: size))
            },
            Route(
                .patch, "/v1/uploads/{address}", access: store, accepts: MediaType.uploadPart,
                maximumBodyBytes: RecordStoringLimits.maximumReadBytes, cost: 4, answers: [204: ""],
                refusals: uploadRefusals
            ) { request in
                let address = try address(of: request)
                let start = try AdmittedRequest.decimal(request.head.headerFields[.uploadOffset], "Upload-Offset")
                return offset(try await vault.append(request.body, at: start, to: address))
            },
            Route(
                .post, "/v1/uploads/{address}/completion", access: store, cost: 20, answers: [204: ""],
                refusals: uploadRefusals
            ) { request in
                try await vault.finishUpload(try address(of: request))
                return Answer(status: .noContent)
            },
            Route(.get, "/v1/records/{record}", access: read, answers: [200: MediaType.storedRecord]) { request in
                let record: RecordID = try request.parameter("record") { try LedgerRoutes.canonical($0) }
                guard let found = try await vault.find(record) else {
                    throw Problem(
                        status: 404, code: unknownRecord, title: "No such record is stored",
                        detail: "no record \(record)")
                }
                return Answer(found.encoded, type: MediaType.storedRecord)
            },
            Route(
                .get, "/v1/objects/{address}", access: read, cost: 4, answers: [206: MediaType.sealedRecord],
                refusals: [416]
            ) { request in
                let address = try address(of: request)
                let range = try ByteRange(request.head.headerFields[.range])
                let bytes = try await vault.read(address, offset: range.offset, count: range.count)
                return range.answer(
                    bytes, type: MediaType.sealedRecord,
                    fields: [.eTag: "\"\(address)\"", .cacheControl: "private, max-age=31536000, immutable"])
            },
        ]
    }

    private static let uploadRefusals: Set<Int> = [409, 422, 507]
    /// The code of what is no error of a vault: an answer of nil.
    static let unknownRecord = "vault.no-such-record"

    private static func address(of request: AdmittedRequest) throws(RequestRefusal) -> ContentAddress {
        try request.parameter("address") { text in
            let address = try ContentAddress(hexadecimal: text)
            return "\(address)" == text ? address : nil
        }
    }

    private static func offset(_ offset: UInt64) -> Answer {
        Answer(status: .noContent, fields: [.uploadOffset: "\(offset)", .cacheControl: "no-store"])
    }
}

extension StoredRecord {
    static let encodedBytes = 40

    /// Address (32) ‖ size (8, big-endian).
    var encoded: [UInt8] {
        var writer = OctetWriter()
        writer.write(address)
        writer.writeBigEndian(size)
        return writer.bytes
    }

    init(encoded bytes: [UInt8]) throws(WireCodingError) {
        self = try WireCoding.read(bytes, "a stored record") { reader in
            StoredRecord(address: try reader.readFixed(), size: try reader.readBigEndian(UInt64.self))
        }
    }
}
