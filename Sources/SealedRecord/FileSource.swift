#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#elseif canImport(Darwin)
    private import Darwin
#endif

/// A regular file, read by `pread`; its length is what it was when it was opened.
package final class FileSource: ByteSource {
    private let path: String
    private let descriptor: Int32

    package let byteCount: UInt64

    /// Opens the file; a symbolic link at the end of `path` is not followed.
    ///
    /// - Throws: ``ByteStoreError/system(operation:path:errno:)``, ``ByteStoreError/notARegularFile(path:)``.
    package init(path: String) throws(ByteStoreError) {
        self.path = path
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let descriptor = Int32(SystemFile.uninterrupted { unsafe Int(open(path, flags)) })
        guard descriptor >= 0 else { throw SystemFile.failure("open", path) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let error = SystemFile.failure("fstat", path)
            _ = close(descriptor)
            throw error
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            _ = close(descriptor)
            throw .notARegularFile(path: path)
        }
        byteCount = UInt64(status.st_size)
        self.descriptor = descriptor
    }

    deinit { _ = close(descriptor) }

    package func read(_ count: Int, at offset: UInt64, into output: inout OutputSpan<UInt8>) throws(ByteStoreError) {
        let available = offset < byteCount ? byteCount - offset : 0
        guard count >= 0, UInt64(count) <= available else {
            throw .endOfSource(offset: offset, needed: count, available: available)
        }
        guard count <= output.freeCapacity else {
            throw .wrongAmount(expected: output.freeCapacity, actual: count)
        }
        try unsafe output.withUnsafeMutableBufferPointer { (memory, initialized) throws(ByteStoreError) in
            var done = 0
            while done < count {
                let target = unsafe UnsafeMutableRawBufferPointer(
                    UnsafeMutableBufferPointer(rebasing: memory[initialized..<initialized + count - done]))
                let position = off_t(offset) + off_t(done)
                let result = SystemFile.uninterrupted {
                    unsafe pread(descriptor, target.baseAddress, target.count, position)
                }
                guard result >= 0 else { throw SystemFile.failure("pread", path) }
                // The file has become shorter since it was opened.
                guard result > 0 else {
                    throw .endOfSource(offset: offset, needed: count, available: UInt64(done))
                }
                done += result
                initialized += result
            }
        }
    }
}
