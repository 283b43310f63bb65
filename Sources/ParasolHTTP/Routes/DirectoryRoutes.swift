internal import HTTPTypes
internal import Octets
package import ServiceProtocols
internal import SharingContracts

/// A ledger's directory over HTTP: whose key is whose, with the proof.
package enum DirectoryRoutes {
    /// The code of what is no error of a ledger: an answer of nil.
    static let unknownSigner = "ledger.unknown-signer"

    /// - Parameter access: Who may look others up.
    package static func routes(
        _ directory: any LedgerDirectory, origin: String, access: Access = .enrolled
    ) -> [Route] {
        [
            Route(
                .get, LedgerPaths(origin: origin).directory("{signer}"),
                template: LedgerPaths.template.directory("{signer}"), access: access, cost: 4,
                answers: [200: MediaType.directoryEntry]
            ) { request in
                let id: SignerID = try request.parameter("signer") { try LedgerRoutes.canonical($0) }
                guard let entry = try await directory.entry(of: id) else { throw unknown(id) }
                return Answer(
                    try entry.encoded(), type: MediaType.directoryEntry, fields: [.cacheControl: "no-store"])
            }
        ]
    }

    static func unknown(_ id: SignerID) -> Problem {
        Problem(
            status: 404, code: unknownSigner, title: "The ledger knows no such signer",
            detail: "no member, identity or folder \(id)")
    }
}

extension DirectoryEntry {
    static let maximumBytes = 4 + WireLimits.noteBytes + 4 + 2 * WireLimits.receiptBytes

    /// Checkpoint behind its 32-bit length ‖ the beginning's receipt behind its 32-bit length ‖ the end's receipt, or nothing.
    func encoded() throws(WireCodingError) -> [UInt8] {
        var writer = OctetWriter()
        writer.write(length32Of: checkpoint)
        writer.write(length32Of: try WireCoding.encode(began))
        if let ended { writer.write(try WireCoding.encode(ended)) }
        return writer.bytes
    }

    init(encoded bytes: [UInt8]) throws(WireCodingError) {
        self = try WireCoding.read(bytes, "a directory entry") { reader in
            let checkpoint = try reader.readBytes32(atMost: WireLimits.noteBytes)
            let began = try WireCoding.receipt(try reader.readBytes32(atMost: WireLimits.receiptBytes))
            let ended = reader.isAtEnd ? nil : try WireCoding.receipt(try reader.readBytes(reader.remaining))
            return DirectoryEntry(began: began, ended: ended, checkpoint: checkpoint)
        }
    }
}
