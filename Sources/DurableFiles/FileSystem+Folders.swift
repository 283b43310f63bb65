#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension FileSystem {
    /// Makes a folder, mode 0700, in an existing one, durably. A folder that is there already keeps its mode.
    ///
    /// - Throws: ``FileError/notAFolder(path:)`` where something else lies there.
    package func makeFolder(_ path: String) throws(FileError) {
        if let status = try status(of: path) {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder(path: path) }
        } else {
            _ = try attempt(.makeFolder, path) { unsafe Int(mkdir(path, 0o700)) }
        }
        // Also where it is there already: whoever made it may have died before this.
        try synchronizeFolder(Self.folder(of: path))
    }

    /// Removes an empty folder. Durable once the one around it is synchronized.
    package func removeFolder(_ path: String) throws(FileError) {
        _ = try attempt(.remove, path) { unsafe Int(rmdir(path)) }
    }

    /// Makes the names in a folder durable.
    package func synchronizeFolder(_ path: String) throws(FileError) {
        let descriptor = Int32(try attempt(.open, path) { systemOpen(path, O_RDONLY | O_DIRECTORY) })
        defer { close(descriptor) }
        _ = try attempt(.synchronize, path) { Int(fsync(descriptor)) }
    }

    /// The names in a folder, sorted by their bytes, without `.` and `..`.
    package func names(in path: String) throws(FileError) -> [String] {
        var stream: OpaquePointer?
        _ = try attempt(.list, path) {
            unsafe stream = opendir(path)
            return unsafe stream == nil ? -1 : 0
        }
        guard let stream = unsafe stream else { throw .notAFolder(path: path) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        // The end of the folder and a failure look alike but for errno.
        guard errno == 0 else { throw .system(operation: .list, path: path, code: errno) }
        return names.sorted()
    }

    /// The folder part of a path: `.` for a bare name.
    package static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last element of a path.
    package static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }
}
