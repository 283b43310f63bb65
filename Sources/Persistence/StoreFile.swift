internal import Dispatch
internal import Foundation
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The file beneath a store: created for its owner only, and locked for as long as the store lives.
///
/// The lock is a file of its own. Closing any descriptor of the database file would drop SQLite's own locks on it.
final class StoreFile: Sendable {
    let path: String
    /// Nil once released.
    private let lock: Mutex<Int32?>
    /// The files of this process whose connections are being closed, by path.
    private static let departing = Mutex<[String: DispatchGroup]>([:])

    /// - Throws: ``PersistenceError/cannotOpen(path:reason:)``, ``PersistenceError/inUse(path:)``.
    init(path: String) throws(PersistenceError) {
        self.path = path
        StoreFile.departing.withLock { $0[path] }?.wait()
        let lock = try StoreFile.descriptor(path + ".lock", owner: path)
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(lock)
            throw code == EWOULDBLOCK
                ? .inUse(path: path) : .cannotOpen(path: path, reason: StoreFile.message(code))
        }
        // Nobody has the database open now, so a descriptor of it may be closed again.
        do throws(PersistenceError) {
            let file = try StoreFile.descriptor(path, owner: path)
            close(file)
            try StoreFile.syncDirectory(of: path)
        } catch {
            close(lock)
            throw error
        }
        self.lock = Mutex(lock)
    }

    deinit { release() }

    /// Lets others open the file. The last connection must be gone.
    func release() {
        lock.withLock { lock in
            // Unlocked in so many words: a child process between fork and exec has a copy of the descriptor, and closing ours
            // alone would leave the lock to it.
            if let lock {
                flock(lock, LOCK_UN)
                close(lock)
            }
            lock = nil
        }
    }

    /// Lets others open the file once `close`, called on another thread, has closed the connections. This process waits for it
    /// where it opens the file again.
    func release(after close: @escaping @Sendable () -> Void) {
        let gone = DispatchGroup()
        gone.enter()
        StoreFile.departing.withLock { $0[path] = gone }
        DispatchQueue.global().async {
            close()
            self.release()
            StoreFile.departing.withLock { $0[self.path] = nil }
            gone.leave()
        }
    }

    /// Opens or creates a file for its owner alone; group and others lose what access they had.
    private static func descriptor(_ path: String, owner: String) throws(PersistenceError) -> Int32 {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .cannotOpen(path: owner, reason: message(errno)) }
        guard fchmod(file, 0o600) == 0 else {
            let code = errno
            close(file)
            throw .cannotOpen(path: owner, reason: message(code))
        }
        return file
    }

    /// Makes the file's name durable.
    private static func syncDirectory(of path: String) throws(PersistenceError) {
        let directory = unsafe open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else { throw .cannotOpen(path: path, reason: message(errno)) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw .cannotOpen(path: path, reason: message(errno)) }
    }

    private static func message(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
