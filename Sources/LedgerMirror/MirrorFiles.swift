package import DurableFiles
package import LogStorage

/// The files of a mirror, in a folder of its own.
package struct MirrorFiles: Sendable {
    /// Without a slash at its end.
    package let folder: String
    package let fileSystem: FileSystem

    package init(_ folder: String, fileSystem: FileSystem = FileSystem()) {
        self.folder = folder
        self.fileSystem = fileSystem
    }

    /// Checkpoint, tiles and bundles, which any static file server can publish.
    package var log: LogFolder { LogFolder(folder + "/log", files: fileSystem) }
    /// The rows of the world state.
    package var state: String { folder + "/state.sqlite" }
    /// Which tree is being approached, and how far that came: ``PendingTree``.
    var pending: String { folder + "/pending" }
    /// The head of the snapshot that the state began with, until the history below it has been executed.
    var snapshot: String { folder + "/snapshot" }
    /// Snapshots that this mirror makes for others: ``KeptSnapshots``.
    var snapshots: String { folder + "/snapshots" }
    /// The rows of a snapshot that is being taken over.
    var importedState: String { folder + "/import.sqlite" }
    /// The rows that the whole history makes, while that is executed.
    var historyState: String { folder + "/history.sqlite" }

    /// What is there once there is a state.
    var ofAState: [String] { [state, log.checkpointPath, pending] }

    /// Removes a database that nobody has open, with what SQLite keeps beside it.
    func removeDatabase(_ path: String) throws(FileError) {
        for suffix in ["", "-wal", "-shm", "-journal", ".lock"] where try fileSystem.exists(path + suffix) {
            try fileSystem.remove(path + suffix)
        }
    }

    /// All bytes of a small file; nil where there is none.
    func contents(of path: String, atMost bound: Int) throws(FileError) -> [UInt8]? {
        do { return try fileSystem.readAll(path, atMost: bound) } catch {
            if error.isMissing { return nil }
            throw error
        }
    }
}
