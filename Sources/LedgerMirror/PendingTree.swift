internal import LedgerReplica
internal import TransparencyLog

/// What a mirror keeps while it approaches a final tree in more than one step: the tree itself, and how many of its leaves are
/// proved and in the tiles already.
///
/// So rows of the state may be ahead of the published checkpoint, but never of what a quorum made final.
struct PendingTree: Hashable, Sendable {
    /// The tree of the leaves that are in the tiles, proved to be the beginning of the target.
    let reached: Checkpoint
    /// What is being approached.
    let target: FinalCheckpoint

    /// A checkpoint of the reached tree, an empty line, the target's note.
    var encoded: [UInt8] { reached.text + [UInt8(ascii: "\n")] + target.note }

    static let maximumBytes = SignedNote.maximumBytes + 1024

    init(reached: Checkpoint, target: FinalCheckpoint) {
        self.reached = reached
        self.target = target
    }

    /// - Throws: what is wrong with one of the two, or that they do not belong together.
    init(encoded: [UInt8], trust: TrustAnchor) throws(TransparencyLogError) {
        let newline = UInt8(ascii: "\n")
        guard
            let end = encoded.indices.dropLast().first(where: { encoded[$0] == newline && encoded[$0 + 1] == newline })
        else { throw .malformed(.checkpoint, line: 1) }
        reached = try Checkpoint(text: Array(encoded[...end]))
        guard reached.origin == trust.origin else { throw .wrongOrigin(expected: trust.origin, actual: reached.origin) }
        target = try trust.verify(checkpoint: Array(encoded[(end + 2)...]))
        guard reached.size < target.checkpoint.size else {
            throw .shrunk(oldSize: reached.size, newSize: target.checkpoint.size)
        }
    }
}
