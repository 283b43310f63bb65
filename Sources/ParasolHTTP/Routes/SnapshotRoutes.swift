internal import HTTPTypes
internal import Octets
package import ServiceProtocols

/// A mirror's snapshots over HTTP: which is the newest, and any range of it or of the one before.
package enum SnapshotRoutes {
    /// - Parameter access: Who may read them: all rows of the state, and so who may read the whole ledger.
    package static func routes(_ snapshots: any SnapshotServing, origin: String, access: Access) -> [Route] {
        let (paths, templates) = (LedgerPaths(origin: origin), LedgerPaths.template)
        return [
            Route(
                .get, paths.snapshot, template: templates.snapshot, access: access,
                answers: [200: MediaType.offeredSnapshot]
            ) { _ in
                guard let offered = try await snapshots.newestSnapshot() else { throw missing("no snapshot yet") }
                return Answer(
                    offered.encoded, type: MediaType.offeredSnapshot, fields: [.cacheControl: "no-store"])
            },
            Route(
                .get, paths.snapshot("{size}"), template: templates.snapshot("{size}"), access: access, cost: 4,
                answers: [206: MediaType.snapshot]
            ) { request in
                let size: UInt64 = try request.parameter("size") { try AdmittedRequest.decimal($0, "size") }
                let range = try ByteRange(request.head.headerFields[.range])
                guard
                    let bytes = try await snapshots.snapshotBytes(
                        ofSize: size, at: range.offset, count: range.count)
                else { throw missing("no snapshot of \(size) leaves") }
                return range.answer(
                    bytes, type: MediaType.snapshot, fields: [.cacheControl: "private, max-age=86400"])
            },
        ]
    }

    /// The code of what is no error: an answer of nil.
    static let missingCode = "mirror.no-snapshot"

    private static func missing(_ detail: String) -> Problem {
        Problem(
            status: 404, code: missingCode, title: "There is no such snapshot", detail: detail,
            next: "ask for the newest one later")
    }
}

extension OfferedSnapshot {
    static let encodedBytes = 16

    /// Leaves (8, big-endian) ‖ bytes of the file (8, big-endian).
    var encoded: [UInt8] {
        var writer = OctetWriter()
        writer.writeBigEndian(size)
        writer.writeBigEndian(byteCount)
        return writer.bytes
    }

    init(encoded bytes: [UInt8]) throws(WireCodingError) {
        self = try WireCoding.read(bytes, "an offered snapshot") { reader in
            OfferedSnapshot(size: try reader.readBigEndian(UInt64.self), byteCount: try reader.readBigEndian())
        }
    }
}
