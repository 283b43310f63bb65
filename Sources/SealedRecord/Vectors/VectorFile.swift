import Octets

/// The file `Vectors/sealed-record.json`: what a second implementation checks itself against.
///
/// All byte strings are lower-case hexadecimal. The keys in the file are these names in snake case.
struct VectorFile: Codable, Equatable {
    static let format = "parasol-sealed-record-vectors"

    var format = Self.format
    var version = 1
    var specification = "Protocols/sealed-record.md"
    var about = [
        "records: every output follows from the inputs suite, segment_size, padding, record_id, folder_public_key, capsule, seed, metadata, content_seed.",
        "The content, all files one after the other, is SHA-256(content_seed || 0) || SHA-256(content_seed || 1) || ..., counters in 8 bytes, big-endian, cut to content_byte_count.",
        "container is left out where it is longer than 16384 bytes; container_sha256 is always there.",
        "refusals: apply the edits in their order to the container of the record named, open it with the seed given; the result must be this refusal.",
    ]
    /// What the generator drew everything from.
    var generatorSeed: UInt64
    var records: [VectorRecord]
    var refusals: [VectorRefusal]
}

/// A record that must be sealed and opened exactly so.
struct VectorRecord: Codable, Equatable {
    var name: String

    // Inputs.
    var suite: String
    var segmentSize: Int
    var padding: String
    var recordId: String
    var folderPublicKey: String
    var capsule: String
    var seed: String
    var metadata: VectorMetadata
    var contentSeed: String

    // Outputs.
    var contentByteCount: Int
    var contentSha256: String
    var metadataFields: String
    var committedDigest: String
    var keyCommitment: String
    var header: String
    var headerDigest: String
    var metadataKey: String
    var bodyKey: String
    var bodyNonce: String
    var ledgerBlinding: String
    var containerByteCount: Int
    var containerSha256: String
    var ciphertextCommitment: String
    var sizeClassExponent: Int
    var container: String?
}

/// A container that must be refused exactly so.
struct VectorRefusal: Codable, Equatable {
    var name: String
    var record: String
    var seed: String
    var edits: [VectorEdit]
    var containerSha256: String
    var refusal: String
}

/// One change to a container.
struct VectorEdit: Codable, Equatable {
    /// `set`: `bytes` at `offset`; `cut`: only the first `offset` bytes stay; `append`: `bytes` behind the end.
    var operation: String
    var offset: Int?
    var bytes: String?

    static func set(_ offset: Int, _ bytes: [UInt8]) -> VectorEdit {
        VectorEdit(operation: "set", offset: offset, bytes: bytes.hexadecimal)
    }

    static func cut(_ offset: Int) -> VectorEdit { VectorEdit(operation: "cut", offset: offset) }

    static func append(_ bytes: [UInt8]) -> VectorEdit {
        VectorEdit(operation: "append", bytes: bytes.hexadecimal)
    }

    /// Applies the change; nil where it does not fit.
    func applied(to container: [UInt8]) -> [UInt8]? {
        let bytes = try? [UInt8](hexadecimal: bytes ?? "")
        guard let bytes else { return nil }
        switch (operation, offset) {
        case ("set", let offset?):
            guard offset >= 0, offset <= container.count, bytes.count <= container.count - offset else { return nil }
            return container[..<offset] + bytes + container[(offset + bytes.count)...]
        case ("cut", let offset?):
            guard offset >= 0, offset <= container.count, bytes.isEmpty else { return nil }
            return Array(container[..<offset])
        case ("append", nil): return container + bytes
        default: return nil
        }
    }
}
