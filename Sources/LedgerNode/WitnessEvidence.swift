internal import Octets
internal import Persistence
internal import ServiceProtocols
package import SharingContracts
package import TransparencyLog

/// A checkpoint that a log signed and that convicts it, with what is needed to judge.
///
/// - A fork: the log signed another tree than ``previous``, which it had signed as well. Either both are of one size and
///   have different roots; or this one is larger, and ``proof`` leads to its root from other leaves than the previous
///   ones.
/// - A leaf that breaks a rule, in a tree that the log signed.
///
/// What anybody could make up is no evidence: a proof that leads nowhere, leaves that do not hash to the root, times that
/// only the witness's own clock contradicts.
package struct WitnessEvidence: Hashable, Sendable {
    package let seenAt: Timestamp
    /// The refusal, in words.
    package let reason: String
    /// The note that was refused, with the log's signature and no other.
    package let checkpoint: SignedNote
    /// The signed note that the witness cosigned before; nil for none.
    package let previous: SignedNote?
    /// The consistency proof of a larger fork, from the size of ``previous``; else empty.
    package let proof: [MerkleHash]
    /// The position of the leaf that broke a rule; nil where the tree as a whole is at fault.
    package let index: UInt64?
    /// That leaf.
    package let leaf: [UInt8]?
}

extension WitnessEvidence {
    /// Kept at most; what comes later is refused all the same, and not kept. Each bears another signature of the log's, so
    /// that only the log can use them up.
    static let maximumKept: Int64 = 1_024

    /// Keeps this, unless something is kept about a checkpoint of the same text.
    func save(_ transaction: StoreTransaction) throws {
        guard try transaction.requiredRow("SELECT count(*) AS n FROM evidence").integer("n") < Self.maximumKept else {
            return
        }
        try transaction.execute(
            """
            INSERT OR IGNORE INTO evidence (seen_at, reason, text, checkpoint, previous, proof, position, leaf)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                try .unsigned(seenAt.microseconds), .text(reason), .blob(checkpoint.text), .blob(checkpoint.encoded),
                .optionalBlob(previous?.encoded), .blob(proof.flatMap { $0.bytes }),
                try index.map { try SQLValue.unsigned($0) } ?? .null, .optionalBlob(leaf),
            ])
    }

    /// All that is kept, oldest first.
    static func all(_ transaction: StoreTransaction) throws -> [WitnessEvidence] {
        try transaction.rows("SELECT * FROM evidence ORDER BY id").map { row in
            let proof = try row.bytes("proof")
            return WitnessEvidence(
                seenAt: Timestamp(microseconds: try row.unsigned("seen_at")), reason: try row.text("reason"),
                checkpoint: try SignedNote(encoded: try row.bytes("checkpoint")),
                previous: try row.optionalBytes("previous").map { try SignedNote(encoded: $0) },
                proof: try stride(from: 0, to: proof.count, by: 32).map {
                    try MerkleHash(Array(proof[$0..<min($0 + 32, proof.count)]))
                },
                index: try row.isNull("position") ? nil : try row.unsigned("position"),
                leaf: try row.optionalBytes("leaf"))
        }
    }
}
