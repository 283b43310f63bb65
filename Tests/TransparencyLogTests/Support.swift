import Foundation
import Octets
import TransparencyLog

/// The repository's own vectors, written by an independent program from the specifications.
struct LogVectors: Decodable {
    struct Merkle: Decodable {
        struct Inclusion: Decodable { var size: UInt64, index: UInt64, path: [String] }
        struct Consistency: Decodable { var old: UInt64, new: UInt64, path: [String] }
        var entries: [String], roots: [String], inclusion: [Inclusion], consistency: [Consistency]
    }
    struct Keys: Decodable {
        struct Good: Decodable { var name: String, type: UInt8, seed: String, vkey: String }
        struct Refused: Decodable { var why: String, vkey: String, error: String }
        var good: [Good], refused: [Refused]
    }
    struct Cosignatures: Decodable {
        struct Line: Decodable { var vkey: String, time: UInt64, line: String }
        var text: String, logLine: String, lines: [Line]
    }
    struct Notes: Decodable {
        struct Good: Decodable { var why: String, note: String, keys: [String], verified: [String] }
        struct Refused: Decodable { var why: String, note: String, keys: [String], error: String }
        var good: [Good], refused: [Refused], notUtf8: String
    }
    struct Checkpoints: Decodable {
        struct Good: Decodable { var text: String, origin: String, size: String }
        struct Refused: Decodable { var why: String, text: String, error: String }
        var good: [Good], refused: [Refused]
    }
    struct Proofs: Decodable {
        struct Good: Decodable { var index: UInt64, entry: String, proof: String }
        struct Refused: Decodable { var why: String, proof: String, entry: String, error: String }
        var policy: String, origin: String, good: [Good], refused: [Refused]
    }
    struct Policies: Decodable {
        struct Case: Decodable { var cosigners: [String], met: Bool }
        struct Good: Decodable { var why: String, text: String, cases: [Case] }
        struct Refused: Decodable { var why: String, text: String, fault: String }
        var good: [Good], refused: [Refused]
    }
    var merkle: Merkle, keys: Keys, cosignatures: Cosignatures, notes: Notes
    var checkpoints: Checkpoints, proofs: Proofs, policies: Policies

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func load() throws -> LogVectors {
        let file = root.appendingPathComponent("Vectors/transparency-log.json")
        return try decoder().decode(LogVectors.self, from: Data(contentsOf: file))
    }

    static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    func signer(_ vkey: String) throws -> NoteSigner {
        guard let key = keys.good.first(where: { $0.vkey == vkey }),
            let algorithm = SignatureAlgorithm(rawValue: key.type)
        else { throw CocoaError(.fileReadCorruptFile) }
        return try NoteSigner(
            name: KeyName(key.name), algorithm: algorithm,
            seed: SecretOctets(copying: try [UInt8](hexadecimal: key.seed)))
    }
}

extension String {
    var octets: [UInt8] { Array(utf8) }
}

extension TransparencyLogError {
    private static let withoutPayload: [TransparencyLogError: String] = [
        .sizeOutOfRange: "sizeOutOfRange", .pathTooLong: "pathTooLong", .inclusionNotProved: "inclusionNotProved",
        .consistencyNotProved: "consistencyNotProved", .notCanonicalBase64: "notCanonicalBase64",
        .notCanonicalDecimal: "notCanonicalDecimal", .badKeyName: "badKeyName", .badVerifierKey: "badVerifierKey",
        .keyIDMismatch: "keyIDMismatch", .weakKey: "weakKey", .noKnownSignature: "noKnownSignature",
        .badSecretKey: "badSecretKey", .badOrigin: "badOrigin", .emptyTreeWithRoot: "emptyTreeWithRoot",
        .notSignedByLog: "notSignedByLog", .quorumNotMet: "quorumNotMet",
    ]

    /// The case's own name, as the vectors give it.
    var name: String {
        TransparencyLogError.withoutPayload[self] ?? Mirror(reflecting: self).children.first?.label ?? "unknown"
    }
}

/// The name of the error that `body` throws, "nothing" where it throws none.
func errorName(_ body: () throws(TransparencyLogError) -> Void) -> String {
    do throws(TransparencyLogError) {
        try body()
        return "nothing"
    } catch {
        return error.name
    }
}

/// A tree with all its complete subtrees, as a log stores them.
struct StoredTree {
    var frontier = TreeFrontier()
    var hashes: [Subtree: MerkleHash] = [:]
    var leaves: [MerkleHash] = []
    /// The root at every size so far.
    var roots: [MerkleHash] = [TreeFrontier().root]

    init(leaves count: Int, salt: UInt8 = 0) throws {
        for index in 0..<count { try append([UInt8(index & 0xff), UInt8(index >> 8), salt]) }
    }

    mutating func append(_ entry: [UInt8]) throws {
        let leaf = MerkleTree.leafHash(of: entry)
        leaves.append(leaf)
        for node in try frontier.append(leaf) { hashes[node.subtree] = node.hash }
        roots.append(frontier.root)
    }

    func hash(_ subtree: Subtree) throws -> MerkleHash {
        guard let hash = hashes[subtree] else { throw TransparencyLogError.sizeOutOfRange }
        return hash
    }
}
