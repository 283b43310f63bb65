public import Octets

/// A receipt that stands alone: an inclusion proof together with the cosigned checkpoint it leads to (C2SP tlog-proof).
///
/// Needs no network and does not change with time. What it proves is decided by whoever holds it, by their own
/// ``TrustPolicy``.
public struct LogProof: Hashable, Sendable {
    /// Above the largest note with the longest path.
    public static let maximumBytes = SignedNote.maximumBytes + 8_192
    /// The most that an `extra` line may carry.
    public static let maximumExtraBytes = 4_096

    /// Bytes that nothing authenticates; nil where the proof has no such line.
    public let extra: [UInt8]?
    /// The leaf's position, from 0.
    public let index: UInt64
    /// The leaf's sibling first.
    public let path: [MerkleHash]
    /// The checkpoint with its signatures.
    public let note: SignedNote

    /// A receipt of parts; nothing about it holds until ``verify(leafHash:policy:origin:)`` returns.
    public init(extra: [UInt8]? = nil, index: UInt64, path: [MerkleHash], note: SignedNote) {
        self.extra = extra
        self.index = index
        self.path = path
        self.note = note
    }

    private static let header = Array("c2sp.org/tlog-proof@v1".utf8)
    private static let extraKeyword = Array("extra ".utf8)
    private static let indexKeyword = Array("index ".utf8)

    /// Reads a receipt. Canonical spellings only.
    ///
    /// - Throws: ``TransparencyLogError/tooLarge(bytes:bound:)``, ``TransparencyLogError/malformed(_:line:)``,
    ///   ``TransparencyLogError/pathTooLong``, ``TransparencyLogError/notCanonicalBase64``,
    ///   ``TransparencyLogError/notCanonicalDecimal``, and what ``SignedNote/init(encoded:)`` throws.
    public init(encoded bytes: [UInt8]) throws(TransparencyLogError) {
        guard bytes.count <= LogProof.maximumBytes else {
            throw .tooLarge(bytes: bytes.count, bound: LogProof.maximumBytes)
        }
        var lines = ProofLines(bytes[...])
        guard lines.next()?.elementsEqual(LogProof.header) == true else { throw .malformed(.proofHeader, line: 1) }
        var line = lines.next()
        if let text = line, text.starts(with: LogProof.extraKeyword) {
            let extra = try Base64.decode(text.dropFirst(LogProof.extraKeyword.count))
            guard extra.count <= LogProof.maximumExtraBytes else {
                throw .tooLarge(bytes: extra.count, bound: LogProof.maximumExtraBytes)
            }
            self.extra = extra
            line = lines.next()
        } else {
            extra = nil
        }
        guard let text = line, text.starts(with: LogProof.indexKeyword) else {
            throw .malformed(.proofIndex, line: lines.number)
        }
        index = try NoteText.decimal(text.dropFirst(LogProof.indexKeyword.count))
        var path: [MerkleHash] = []
        while true {
            guard let text = lines.next() else { throw .malformed(.proofPath, line: lines.number) }
            if text.isEmpty { break }
            guard path.count < MerkleTree.maximumPathLength else { throw .pathTooLong }
            guard let hash = try? MerkleHash(Base64.decode(text)) else {
                throw .malformed(.proofPath, line: lines.number)
            }
            path.append(hash)
        }
        self.path = path
        note = try SignedNote(encoded: Array(lines.rest))
    }

    /// The receipt as bytes: what is kept and handed on as a `.tlog-proof` file.
    public var encoded: [UInt8] { encoded(withNote: note.encoded) }

    /// The same where the note is encoded already, as for the many receipts under one checkpoint.
    package func encoded(withNote note: [UInt8]) -> [UInt8] {
        var text = LogProof.header + [NoteText.newline]
        if let extra { text += LogProof.extraKeyword + Base64.encode(extra) + [NoteText.newline] }
        text += LogProof.indexKeyword + Array("\(index)\n".utf8)
        for hash in path { text += Base64.encode(hash.bytes) + [NoteText.newline] }
        return text + [NoteText.newline] + note
    }

    /// Checks that `leafHash` is in a checkpoint that meets `policy`.
    ///
    /// - Returns: the checkpoint it is in.
    /// - Throws: what ``TrustPolicy/verify(_:origin:)`` and ``InclusionProof/verify(leafHash:root:)`` throw.
    @discardableResult
    public func verify(
        leafHash: MerkleHash, policy: TrustPolicy, origin: LogOrigin? = nil
    ) throws(TransparencyLogError) -> VerifiedCheckpoint {
        let verified = try policy.verify(note, origin: origin)
        try verify(leafHash: leafHash, in: verified.checkpoint)
        return verified
    }

    /// Checks that `leafHash` is in the tree of ``note``'s checkpoint, which the caller has verified.
    ///
    /// - Throws: what ``InclusionProof/verify(leafHash:root:)`` throws.
    package func verify(leafHash: MerkleHash, in checkpoint: Checkpoint) throws(TransparencyLogError) {
        let proof = InclusionProof(index: index, size: checkpoint.size, path: path)
        try proof.verify(leafHash: leafHash, root: checkpoint.root)
    }
}

/// The lines of a proof in front of its note.
private struct ProofLines {
    private(set) var rest: ArraySlice<UInt8>
    private(set) var number = 0

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next line without its newline; nil where none is left.
    mutating func next() -> ArraySlice<UInt8>? {
        number += 1
        guard let end = rest.firstIndex(of: NoteText.newline) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }
}
