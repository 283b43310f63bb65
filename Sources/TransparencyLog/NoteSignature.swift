internal import Octets

/// One signature line of a note, verified or not.
public struct NoteSignature: Hashable, Sendable {
    public let name: KeyName
    /// See ``VerifierKey/keyID``.
    public let keyID: UInt32
    /// What follows the key ID: a signature, or for a cosignature eight bytes of time and a signature.
    public let payload: [UInt8]

    init(name: KeyName, keyID: UInt32, payload: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.payload = payload
    }

    /// The line begins with an em dash.
    private static let dash: [UInt8] = [0xe2, 0x80, 0x94, 0x20]

    /// A line without its newline.
    ///
    /// - Throws: ``TransparencyLogError/malformed(_:line:)``, ``TransparencyLogError/notCanonicalBase64``,
    ///   ``TransparencyLogError/badKeyName``.
    init(line: ArraySlice<UInt8>, number: Int) throws(TransparencyLogError) {
        let parts = line.dropFirst(4).split(separator: NoteText.space, omittingEmptySubsequences: false)
        guard line.starts(with: NoteSignature.dash), parts.count == 2 else {
            throw .malformed(.signatureLine, line: number)
        }
        name = try KeyName(utf8: parts[0])
        let blob = try Base64.decode(parts[1])
        guard blob.count > 4 else { throw .malformed(.signatureLine, line: number) }
        keyID = blob[..<4].reduce(0) { $0 << 8 | UInt32($1) }
        payload = Array(blob[4...])
    }

    /// One signature line as a witness sends it, with its newline.
    ///
    /// - Throws: as for a line of a note.
    public init(encoded line: [UInt8]) throws(TransparencyLogError) {
        guard line.count <= SignedNote.maximumBytes else {
            throw .tooLarge(bytes: line.count, bound: SignedNote.maximumBytes)
        }
        guard line.last == NoteText.newline else { throw .malformed(.signatureLine, line: 1) }
        try self.init(line: line.dropLast(), number: 1)
    }

    /// The line with its newline.
    public var encoded: [UInt8] {
        var blob = OctetWriter(reservingCapacity: 4 + payload.count)
        blob.writeBigEndian(keyID)
        blob.write(payload)
        return NoteSignature.dash + name.bytes + [NoteText.space] + Base64.encode(blob.bytes) + [NoteText.newline]
    }

    /// Whether `key` has this line's name and ID; the algorithm is in the ID.
    func isBy(_ key: VerifierKey) -> Bool { keyID == key.keyID && name == key.name }
}
