internal import Crypto
internal import HTTPTypes
package import LogStorage
internal import Octets
internal import TransparencyLog

/// A log's folder as C2SP tlog-tiles has it, for any reader that speaks it: below one prefix `checkpoint`, `tile/<L>/<N>`,
/// `tile/entries/<N>`, each also `.p/<W>`.
///
/// A path is parsed to a tile, or it does not exist: nothing else of the folder, and nothing outside it, can be asked for.
package enum TileRoutes {
    /// - Parameters:
    ///   - prefix: The monitoring prefix: a path with a slash at its beginning and none at its end.
    ///   - access: Who may read. Entries say who consented to what: pseudonymous, but not for everybody.
    package static func routes(_ folder: LogFolder, prefix: String, access: Access) -> [Route] {
        let template = LedgerPaths.template.tiles
        return [
            Route(
                .get, prefix + "/checkpoint", template: template + "/checkpoint", access: access,
                answers: [200: MediaType.text, 304: ""]
            ) { request in
                guard let note = try folder.checkpoint() else { throw RequestRefusal.notFound }
                return conditional(note, request)
            },
            Route(
                .get, prefix + "/tile/**", template: template + "/tile/{tile}", access: access, cost: 2,
                answers: [200: MediaType.octets]
            ) { request in
                let path = request.path.dropFirst(prefix.count + 1)
                guard let tile = try? Tile(path: String(path)), let bytes = try folder.bytes(of: tile) else {
                    throw RequestRefusal.notFound
                }
                return answer(bytes, tile, request)
            },
        ]
    }

    private static func answer(_ bytes: [UInt8], _ tile: Tile, _ request: AdmittedRequest) -> Answer {
        var fields: HTTPFields = [.cacheControl: "private, max-age=31536000, immutable"]
        // Hashes do not get shorter.
        guard tile.content == .entries else { return Answer(bytes, type: MediaType.octets, fields: fields) }
        fields[.vary] = "Accept-Encoding"
        guard Gzip.isAccepted(request.head.headerFields[.acceptEncoding]), let shorter = Gzip.compressed(bytes) else {
            return Answer(bytes, type: MediaType.octets, fields: fields)
        }
        fields[.contentEncoding] = "gzip"
        return Answer(shorter, type: MediaType.octets, fields: fields)
    }

    private static func conditional(_ note: [UInt8], _ request: AdmittedRequest) -> Answer {
        let tag = "\"\(Array(SHA256.hash(data: note).prefix(16)).hexadecimal)\""
        let fields: HTTPFields = [.eTag: tag, .cacheControl: "private, max-age=1"]
        let known = (request.head.headerFields[.ifNoneMatch] ?? "").split(separator: ",").map {
            String($0.drop { $0 == " " })
        }
        if known.contains(tag) || known == ["*"] { return Answer(status: .notModified, fields: fields) }
        return Answer(note, type: MediaType.text, fields: fields)
    }
}
