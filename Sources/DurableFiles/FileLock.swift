#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An exclusive advisory lock (`flock`) on a file made for it, held until the last reference goes.
///
/// It excludes other processes and other holders in this one. The kernel gives it back when the process dies, however it
/// dies; the file stays.
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock without waiting.
    ///
    /// - Throws: ``FileError/locked(path:)`` where somebody holds it.
    package init(_ path: String, in fileSystem: FileSystem = FileSystem()) throws(FileError) {
        let descriptor = Int32(
            try fileSystem.attempt(.lock, path) {
                systemOpen(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
            })
        do throws(FileError) {
            _ = try fileSystem.attempt(.lock, path) { Int(flock(descriptor, LOCK_EX | LOCK_NB)) }
        } catch {
            close(descriptor)
            if case .system(_, _, EWOULDBLOCK) = error { throw .locked(path: path) }
            throw error
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
