package import LedgerReplica
internal import Octets
package import TransparencyLog

/// What stands before a snapshot's rows: which final tree the state is of, its root, and who vouches for that
/// (Protocols/snapshot.md).
package struct SnapshotHead: Hashable, Sendable {
    /// The final checkpoint whose leaves make the state.
    package let checkpoint: FinalCheckpoint
    /// A quorum's word on the root; nil where nobody gave it.
    package let stateNote: StateNote?
    package let root: MerkleHash
    package let rowCount: UInt64

    static let magic = Array("parasol-state-v1".utf8)
    /// Without the two notes.
    static let fixedBytes = magic.count + 4 + 4 + 32 + 8
    static let maximumBytes = fixedBytes + 2 * SignedNote.maximumBytes

    /// - Throws: ``SnapshotError/noteDisagrees(noteSize:checkpointSize:)``.
    init(
        checkpoint: FinalCheckpoint, stateNote: StateNote?, root: MerkleHash, rowCount: UInt64
    ) throws(SnapshotError) {
        if let stateNote, stateNote.size != checkpoint.checkpoint.size || stateNote.root != root {
            throw .noteDisagrees(noteSize: stateNote.size, checkpointSize: checkpoint.checkpoint.size)
        }
        self.checkpoint = checkpoint
        self.stateNote = stateNote
        self.root = root
        self.rowCount = rowCount
    }

    var size: UInt64 { checkpoint.checkpoint.size }

    var encoded: [UInt8] {
        let notes = [checkpoint.note, stateNote?.note.encoded ?? []]
        var writer = OctetWriter(reservingCapacity: Self.fixedBytes + notes[0].count + notes[1].count)
        writer.write(Self.magic)
        for note in notes {
            writer.writeBigEndian(UInt32(clamping: note.count))
            writer.write(note)
        }
        writer.write(root)
        writer.writeBigEndian(rowCount)
        return writer.bytes
    }

    /// Reads and verifies a head.
    ///
    /// - Parameter read: gives the next bytes, exactly as many as asked for, of the part that is named.
    init<Failure: Error>(
        trust: TrustAnchor, reading read: (Int, SnapshotPart) throws(Failure) -> [UInt8]
    ) throws {
        guard try read(Self.magic.count, .head) == Self.magic else { throw SnapshotError.notASnapshot }
        func note(_ part: SnapshotPart) throws -> [UInt8] {
            var length = OctetReader(try read(4, .head))
            let count: UInt32 = try length.readBigEndian()
            guard count <= SignedNote.maximumBytes else {
                throw SnapshotError.tooLong(part, bytes: UInt64(count), bound: SignedNote.maximumBytes)
            }
            return try read(Int(count), part)
        }
        let (checkpointBytes, stateBytes) = (try note(.checkpoint), try note(.stateNote))
        var rest = OctetReader(try read(40, .head))
        let (root, rowCount): (MerkleHash, UInt64) = (try rest.readFixed(), try rest.readBigEndian())
        let checkpoint: FinalCheckpoint
        do { checkpoint = try trust.verify(checkpoint: checkpointBytes) } catch {
            throw SnapshotError.checkpoint(error)
        }
        var stateNote: StateNote?
        if !stateBytes.isEmpty {
            do { stateNote = try trust.verify(stateNote: stateBytes) } catch { throw SnapshotError.stateNote(error) }
        }
        try self.init(checkpoint: checkpoint, stateNote: stateNote, root: root, rowCount: rowCount)
    }

    /// Reads and verifies a head that stands alone.
    init(encoded: [UInt8], trust: TrustAnchor) throws {
        var rest = encoded[...]
        try self.init(trust: trust) { (count, part) throws(SnapshotError) in
            guard rest.count >= count else { throw .endedEarly(part) }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        guard rest.isEmpty else { throw SnapshotError.trailingBytes(UInt64(rest.count)) }
    }
}
