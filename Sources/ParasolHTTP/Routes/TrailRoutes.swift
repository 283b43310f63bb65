internal import HTTPTypes
internal import Octets
package import ServiceProtocols
internal import SharingContracts

/// The trails of a ledger over HTTP: what concerns somebody, with proofs, page by page.
///
/// - Rule: a signer reads its own trail, and what consents let it read; who may read everything, anybody's. Another's is answered as one
///   of nobody.
package enum TrailRoutes {
    package static func routes(_ trails: any LedgerTrails, origin: String, access: LedgerAccess) -> [Route] {
        [
            Route(
                .get, LedgerPaths(origin: origin).trail("{signer}"), template: LedgerPaths.template.trail("{signer}"),
                access: access.follow, cost: 8, answers: [200: MediaType.trail]
            ) { request in
                let id: SignerID = try request.parameter("signer") { try LedgerRoutes.canonical($0) }
                let cursor = try cursor(of: request)
                try demandOwn(id, request, access)
                guard let page = try await trails.trail(of: id, from: cursor) else { throw DirectoryRoutes.unknown(id) }
                return Answer(try page.encoded(), type: MediaType.trail, fields: [.cacheControl: "no-store"])
            },
            Route(
                .get, LedgerPaths(origin: origin).granted("{signer}"),
                template: LedgerPaths.template.granted("{signer}"), access: access.follow, cost: 8,
                answers: [200: MediaType.trail]
            ) { request in
                let id: SignerID = try request.parameter("signer") { try LedgerRoutes.canonical($0) }
                let (start, cursor) = try place(of: request)
                try demandOwn(id, request, access)
                guard let page = try await trails.granted(to: id, from: start, at: cursor) else {
                    throw DirectoryRoutes.unknown(id)
                }
                return Answer(try page.encoded(), type: MediaType.trail, fields: [.cacheControl: "no-store"])
            },
        ]
    }

    private static func demandOwn(
        _ id: SignerID, _ request: AdmittedRequest, _ access: LedgerAccess
    ) throws(HiddenRefusal) {
        guard request.requester?.id == id || access.readsAll(request.requester) else {
            throw HiddenRefusal(problem: DirectoryRoutes.unknown(id))
        }
    }

    /// From which leaf on, and where the page before ended.
    private static func place(of request: AdmittedRequest) throws(RequestRefusal) -> (UInt64, TrailCursor?) {
        let isFirst = request.head.path?.contains("after=") != true
        let items = isFirst ? try request.query("from") : try request.query("from", "after")
        let start = try AdmittedRequest.decimal(items["from"], "from")
        guard !isFirst else { return (start, nil) }
        guard let cursor = TrailCursor(text: items["after"] ?? "") else {
            throw .malformed("after is not what a page of this trail gave")
        }
        return (start, cursor)
    }

    private static func cursor(of request: AdmittedRequest) throws(RequestRefusal) -> TrailCursor? {
        guard request.head.path?.contains("?") == true else { return nil }
        guard let cursor = TrailCursor(text: try request.query("after")["after"] ?? "") else {
            throw .malformed("after is not what a page of this trail gave")
        }
        return cursor
    }
}

extension TrailPage {
    static let maximumBytes =
        4 + WireLimits.noteBytes + 1 + TrailCursor.length + TrailLimits.bytes + WireLimits.receiptBytes + 4
        * TrailLimits.receipts

    /// Checkpoint behind its 32-bit length ‖ 1 and the cursor (16), or 0 at the end of the trail ‖ receipts, each behind its 32-bit
    /// length.
    func encoded() throws(WireCodingError) -> [UInt8] {
        var writer = OctetWriter()
        writer.write(length32Of: checkpoint)
        writer.writeUInt8(next == nil ? 0 : 1)
        if let next { writer.write(Array(next.text.utf8)) }
        for receipt in receipts { writer.write(length32Of: try WireCoding.encode(receipt)) }
        return writer.bytes
    }

    init(encoded bytes: [UInt8]) throws(WireCodingError) {
        self = try WireCoding.read(bytes, "a trail") { reader in
            let checkpoint = try reader.readBytes32(atMost: WireLimits.noteBytes)
            var next: TrailCursor?
            switch try reader.readUInt8() {
            case 0: break
            case 1:
                let text = String(decoding: try reader.readBytes(TrailCursor.length), as: UTF8.self)
                guard let cursor = TrailCursor(text: text) else {
                    throw WireCodingError(what: "a trail", reason: "its cursor is none")
                }
                next = cursor
            case let other: throw WireCodingError(what: "a trail", reason: "\(other) before its cursor")
            }
            var receipts: [Receipt] = []
            while !reader.isAtEnd {
                guard receipts.count < TrailLimits.receipts else {
                    throw WireCodingError(what: "a trail", reason: "more than \(TrailLimits.receipts) receipts")
                }
                receipts.append(try WireCoding.receipt(try reader.readBytes32(atMost: WireLimits.receiptBytes)))
            }
            return TrailPage(receipts: receipts, next: next, checkpoint: checkpoint)
        }
    }
}
