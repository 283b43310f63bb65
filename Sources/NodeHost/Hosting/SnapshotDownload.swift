package import DurableFiles
package import ServiceProtocols

/// Fetches another mirror's newest snapshot into a file, and goes on where an earlier fetch stopped.
package struct SnapshotDownload: Sendable {
    private let source: any SnapshotServing
    /// Where the file goes, in parts named after the snapshot's size.
    private let folder: String
    private let files: FileSystem

    /// - Parameter folder: Made where it is missing. What is in it is this download's alone.
    package init(from source: any SnapshotServing, into folder: String, files: FileSystem = FileSystem()) {
        self.source = source
        self.folder = folder
        self.files = files
    }

    /// Fetches all of it. Nothing is verified: whoever takes it over does that.
    ///
    /// - Returns: The file; nil where the source has no snapshot.
    /// - Throws: `LedgerError` of the source, ``SnapshotDownloadError``, `FileError`.
    package func run() async throws -> String? {
        guard let offered = try await source.newestSnapshot() else { return nil }
        try files.makeFolder(folder)
        let name = "\(offered.size)-\(offered.byteCount)"
        for other in try files.names(in: folder) where other != name { try files.remove(folder + "/" + other) }
        let path = folder + "/" + name
        let file = try files.exists(path) ? files.openForWriting(path) : files.create(path)
        var offset = try file.size()
        if offset > offered.byteCount {
            try file.truncate(to: 0)
            offset = 0
        }
        while offset < offered.byteCount {
            let count = Int(min(offered.byteCount - offset, UInt64(SnapshotLimits.readBytes)))
            guard let bytes = try await source.snapshotBytes(ofSize: offered.size, at: offset, count: count) else {
                throw SnapshotDownloadError.withdrawn(size: offered.size)
            }
            guard !bytes.isEmpty, bytes.count <= count else {
                throw SnapshotDownloadError.wrongLength(offset: offset, expected: count, actual: bytes.count)
            }
            try file.write(bytes, at: offset)
            offset += UInt64(bytes.count)
        }
        try file.synchronize()
        return path
    }

    /// Removes what was fetched.
    package func remove() throws(FileError) {
        guard try files.exists(folder) else { return }
        for name in try files.names(in: folder) { try files.remove(folder + "/" + name) }
        try files.removeFolder(folder)
    }
}

/// Why a snapshot could not be fetched.
package enum SnapshotDownloadError: Error, Hashable, Sendable {
    /// The source has a newer one by now: begin again.
    case withdrawn(size: UInt64)
    case wrongLength(offset: UInt64, expected: Int, actual: Int)
}

extension SnapshotDownloadError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .withdrawn(let size): "the snapshot of \(size) leaves is not offered any more: begin again"
        case .wrongLength(let offset, let expected, let actual):
            "\(actual) bytes of the snapshot came at \(offset), and \(expected) were asked for"
        }
    }
}
