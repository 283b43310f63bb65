#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The machine's file system, through the few POSIX calls that durable files need.
///
/// Files are made with mode 0600 and folders with 0700; symbolic links are not followed at a path's last element.
/// Interrupted calls (`EINTR`) are repeated, every other failure is a ``FileError`` with the path and the errno.
///
/// All calls block. Durability is by `fsync`: of a file after its last write, of a folder after a name in it was made,
/// renamed or removed.
package struct FileSystem: Sendable {
    /// Asked before every call; an errno makes the call fail with it instead of happening.
    package typealias Fault = @Sendable (FileOperation, String) -> Int32?

    private let fault: Fault?
    /// The most that one call reads or writes.
    let bytesPerCall: Int

    /// Both parameters are for tests.
    ///
    /// - Parameters:
    ///   - fault: what goes wrong.
    ///   - bytesPerCall: the most bytes, at least 1, that one call moves, as where a disk is nearly full.
    package init(injecting fault: Fault? = nil, bytesPerCall: Int = .max) {
        self.fault = fault
        self.bytesPerCall = max(1, bytesPerCall)
    }

    /// Opens a regular file for reading.
    ///
    /// - Throws: ``FileError/notAFile(path:)`` for anything else that lies there.
    package func openForReading(_ path: String) throws(FileError) -> OpenFile {
        try open(path, O_RDONLY)
    }

    /// Opens a regular file for reading and writing at any offset.
    package func openForWriting(_ path: String) throws(FileError) -> OpenFile {
        try open(path, O_RDWR)
    }

    /// Makes an empty file, mode 0600, for reading and writing. Fails with `EEXIST` where anything lies there.
    package func create(_ path: String) throws(FileError) -> OpenFile {
        let descriptor = try attempt(.create, path) {
            systemOpen(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        }
        return OpenFile(descriptor: Int32(descriptor), path: path, fileSystem: self)
    }

    /// The size of a regular file in bytes, nil where nothing lies there.
    package func size(of path: String) throws(FileError) -> UInt64? {
        guard let status = try status(of: path) else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        return UInt64(clamping: status.st_size)
    }

    /// Whether anything lies there, of whatever kind.
    package func exists(_ path: String) throws(FileError) -> Bool { try status(of: path) != nil }

    /// Gives a file another name in the same file system, replacing what has that name, in one step.
    ///
    /// Durable once both folders are synchronized.
    package func rename(_ path: String, to target: String) throws(FileError) {
        _ = try attempt(.rename, path) { systemRename(path, target) }
    }

    /// Removes a file. Durable once its folder is synchronized.
    package func remove(_ path: String) throws(FileError) {
        _ = try attempt(.remove, path) { unsafe Int(unlink(path)) }
    }

    /// What `lstat` says, nil where nothing lies there.
    func status(of path: String) throws(FileError) -> stat? {
        var status = stat()
        do throws(FileError) {
            _ = try attempt(.inspect, path) { unsafe Int(lstat(path, &status)) }
        } catch {
            if error.isMissing { return nil }
            throw error
        }
        return status
    }

    private func open(_ path: String, _ flags: Int32) throws(FileError) -> OpenFile {
        // Without O_NONBLOCK a pipe put in the file's place would hold this call for ever.
        let descriptor = try attempt(.open, path) {
            systemOpen(path, flags | O_NOFOLLOW | O_NONBLOCK)
        }
        let file = OpenFile(descriptor: Int32(descriptor), path: path, fileSystem: self)
        guard try file.status().st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        return file
    }

    /// Runs one call until it is not interrupted.
    func attempt(
        _ operation: FileOperation, _ path: String, _ call: () -> Int
    ) throws(FileError) -> Int {
        if let code = fault?(operation, path) { throw .system(operation: operation, path: path, code: code) }
        while true {
            let result = call()
            guard result < 0 else { return result }
            let code = errno
            guard code == EINTR else { throw .system(operation: operation, path: path, code: code) }
        }
    }
}
