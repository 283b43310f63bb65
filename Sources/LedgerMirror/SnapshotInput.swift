internal import DurableFiles

/// The bytes of a snapshot's file in order, a mebibyte in memory.
final class SnapshotInput {
    private static let bufferBytes = 1 << 20

    /// Nil where everything is in the buffer.
    private let file: OpenFile?
    /// Bytes behind those that are in the buffer.
    private var offset: UInt64 = 0
    private let end: UInt64
    private var buffer: ArraySlice<UInt8> = []

    init(_ path: String, _ fileSystem: FileSystem) throws(FileError) {
        let file = try fileSystem.openForReading(path)
        end = try file.size()
        self.file = .some(consume file)
    }

    /// A snapshot that is in memory.
    init(bytes: [UInt8]) {
        file = nil
        end = 0
        buffer = bytes[...]
    }

    /// Bytes that have not been read.
    var remaining: UInt64 { end - offset + UInt64(buffer.count) }

    /// The next bytes, exactly `count`, which the caller bounds.
    ///
    /// - Throws: ``SnapshotError/endedEarly(_:)``, `FileError`.
    func read(_ count: Int, _ part: SnapshotPart) throws -> [UInt8] {
        guard UInt64(count) <= remaining else { throw SnapshotError.endedEarly(part) }
        while buffer.count < count {
            let more = Int(min(end - offset, UInt64(Self.bufferBytes)))
            buffer = ArraySlice(Array(buffer) + (try file?.read(at: offset, count: more) ?? []))
            offset += UInt64(more)
        }
        defer { buffer = buffer.dropFirst(count) }
        return Array(buffer.prefix(count))
    }
}
