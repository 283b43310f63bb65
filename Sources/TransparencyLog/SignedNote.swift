internal import Octets

/// Text with signature lines (C2SP signed-note v1.0.0).
///
/// A signed note is not unique as bytes: lines can be added, removed and reordered by anybody. Compare texts, never
/// notes.
public struct SignedNote: Hashable, Sendable {
    /// Far above a checkpoint with a hundred cosignatures.
    public static let maximumBytes = 65_536
    /// The format demands at least 16.
    public static let maximumSignatures = 100

    /// What is signed, with its final newline.
    public let text: [UInt8]
    /// In the order of the lines.
    public private(set) var signatures: [NoteSignature]

    /// - Throws: ``TransparencyLogError/malformed(_:line:)`` where `text` is no text that ends in a newline, and what
    ///   ``init(encoded:)`` throws for the whole.
    public init(text: [UInt8], signatures: [NoteSignature]) throws(TransparencyLogError) {
        try NoteText.check(text)
        guard text.last == NoteText.newline else { throw .malformed(.note, line: 1) }
        self.text = text
        self.signatures = []
        try append(signatures)
    }

    /// Reads a note. Its signatures are well-formed then, and not yet verified.
    ///
    /// - Throws: ``TransparencyLogError/tooLarge(bytes:bound:)``, ``TransparencyLogError/notText(offset:)``,
    ///   ``TransparencyLogError/malformed(_:line:)``, ``TransparencyLogError/badKeyName``,
    ///   ``TransparencyLogError/notCanonicalBase64``, ``TransparencyLogError/tooManySignatures(bound:)``.
    public init(encoded bytes: [UInt8]) throws(TransparencyLogError) {
        guard bytes.count <= SignedNote.maximumBytes else {
            throw .tooLarge(bytes: bytes.count, bound: SignedNote.maximumBytes)
        }
        try NoteText.check(bytes)
        // The text may have empty lines; the last one separates it from the signatures.
        guard
            let empty = bytes.indices.dropLast().last(where: {
                bytes[$0] == NoteText.newline && bytes[$0 + 1] == NoteText.newline
            })
        else { throw .malformed(.note, line: 1) }
        text = Array(bytes[...empty])
        signatures = []
        var number = text.count { $0 == NoteText.newline } + 1
        guard let lines = NoteText.lines(of: bytes[(empty + 2)...]) else { throw .malformed(.note, line: number) }
        guard lines.count <= SignedNote.maximumSignatures else {
            throw .tooManySignatures(bound: SignedNote.maximumSignatures)
        }
        for line in lines {
            number += 1
            signatures.append(try NoteSignature(line: line, number: number))
        }
    }

    /// The note as bytes. Needs at least one signature to be read again.
    public var encoded: [UInt8] {
        signatures.reduce(into: text + [NoteText.newline]) { $0 += $1.encoded }
    }

    /// Adds signature lines, leaving out those that are there already.
    ///
    /// - Throws: ``TransparencyLogError/tooManySignatures(bound:)``, ``TransparencyLogError/tooLarge(bytes:bound:)``;
    ///   nothing is added then.
    public mutating func append(_ more: [NoteSignature]) throws(TransparencyLogError) {
        var extended = self
        for signature in more where !extended.signatures.contains(signature) {
            guard extended.signatures.count < SignedNote.maximumSignatures else {
                throw .tooManySignatures(bound: SignedNote.maximumSignatures)
            }
            extended.signatures.append(signature)
        }
        let bytes = extended.encoded.count
        guard bytes <= SignedNote.maximumBytes else {
            throw .tooLarge(bytes: bytes, bound: SignedNote.maximumBytes)
        }
        self = extended
    }

    /// The signatures by known keys, all of them verified, one for each key (its first).
    ///
    /// Lines of unknown keys are ignored, as the format demands. A line of a known key that does not verify condemns
    /// the whole note, even behind a good one.
    ///
    /// - Returns: at least one, in the order of the lines.
    /// - Throws: ``TransparencyLogError/badSignature(_:)``, ``TransparencyLogError/noKnownSignature``,
    ///   ``TransparencyLogError/ambiguousKey(_:)``.
    public func verified(
        by keys: [VerifierKey]
    ) throws(TransparencyLogError) -> [(key: VerifierKey, signature: NoteSignature)] {
        var found: [(key: VerifierKey, signature: NoteSignature)] = []
        for signature in signatures {
            let candidates = Set(keys.filter(signature.isBy))
            guard let key = candidates.first else { continue }
            guard candidates.count == 1 else { throw .ambiguousKey(key.name) }
            guard key.verifies(signature.payload, over: text) else { throw .badSignature(key.name) }
            if !found.contains(where: { $0.key == key }) { found.append((key, signature)) }
        }
        guard !found.isEmpty else { throw .noKnownSignature }
        return found
    }
}
