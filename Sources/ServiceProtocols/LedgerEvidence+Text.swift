internal import Octets
internal import SharingContracts
internal import TransparencyLog

extension LedgerEvidence {
    /// Above two of the largest notes with the longest paths, and the longest leaf.
    package static let maximumBytes = 2 * SignedNote.maximumBytes + 131_072

    private static let header = Array("parasol-evidence@v1\n".utf8)

    /// The file's bytes.
    package var encoded: [UInt8] {
        var text = Self.header + Array("seen \(seenAt.microseconds)\n".utf8)
        switch charge {
        case .fork(let prefix, let first, let second):
            text += Array("fork \(prefix)\n".utf8) + Self.encoded(first) + Self.encoded(second)
        case .brokenRule(let code, let index, let leaf, let tree):
            text += Array("leaf \(index) \(code.rawValue)\n".utf8)
            text += Base64.encode(leaf) + Array("\n".utf8) + Self.encoded(tree)
        }
        return text
    }

    private static func encoded(_ tree: SignedTree) -> [UInt8] {
        let note = tree.note.encoded
        return tree.path.reduce(into: Array("checkpoint \(note.count) \(tree.path.count)\n".utf8) + note) {
            $0 += Base64.encode($1.bytes) + Array("\n".utf8)
        }
    }

    /// Reads a file. What it says is well formed then, and not yet verified.
    ///
    /// - Throws: ``EvidenceError/tooLarge(bytes:)``, ``EvidenceError/malformed(line:)``,
    ///   ``EvidenceError/notACheckpoint(_:)``.
    package init(encoded bytes: [UInt8]) throws(EvidenceError) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge(bytes: bytes.count) }
        guard bytes.starts(with: Self.header) else { throw .malformed(line: 1) }
        var reader = EvidenceReader(bytes[Self.header.count...], line: 2)
        let seen = try reader.fields("seen", count: 1)
        seenAt = Timestamp(microseconds: try reader.decimal(seen[0]))
        if reader.isNext("fork") {
            let prefix = try reader.decimal(reader.fields("fork", count: 1)[0])
            let first = try reader.tree()
            let second = try reader.tree()
            charge = .fork(prefix: prefix, first, second)
            let (smaller, larger) = (try first.checkpoint, try second.checkpoint)
            guard LedgerEvidence.inOrder(smaller, larger), prefix > 0, prefix <= smaller.size,
                smaller.size < larger.size || prefix == smaller.size
            else { throw reader.malformed }
        } else {
            let fields = try reader.fields("leaf", count: 2)
            let index = try reader.decimal(fields[0])
            guard let code = ContractViolation.Code(rawValue: String(decoding: fields[1], as: UTF8.self)) else {
                throw reader.malformed
            }
            let leaf = try reader.base64()
            let tree = try reader.tree()
            charge = .brokenRule(code, index: index, leaf: leaf, tree)
            _ = try tree.checkpoint
        }
        guard reader.isAtEnd else { throw reader.malformed }
    }
}

/// The lines of a file of evidence.
private struct EvidenceReader {
    private var rest: ArraySlice<UInt8>
    private var line: Int

    init(_ bytes: ArraySlice<UInt8>, line: Int) {
        rest = bytes
        self.line = line
    }

    var malformed: EvidenceError { .malformed(line: line) }
    var isAtEnd: Bool { rest.isEmpty }

    func isNext(_ keyword: String) -> Bool { rest.starts(with: Array(keyword.utf8) + [UInt8(ascii: " ")]) }

    private mutating func next() throws(EvidenceError) -> ArraySlice<UInt8> {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { throw malformed }
        defer {
            rest = rest[(end + 1)...]
            line += 1
        }
        return rest[..<end]
    }

    /// What follows the keyword on the next line.
    mutating func fields(_ keyword: String, count: Int) throws(EvidenceError) -> [ArraySlice<UInt8>] {
        guard isNext(keyword) else { throw malformed }
        let fields = try next().split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).dropFirst()
        guard fields.count == count else { throw malformed }
        return Array(fields)
    }

    func decimal(_ text: ArraySlice<UInt8>) throws(EvidenceError) -> UInt64 {
        do { return try NoteText.decimal(text) } catch { throw malformed }
    }

    mutating func base64() throws(EvidenceError) -> [UInt8] {
        let number = line
        do { return try Base64.decode(next()) } catch { throw .malformed(line: number) }
    }

    /// A note of so many bytes, and so many lines of its path.
    mutating func tree() throws(EvidenceError) -> LedgerEvidence.SignedTree {
        let number = line
        let counts = try fields("checkpoint", count: 2)
        let (bytes, hashes) = (try decimal(counts[0]), try decimal(counts[1]))
        guard bytes <= SignedNote.maximumBytes, bytes <= rest.count, hashes <= PrefixProof.maximumPathLength else {
            throw .malformed(line: number)
        }
        let encoded = Array(rest.prefix(Int(bytes)))
        guard let note = try? SignedNote(encoded: encoded), note.encoded == encoded else {
            throw .malformed(line: number + 1)
        }
        rest = rest.dropFirst(Int(bytes))
        line += encoded.count { $0 == UInt8(ascii: "\n") }
        var path: [MerkleHash] = []
        for _ in 0..<hashes {
            let number = line
            do { path.append(try MerkleHash(base64())) } catch { throw .malformed(line: number) }
        }
        return LedgerEvidence.SignedTree(note: note, path: path)
    }
}
