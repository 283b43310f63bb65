internal import DurableFiles
internal import Octets
internal import SharingContracts

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
