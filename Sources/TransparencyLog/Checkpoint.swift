public import Octets

/// What a log commits to: its size and its root (C2SP tlog-checkpoint v1.0.0).
public struct Checkpoint: Hashable, Sendable {
    public let origin: LogOrigin
    /// The number of leaves.
    public let size: UInt64
    public let root: MerkleHash
    /// Lines behind the root, each non-empty. Ours have none; those of others are kept, and mean nothing here.
    public let extensions: [[UInt8]]

    /// - Throws: ``TransparencyLogError/sizeOutOfRange``, ``TransparencyLogError/emptyTreeWithRoot``.
    public init(origin: LogOrigin, size: UInt64, root: MerkleHash) throws(TransparencyLogError) {
        guard size <= MerkleTree.maximumSize else { throw .sizeOutOfRange }
        guard size > 0 || root == MerkleTree.emptyRoot else { throw .emptyTreeWithRoot }
        self.origin = origin
        self.size = size
        self.root = root
        extensions = []
    }

    /// Reads a note's text.
    ///
    /// - Throws: ``TransparencyLogError/tooLarge(bytes:bound:)``, ``TransparencyLogError/notText(offset:)``,
    ///   ``TransparencyLogError/malformed(_:line:)``, ``TransparencyLogError/badOrigin``,
    ///   ``TransparencyLogError/notCanonicalDecimal``, ``TransparencyLogError/notCanonicalBase64``,
    ///   ``TransparencyLogError/emptyTreeWithRoot``.
    public init(text: [UInt8]) throws(TransparencyLogError) {
        guard text.count <= SignedNote.maximumBytes else {
            throw .tooLarge(bytes: text.count, bound: SignedNote.maximumBytes)
        }
        try NoteText.check(text)
        guard let lines = NoteText.lines(of: text[...]), lines.count >= 3 else {
            throw .malformed(.checkpoint, line: 1)
        }
        if let empty = lines.firstIndex(where: \.isEmpty) { throw .malformed(.checkpoint, line: empty + 1) }
        origin = try LogOrigin(utf8: lines[0])
        size = try NoteText.decimal(lines[1])
        guard let root = try? MerkleHash(Base64.decode(lines[2])) else { throw .malformed(.checkpoint, line: 3) }
        guard size > 0 || root == MerkleTree.emptyRoot else { throw .emptyTreeWithRoot }
        self.root = root
        extensions = lines.dropFirst(3).map { Array($0) }
    }

    /// The note text: origin, size, base64 of the root, and extension lines, each ended by a newline.
    public var text: [UInt8] {
        var text = origin.bytes + [NoteText.newline] + Array("\(size)\n".utf8)
        text += Base64.encode(root.bytes) + [NoteText.newline]
        for line in extensions { text += line + [NoteText.newline] }
        return text
    }

    /// A note of this checkpoint with the log's signature.
    ///
    /// - Throws: ``TransparencyLogError/wrongKeyType(_:)`` for a witness's key.
    public func signed(by log: NoteSigner) throws(TransparencyLogError) -> SignedNote {
        let text = text
        return try SignedNote(text: text, signatures: [try log.sign(text: text)])
    }
}

/// A checkpoint whose log signature, and whatever cosignatures of known witnesses it carries, have been verified.
public struct VerifiedCheckpoint: Hashable, Sendable {
    public let checkpoint: Checkpoint
    public let note: SignedNote
    /// The log key that signed it.
    public let log: VerifierKey
    /// Verified, one for each known witness.
    public let cosignatures: [Cosignature]

    /// Verifies a note by the keys of its log and of witnesses.
    ///
    /// - Throws: ``TransparencyLogError/notSignedByLog``, and what ``SignedNote/verified(by:)`` and
    ///   ``Checkpoint/init(text:)`` throw. A known key's signature that fails condemns the note.
    public init(
        _ note: SignedNote, logs: [VerifierKey], witnesses: [VerifierKey]
    ) throws(TransparencyLogError) {
        let verified = try note.verified(by: logs + witnesses)
        guard let log = verified.first(where: { logs.contains($0.key) })?.key else { throw .notSignedByLog }
        self.log = log
        self.note = note
        checkpoint = try Checkpoint(text: note.text)
        cosignatures = verified.compactMap { entry in
            guard witnesses.contains(entry.key), entry.key.algorithm == .cosignatureV1,
                let payload = CosignaturePayload(entry.signature.payload)
            else { return nil }
            return Cosignature(key: entry.key, time: payload.time)
        }
    }
}
