#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#elseif canImport(Darwin)
    private import Darwin
#endif

/// The few system calls that ``FileSource`` and ``FileSink`` need, with errors that name call and path.
enum SystemFile {
    static func failure(_ operation: String, _ path: String) -> ByteStoreError {
        .system(operation: operation, path: path, errno: errno)
    }

    /// Repeats `call` while a signal interrupts it.
    static func uninterrupted(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    /// The directory part of a path, `.` where it has none.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a directory's entries durable.
    static func synchronizeDirectory(_ path: String) throws(ByteStoreError) {
        let descriptor = Int32(uninterrupted { unsafe Int(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) })
        guard descriptor >= 0 else { throw failure("open", path) }
        let result = uninterrupted { Int(fsync(descriptor)) }
        let saved = errno
        _ = close(descriptor)
        guard result == 0 else { throw .system(operation: "fsync", path: path, errno: saved) }
    }
}
