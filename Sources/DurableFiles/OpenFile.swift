#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An open regular file, closed when the value goes.
package struct OpenFile: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private let fileSystem: FileSystem

    init(descriptor: Int32, path: String, fileSystem: FileSystem) {
        self.descriptor = descriptor
        self.path = path
        self.fileSystem = fileSystem
    }

    // Nothing written is lost to a failing close: whoever needs it durable has synchronized before.
    deinit { close(descriptor) }

    /// Bytes in the file.
    package func size() throws(FileError) -> UInt64 { UInt64(clamping: try status().st_size) }

    /// The permission bits, of 0o7777.
    package func mode() throws(FileError) -> UInt32 { UInt32(try status().st_mode) & 0o7777 }

    /// Whether the file belongs to whom this process acts for.
    package func isOwn() throws(FileError) -> Bool { try status().st_uid == geteuid() }

    /// Exactly `count` bytes from `offset`.
    ///
    /// - Throws: ``FileError/endedEarly(path:offset:count:)`` where the file has fewer.
    package func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
        let start = try position(offset, .read)
        return try [UInt8](capacity: count) { (output) throws(FileError) in
            try unsafe output.withUnsafeMutableBufferPointer { (buffer, filled) throws(FileError) in
                while filled < count {
                    let rest = unsafe UnsafeMutableRawBufferPointer(
                        UnsafeMutableBufferPointer(rebasing: buffer[filled..<count]))
                    let read = try fileSystem.attempt(.read, path) {
                        unsafe pread(
                            descriptor, rest.baseAddress, min(rest.count, fileSystem.bytesPerCall), start &+ filled)
                    }
                    guard read > 0 else { throw .endedEarly(path: path, offset: offset, count: count) }
                    filled += read
                }
            }
        }
    }

    /// Writes all of `bytes` from `offset` on. After an error some of them may be there.
    package func write(_ bytes: [UInt8], at offset: UInt64) throws(FileError) {
        let start = try position(offset, .write)
        try unsafe bytes.span.bytes.withUnsafeBytes { (buffer) throws(FileError) in
            var written = 0
            while written < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                written += try fileSystem.attempt(.write, path) {
                    unsafe pwrite(
                        descriptor, rest.baseAddress, min(rest.count, fileSystem.bytesPerCall), start &+ written)
                }
            }
        }
    }

    /// Cuts the file to `size` bytes.
    package func truncate(to size: UInt64) throws(FileError) {
        let size = try position(size, .truncate)
        _ = try fileSystem.attempt(.truncate, path) { Int(ftruncate(descriptor, size)) }
    }

    /// Makes everything written so far durable (`fsync`).
    ///
    /// After a failure the written bytes must be taken for lost: the kernel reports a lost page once.
    package func synchronize() throws(FileError) {
        _ = try fileSystem.attempt(.synchronize, path) { Int(fsync(descriptor)) }
    }

    func status() throws(FileError) -> stat {
        var status = stat()
        _ = try fileSystem.attempt(.inspect, path) { unsafe Int(fstat(descriptor, &status)) }
        return status
    }

    /// Leaves 2^62 bytes of headroom, so that no sum of an offset and a count in memory overflows.
    private func position(_ offset: UInt64, _ operation: FileOperation) throws(FileError) -> Int {
        guard offset < 1 << 62 else { throw .system(operation: operation, path: path, code: EFBIG) }
        return Int(offset)
    }
}
