internal import Octets
internal import ServiceProtocols
internal import SharingContracts

/// What a folder's opener sends to get a share: folder (16) ‖ patient's share (33) ‖ signing key (33) ‖ verifying key (33) ‖ proof
/// of knowledge (64).
struct ShareOpening: Hashable, Sendable {
    static let bytes = 16 + 3 * 33 + 64

    let folder: FolderID
    let keys: FolderOpeningKeys
    let proof: [UInt8]

    init(folder: FolderID, keys: FolderOpeningKeys, proof: [UInt8]) {
        self.folder = folder
        self.keys = keys
        self.proof = proof
    }

    var encoded: [UInt8] {
        folder.bytes + keys.patientShare + keys.signingKey + keys.verifyingKey + proof
    }

    init(encoded bytes: [UInt8]) throws(WireCodingError) {
        self = try WireCoding.read(bytes, "a share opening") { reader in
            ShareOpening(
                folder: FolderID(try reader.readFixed()),
                keys: FolderOpeningKeys(
                    patientShare: try reader.readBytes(33), signingKey: try reader.readBytes(33),
                    verifyingKey: try reader.readBytes(33)),
                proof: try reader.readBytes(64))
        }
    }
}

/// A folder's signature (64), and the issuance request behind it (Protocols/split-issuance.md).
struct IssuanceCall: Sendable {
    /// d, X and an identifier's scalar for each of 255 proxies, with room.
    static let maximumBytes = 64 + (64 << 10)

    let authorization: [UInt8]
    let request: [UInt8]

    init(authorization: [UInt8], request: [UInt8]) {
        self.authorization = authorization
        self.request = request
    }

    var encoded: [UInt8] { authorization + request }

    init(encoded bytes: [UInt8]) throws(WireCodingError) {
        self = try WireCoding.read(bytes, "an issuance request") { reader in
            IssuanceCall(
                authorization: try reader.readBytes(64), request: try reader.readBytes(reader.remaining))
        }
    }
}

/// A receipt behind its 32-bit length, and the capsule (98) of each record of the request, 1 to 64.
struct AccessProof: Hashable, Sendable {
    static let maximumBytes = 4 + WireLimits.receiptBytes + Limits.requestedRecords * Limits.capsuleBytes

    let receipt: Receipt
    let capsules: [[UInt8]]

    init(receipt: Receipt, capsules: [[UInt8]]) {
        self.receipt = receipt
        self.capsules = capsules
    }

    func encoded() throws(WireCodingError) -> [UInt8] {
        var writer = OctetWriter()
        writer.write(length32Of: try WireCoding.encode(receipt))
        for capsule in capsules { writer.write(capsule) }
        return writer.bytes
    }

    init(encoded bytes: [UInt8]) throws(WireCodingError) {
        self = try WireCoding.read(bytes, "an access proof") { reader in
            let receipt = try WireCoding.receipt(try reader.readBytes32(atMost: WireLimits.receiptBytes))
            var capsules = [try reader.readBytes(Limits.capsuleBytes)]
            while reader.remaining > 0, capsules.count < Limits.requestedRecords {
                capsules.append(try reader.readBytes(Limits.capsuleBytes))
            }
            return AccessProof(receipt: receipt, capsules: capsules)
        }
    }
}

extension IssuedHalves {
    /// The largest: commitments for a threshold of 255, and as many sealed halves.
    static let maximumBytes = 1 << 20

    /// Response, then each sealed half, all behind their 16-bit lengths.
    func encoded() throws(WireCodingError) -> [UInt8] {
        try WireCoding.encode(entries: [response] + sealedHalves)
    }

    init(encoded bytes: [UInt8]) throws(WireCodingError) {
        let parts = try WireCoding.entries(bytes)
        guard let response = parts.first, parts.count <= 1 + Limits.proxies else {
            throw WireCodingError(what: "issued halves", reason: "\(parts.count) parts")
        }
        self.init(response: response, sealedHalves: Array(parts.dropFirst()))
    }
}

extension Transformation {
    static let maximumBytes = 16 + 2 + SealedAnswer.maximumSerializedBytes + WireLimits.receiptBytes

    /// Transformer (16), the sealed answer behind its 16-bit length, the receipt.
    func encoded() throws(WireCodingError) -> [UInt8] {
        var writer = OctetWriter()
        writer.write(transformer.bytes)
        do { try writer.writeBytes16(sealedAnswer) } catch {
            throw WireCodingError(what: "a transformation", reason: "\(error)")
        }
        writer.write(try WireCoding.encode(receipt))
        return writer.bytes
    }

    init(encoded bytes: [UInt8]) throws(WireCodingError) {
        self = try WireCoding.read(bytes, "a transformation") { reader in
            let transformer = IdentityID(try reader.readFixed())
            let answer = try reader.readBytes16(atMost: SealedAnswer.maximumSerializedBytes)
            let receipt = try WireCoding.receipt(try reader.readBytes(reader.remaining))
            return Transformation(transformer: transformer, sealedAnswer: answer, receipt: receipt)
        }
    }
}

extension OctetWriter {
    mutating func write(length32Of bytes: [UInt8]) {
        writeBigEndian(UInt32(clamping: bytes.count))
        write(bytes)
    }
}

extension OctetReader {
    /// Bytes behind a 32-bit big-endian length, which may be at most `bound`.
    mutating func readBytes32(atMost bound: Int) throws(OctetsError) -> [UInt8] {
        let count = Int(try readBigEndian(UInt32.self))
        guard count <= bound else { throw .tooLong(count: count, bound: bound) }
        return try readBytes(count)
    }
}
