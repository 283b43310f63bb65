internal import DurableFiles
internal import LedgerReplica
internal import Octets
internal import SharingContracts
internal import TransparencyLog

/// Writes a snapshot's file in order, a mebibyte in memory.
struct SnapshotOutput: ~Copyable {
    private static let bufferBytes = 1 << 20

    private let file: OpenFile
    private var offset: UInt64 = 0
    private var buffer: [UInt8] = []

    /// - Parameter path: Where nothing lies yet.
    init(_ path: String, _ fileSystem: FileSystem) throws(FileError) { file = try fileSystem.create(path) }

    mutating func write(_ head: SnapshotHead) throws(FileError) { try write(head.encoded) }

    /// A row's leaf behind its length.
    mutating func write(_ row: StateRow) throws(FileError) {
        let leaf = row.leaf
        var writer = OctetWriter(reservingCapacity: 4 + leaf.count)
        writer.writeBigEndian(UInt32(clamping: leaf.count))
        writer.write(leaf)
        try write(writer.bytes)
    }

    /// What has not been read of another snapshot.
    mutating func write(rest input: SnapshotInput) throws {
        while input.remaining > 0 {
            try write(try input.read(Int(min(input.remaining, UInt64(Self.bufferBytes))), .row))
        }
    }

    private mutating func write(_ bytes: [UInt8]) throws(FileError) {
        buffer += bytes
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    private mutating func flush() throws(FileError) {
        try file.write(buffer, at: offset)
        offset += UInt64(buffer.count)
        buffer = []
    }

    /// Makes everything durable.
    mutating func finish() throws(FileError) {
        try flush()
        try file.synchronize()
    }
}

extension SnapshotOutput {
    /// Writes a file in one step: it is there whole and durable, or as it was.
    static func replace(
        _ path: String, _ files: FileSystem, _ body: (inout SnapshotOutput) throws -> Void
    ) throws {
        let new = path + ".new-\(String(UInt64.random(in: .min ... .max), radix: 16))"
        do {
            var output = try SnapshotOutput(new, files)
            try body(&output)
            try output.finish()
            try files.rename(new, to: path)
        } catch {
            try? files.remove(new)
            throw error
        }
        try files.synchronizeFolder(FileSystem.folder(of: path))
    }

    /// Writes the snapshot of a state, which is that of `checkpoint`'s leaves, in one step.
    ///
    /// - Complexity: two scans of the rows; memory for one buffer.
    static func write(
        _ state: WorldState, at checkpoint: FinalCheckpoint, _ note: StateNote?, to path: String, _ files: FileSystem
    ) throws -> SnapshotHead {
        var (count, frontier) = (UInt64(0), TreeFrontier())
        try state.forEachRow {
            try frontier.append(MerkleTree.leafHash(of: $0.leaf))
            count += 1
        }
        let head = try SnapshotHead(checkpoint: checkpoint, stateNote: note, root: frontier.root, rowCount: count)
        try replace(path, files) { output in
            try output.write(head)
            try state.forEachRow { try output.write($0) }
        }
        return head
    }
}
