internal import Persistence
internal import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

/// A checkpoint that a log signed and a witness would not cosign, and what is needed to judge it.
package struct WitnessEvidence: Hashable, Sendable {
    package let seenAt: Timestamp
    /// The refusal, in words.
    package let reason: String
    /// The signed note that was refused.
    package let checkpoint: [UInt8]
    /// The signed note that the witness cosigned before; nil for none.
    package let previous: [UInt8]?
    /// The position of the leaf that broke a rule; nil where the tree as a whole is at fault.
    package let index: UInt64?
    /// That leaf.
    package let leaf: [UInt8]?
}

extension WitnessEvidence {
    /// Kept at most; what comes later is refused all the same, and not kept.
    static let maximumKept: Int64 = 1_024

    /// Keeps this, unless the same checkpoint was kept for the same reason.
    func save(_ transaction: StoreTransaction) throws {
        guard try transaction.requiredRow("SELECT count(*) AS n FROM evidence").integer("n") < Self.maximumKept else {
            return
        }
        try transaction.execute(
            """
            INSERT OR IGNORE INTO evidence (seen_at, reason, checkpoint, previous, position, leaf)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                try .unsigned(seenAt.milliseconds), .text(reason), .blob(checkpoint), .optionalBlob(previous),
                try index.map { try SQLValue.unsigned($0) } ?? .null, .optionalBlob(leaf),
            ])
    }

    /// All that is kept, oldest first.
    static func all(_ transaction: StoreTransaction) throws -> [WitnessEvidence] {
        try transaction.rows("SELECT * FROM evidence ORDER BY id").map { row in
            WitnessEvidence(
                seenAt: Timestamp(milliseconds: try row.unsigned("seen_at")), reason: try row.text("reason"),
                checkpoint: try row.bytes("checkpoint"), previous: try row.optionalBytes("previous"),
                index: try row.isNull("position") ? nil : try row.unsigned("position"),
                leaf: try row.optionalBytes("leaf"))
        }
    }
}
