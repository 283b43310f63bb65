internal import Octets
internal import TransparencyLog

/// The signed tree whose first leaves a witness has verified and not cosigned yet.
///
/// Kept with them, so that another tree which the log signs later convicts it also while a witness is catching up.
struct HeldTree: Hashable, Sendable {
    /// With the log's signature and no other.
    let note: SignedNote
    let checkpoint: Checkpoint
    /// What joins the leaves that are held to the whole.
    let beyond: [SubtreeHash]

    /// The path from the held leaves, whose right edge is `edge`, to the signed root.
    func path(from edge: TreeFrontier) -> [MerkleHash]? {
        var tree = KnownTree(size: checkpoint.size)
        tree.note(edge: edge)
        tree.note(beyond)
        return tree.prefixPath(of: edge.size)
    }

    /// Level, index and hash of each of ``beyond``: 1, 8 and 32 bytes.
    var encodedBeyond: [UInt8] {
        var writer = OctetWriter(reservingCapacity: beyond.count * 41)
        for node in beyond {
            writer.writeUInt8(node.subtree.level)
            writer.writeBigEndian(node.subtree.index)
            writer.write(node.hash)
        }
        return writer.bytes
    }

    /// As stored, with leaves that have this right edge.
    ///
    /// - Throws: what is wrong where it is not a tree of the log that begins with them.
    init(note bytes: [UInt8], beyond encoded: [UInt8], edge: TreeFrontier, log: VerifierKey) throws {
        let note = try SignedNote(encoded: bytes)
        var reader = OctetReader(encoded)
        var beyond: [SubtreeHash] = []
        while !reader.isAtEnd {
            let subtree = Subtree(level: try reader.readUInt8(), index: try reader.readBigEndian())
            beyond.append(SubtreeHash(subtree: subtree, hash: try reader.readFixed()))
        }
        self.init(
            note: note, checkpoint: try VerifiedCheckpoint(note, logs: [log], witnesses: []).checkpoint, beyond: beyond)
        let proof = PrefixProof(prefix: edge.size, size: checkpoint.size, path: path(from: edge) ?? [])
        guard proof.prefixRoot(in: checkpoint.root) == edge.root else {
            throw TransparencyLogError.consistencyNotProved
        }
    }

    init(note: SignedNote, checkpoint: Checkpoint, beyond: [SubtreeHash]) {
        self.note = note
        self.checkpoint = checkpoint
        self.beyond = beyond
    }
}
