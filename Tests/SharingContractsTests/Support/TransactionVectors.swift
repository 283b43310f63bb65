import Crypto
import Foundation
import Octets
import SharingContracts
import SharingMessages
import SwiftProtobuf
import TestKit

/// Vectors/transactions.json: a whole small ledger, byte for byte, and encodings that must be refused.
///
/// Protocols/transactions.md says what each field means.
struct TransactionVectors: Codable, Equatable {
    struct Leaf: Codable, Equatable {
        var type: String
        var sequencedAt: UInt64
        var transaction: String
        var signatureInputSHA256: String
        var signatures: [Signature]
        var signedTransaction: String
        var entry: String
        /// SHA-256(00 || entry), RFC 6962.
        var leafHash: String
    }

    struct Signature: Codable, Equatable {
        var signer: String
        var key: String
        var signature: String
    }

    struct CapsuleDigest: Codable, Equatable {
        var record: String
        var capsule: String
        var digest: String
    }

    struct FragmentDigest: Codable, Equatable {
        var request: String
        var transformer: String
        var fragment: String
        var digest: String
    }

    struct Refusal: Codable, Equatable {
        var what: String
        /// `entry`, `signedTransaction` or `transaction`.
        var level: String
        var bytes: String
        var code: String
    }

    var about: [String]
    var format: String
    var origin: String
    var leaves: [Leaf]
    var capsuleDigests: [CapsuleDigest]
    var fragmentDigests: [FragmentDigest]
    var refusals: [Refusal]

    static let formatName = "parasol-transaction-vectors"

    static var file: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Vectors/transactions.json")
    }

    /// A ledger whose keys, identifiers and proofs follow from the seed; its ECDSA signatures are drawn afresh.
    init(seed: UInt64) throws {
        let story = try WholeStory(seed: seed)
        about = [
            "leaves: a whole ledger in order. Each leaf is valid in the state that the leaves before it give.",
            "refusals: each must be refused at its level, for the reason that the code of Docs/contracts.md names.",
            "All byte strings are hexadecimal; times are milliseconds since the Unix epoch.",
        ]
        format = Self.formatName
        origin = story.scenario.origin
        leaves = try story.scenario.entries.map { entry in
            try Leaf(entry, origin: story.scenario.origin, state: story.scenario.state)
        }
        capsuleDigests = [
            CapsuleDigest(
                record: "\(story.record)", capsule: story.capsule.hexadecimal,
                digest: LedgerDigest.capsule(story.capsule).hexadecimal)
        ]
        fragmentDigests = [
            FragmentDigest(
                request: "\(story.request)", transformer: "\(story.transformer)",
                fragment: story.fragment.hexadecimal,
                digest: LedgerDigest.fragment(story.fragment, by: story.transformer, for: story.request).hexadecimal)
        ]
        refusals = try RefusedEncodings(scenario: story.scenario).all
    }

    init(contentsOf file: URL) throws {
        self = try JSONDecoder().decode(Self.self, from: try Data(contentsOf: file))
    }

    func write(to file: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (try encoder.encode(self) + Data("\n".utf8)).write(to: file, options: .atomic)
    }
}

extension TransactionVectors.Leaf {
    init(_ entry: LedgerEntry, origin: String, state: WorldState) throws {
        let transaction = entry.transaction
        type = transaction.body.name
        sequencedAt = entry.sequencedAt.milliseconds
        self.transaction = transaction.serialized.hexadecimal
        signatureInputSHA256 = Array(SHA256.hash(data: try transaction.signatureInput(origin: origin))).hexadecimal
        signatures = entry.signedTransaction.signatures.map { signature in
            TransactionVectors.Signature(
                signer: "\(signature.signer)", key: state.signingKey(of: signature.signer)?.description ?? "",
                signature: signature.signature.hexadecimal)
        }
        signedTransaction = entry.signedTransaction.serialized.hexadecimal
        self.entry = entry.serialized.hexadecimal
        leafHash = Array(SHA256.hash(data: [0] + entry.serialized)).hexadecimal
    }
}

/// Encodings that decode, or nearly, and that nobody may accept.
struct RefusedEncodings {
    private(set) var all: [TransactionVectors.Refusal] = []

    init(scenario: SharingScenario) throws {
        let leaf = try last(scenario.entries)
        let transaction = leaf.transaction.serialized
        let signed = leaf.signedTransaction.serialized
        try add("an unknown field after a leaf", "entry", .nonCanonicalEncoding, leaf.serialized + [0x98, 0x06, 0x01])
        try add(
            "an unknown field after a signed transaction", "signedTransaction", .nonCanonicalEncoding,
            signed + [0x98, 0x06, 0x01])
        try add(
            "an unknown field after a transaction", "transaction", .nonCanonicalEncoding,
            transaction + [0x98, 0x06, 0x01])
        let identifier = Array(transaction.prefix(18))
        let body = Array(transaction.dropFirst(18))
        try add("fields in descending order", "transaction", .nonCanonicalEncoding, body + identifier)
        try add("the identifier twice", "transaction", .nonCanonicalEncoding, identifier + transaction)
        try add("the body twice", "transaction", .nonCanonicalEncoding, transaction + body)
        try add(
            "a length in two bytes that fits one", "transaction", .nonCanonicalEncoding,
            identifier + [body[0], body[1] | 0x80, 0x00] + body.dropFirst(2))
        try add("a group tag", "transaction", .undecodable, transaction + [0x0b])
        try add("field number zero", "transaction", .undecodable, transaction + [0x00])
        try add("one byte short", "transaction", .undecodable, Array(transaction.dropLast()))
        try add("no body", "transaction", .missingBody, identifier)
        try add("no identifier", "transaction", .malformedField, body)

        var wire = try WireSignedTransaction(serializedBytes: signed)
        wire.signatures[0].signature[32] |= 0x80
        try add("a high s", "signedTransaction", .highS, wire)
        wire = try WireSignedTransaction(serializedBytes: signed)
        wire.signatures.append(wire.signatures[0])
        try add("a signature twice", "signedTransaction", .notAscending, wire)
        wire = try WireSignedTransaction(serializedBytes: signed)
        wire.signatures[0].signature.removeLast()
        try add("a signature of 63 bytes", "signedTransaction", .malformedField, wire)

        var time = try WireLedgerEntry(serializedBytes: leaf.serialized)
        time.sequencedAt = Timestamp.latest.milliseconds + 1
        try add("a time after the year 9999", "entry", .malformedField, time)
        time.sequencedAt = 0
        try add("no time", "entry", .malformedField, time)

        let grant = try last(scenario.entries.filter { $0.transaction.body.name == "ConsentGranted" })
        func spoil(
            _ what: String, _ code: ContractViolation.Code, _ change: (inout WireConsentGranted) -> Void
        ) throws {
            var wire = try WireTransaction(serializedBytes: grant.transaction.serialized)
            change(&wire.consentGranted)
            try add(what, "transaction", code, wire)
        }
        try spoil("a purpose outside the value set", .malformedField) { $0.purpose = "CURIOSITY" }
        try spoil("both scopes", .malformedField) { $0.wholeFolder = true }
        try spoil("no scope", .malformedField) { $0.recordIds = [] }
        try spoil("threshold above the number of proxies", .malformedField) { $0.threshold = 6 }
        try spoil("threshold zero", .malformedField) { $0.threshold = 0 }
        try spoil("no opens", .malformedField) { $0.maximumOpens = 0 }
        try spoil("proxies in descending order", .notAscending) { $0.proxyIds.reverse() }
        try spoil("an identifier of 15 bytes", .malformedField) { $0.consentID.removeLast() }
    }

    private mutating func add(
        _ what: String, _ level: String, _ code: ContractViolation.Code, _ message: some SwiftProtobuf.Message
    ) throws {
        let bytes: [UInt8] = try message.serializedBytes()
        try add(what, level, code, bytes)
    }

    private mutating func add(
        _ what: String, _ level: String, _ code: ContractViolation.Code, _ bytes: [UInt8]
    ) throws {
        all.append(
            TransactionVectors.Refusal(what: what, level: level, bytes: bytes.hexadecimal, code: code.rawValue))
    }
}

private func last(_ entries: [LedgerEntry]) throws -> LedgerEntry {
    guard let entry = entries.last else { throw ContractViolation(.notFounded, "the scenario has no leaf") }
    return entry
}
