package import SharingContracts
package import TransparencyLog

/// A quorum's word on what the first leaves of a ledger make: a note in the format of a checkpoint, whose origin is the log's
/// with `/state` behind it, whose size is how many leaves were executed and whose root is the state root.
///
/// Cosigned by witnesses (cosignature/v1). The log signs it not: whoever executed the leaves vouches for it.
package struct StateNote: Hashable, Sendable {
    package let note: SignedNote
    /// How many leaves were executed.
    package let size: UInt64
    /// The state root.
    package let root: MerkleHash

    init(note: SignedNote, size: UInt64, root: MerkleHash) {
        self.note = note
        self.size = size
        self.root = root
    }

    /// What stands behind the log's origin, so that no such note is a checkpoint of the log.
    private static let suffix = "/state"

    /// - Throws: `TransparencyLogError/badOrigin` where the log's origin leaves no room.
    static func origin(ofLog origin: String) throws(TransparencyLogError) -> LogOrigin {
        try LogOrigin(origin + suffix)
    }
}

extension WorldState {
    /// The state note of this state with the cosignatures of `signers`, who must have executed every leaf of it.
    ///
    /// - Parameters:
    ///   - signers: Witness keys; at least one, or the note cannot be read again.
    ///   - time: Seconds since 1970, below 2^63.
    /// - Throws: `TransparencyLogError`: `wrongKeyType` for a log's key, `notCanonicalDecimal` for the time, `sizeOutOfRange`
    ///   for a state before the first leaf; `ContractViolation` where a row cannot be read.
    /// - Complexity: linear in the number of rows.
    package func cosignedState(by signers: [NoteSigner], at time: UInt64) throws -> SignedNote {
        guard entryCount > 0 else { throw TransparencyLogError.sizeOutOfRange }
        let text = try Checkpoint(origin: StateNote.origin(ofLog: origin), size: entryCount, root: root()).text
        return try SignedNote(text: text, signatures: signers.map { try $0.cosign(text: text, time: time) })
    }
}

extension TrustAnchor {
    /// Verifies a state note of this ledger: its cosignatures meet the very quorum that makes checkpoints final.
    ///
    /// - Throws: `TransparencyLogError`: `wrongOrigin`, `malformed` for a line behind the root, `sizeOutOfRange` for size 0,
    ///   `quorumNotMet`, and whatever makes the note unreadable or a known witness's line false.
    package func verify(stateNote bytes: [UInt8]) throws(TransparencyLogError) -> StateNote {
        let note = try SignedNote(encoded: bytes)
        let checkpoint = try Checkpoint(text: note.text)
        let expected = try StateNote.origin(ofLog: originName)
        guard checkpoint.origin == expected else { throw .wrongOrigin(expected: expected, actual: checkpoint.origin) }
        guard checkpoint.extensions.isEmpty else { throw .malformed(.checkpoint, line: 4) }
        guard checkpoint.size > 0 else { throw .sizeOutOfRange }
        let cosigners = try note.verified(by: policy.witnesses.map(\.key)).map(\.key)
        guard policy.hasQuorum, policy.isMet(by: cosigners) else { throw .quorumNotMet }
        return StateNote(note: note, size: checkpoint.size, root: checkpoint.root)
    }

    /// Puts the state notes of single witnesses together.
    ///
    /// - Parameter notes: What witnesses answered, in any order; nothing in it is believed. Notes on other leaves than the others'
    ///   and those that do not count are left out.
    /// - Returns: The state note of the most leaves that a quorum vouches for; nil where there is none: witnesses that cosigned
    ///   another tree than the others are asked again.
    package func stateNote(merging notes: [[UInt8]]) -> StateNote? {
        var merged: [[UInt8]: SignedNote] = [:]
        for bytes in notes {
            guard let note = try? SignedNote(encoded: bytes) else { continue }
            // Lines of strangers would use up the room for others.
            guard let lines = try? note.verified(by: policy.witnesses.map(\.key)).map(\.signature) else { continue }
            if merged[note.text] == nil { merged[note.text] = try? SignedNote(text: note.text, signatures: lines) }
            try? merged[note.text]?.append(lines)
        }
        return merged.values.compactMap { try? verify(stateNote: $0.encoded) }.max { $0.size < $1.size }
    }
}
