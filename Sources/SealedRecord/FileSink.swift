#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#elseif canImport(Darwin)
    private import Darwin
#endif

/// A new file that appears under its name only when it is complete and durable.
///
/// Bytes go to a hidden file beside it; ``finish()`` syncs that, gives it its name, and syncs the directory. Nothing that
/// exists is ever overwritten. A sink that goes without ``finish()`` leaves nothing.
package final class FileSink: ByteSink {
    /// Asked before a call; an errno makes the call fail with it instead of happening.
    package typealias Fault = (_ operation: String, _ path: String) -> Int32?

    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private let fault: Fault?
    private var isOpen = true

    /// Creates the hidden file, readable by its owner only.
    ///
    /// - Parameter fault: for tests: what goes wrong when the file is written and finished.
    /// - Throws: ``ByteStoreError/exists(path:)``, ``ByteStoreError/system(operation:path:errno:)``.
    package init(path: String, injecting fault: Fault? = nil) throws(ByteStoreError) {
        self.path = path
        self.fault = fault
        let directory = SystemFile.directory(of: path)
        temporary = "\(directory)/.sealing-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        var status = stat()
        guard unsafe lstat(path, &status) != 0 else { throw .exists(path: path) }
        guard errno == ENOENT else { throw SystemFile.failure("lstat", path) }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let name = temporary
        descriptor = Int32(SystemFile.uninterrupted { unsafe Int(open(name, flags, 0o600)) })
        guard descriptor >= 0 else { throw SystemFile.failure("open", name) }
    }

    deinit {
        guard descriptor >= 0, isOpen else { return }
        _ = close(descriptor)
        _ = unsafe unlink(temporary)
    }

    package func write(_ bytes: Span<UInt8>) throws(ByteStoreError) {
        guard isOpen else { throw .finished }
        try unsafe bytes.withUnsafeBufferPointer { (memory) throws(ByteStoreError) in
            var done = 0
            while done < memory.count {
                let rest = unsafe UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: memory[done...]))
                try attempt("write", temporary)
                let result = SystemFile.uninterrupted {
                    #if canImport(Glibc)
                        unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
                    #elseif canImport(Musl)
                        unsafe Musl.write(descriptor, rest.baseAddress, rest.count)
                    #elseif canImport(Darwin)
                        unsafe Darwin.write(descriptor, rest.baseAddress, rest.count)
                    #endif
                }
                guard result >= 0 else { throw SystemFile.failure("write", temporary) }
                done += result
            }
        }
    }

    /// Makes the file durable, then gives it its name.
    ///
    /// - Throws: ``ByteStoreError/exists(path:)`` where the name has been taken meanwhile, ``ByteStoreError/system(operation:path:errno:)``,
    ///   ``ByteStoreError/finished``.
    package func finish() throws(ByteStoreError) {
        guard isOpen else { throw .finished }
        try attempt("fsync", temporary)
        guard SystemFile.uninterrupted({ Int(fsync(descriptor)) }) == 0 else {
            throw SystemFile.failure("fsync", temporary)
        }
        try attempt("link", path)
        // Unlike a rename, a link never replaces what has the name.
        guard unsafe link(temporary, path) == 0 else {
            throw errno == EEXIST ? .exists(path: path) : SystemFile.failure("link", path)
        }
        try attempt("unlink", temporary)
        guard unsafe unlink(temporary) == 0 else { throw SystemFile.failure("unlink", temporary) }
        isOpen = false
        guard close(descriptor) == 0 else { throw SystemFile.failure("close", path) }
        let directory = SystemFile.directory(of: path)
        try attempt("fsync", directory)
        try SystemFile.synchronizeDirectory(directory)
    }

    private func attempt(_ operation: String, _ path: String) throws(ByteStoreError) {
        if let code = fault?(operation, path) { throw .system(operation: operation, path: path, errno: code) }
    }
}
