package import DurableFiles
package import ServiceProtocols

/// Where a download is kept while it is not whole, so that one that was interrupted goes on where it stopped.
///
/// What lies there is ciphertext, as anybody enrolled can fetch it. It is never believed: what is made of it must have the vault's
/// address, a SHA-256, and is forgotten where it has not.
package struct KeptDownload: Sendable {
    /// Of several downloads, each in a file of the name of its address.
    package let folder: String
    /// Records of less are fetched again instead: they are not worth a file.
    private let minimumBytes: UInt64
    private let files: FileSystem

    /// - Parameter folder: One that is there.
    package init(
        folder: String, minimumBytes: UInt64 = UInt64(RecordStoringLimits.maximumReadBytes),
        files: FileSystem = FileSystem()
    ) {
        self.folder = folder
        self.minimumBytes = minimumBytes
        self.files = files
    }

    private func path(_ stored: StoredRecord) -> String { "\(folder)/\(stored.address).part" }

    /// Replaces `bytes`, the beginning, by what is kept, where that is more.
    func resume(_ stored: StoredRecord, _ bytes: inout [UInt8]) throws(ClientError) {
        guard stored.size >= minimumBytes else { return }
        do throws(FileError) {
            let path = path(stored)
            guard let size = try files.size(of: path) else {
                let file = try files.create(path)
                try file.write(bytes, at: 0)
                return
            }
            let kept = size <= stored.size ? try files.readAll(path, atMost: Int(stored.size)) : []
            guard kept.count > bytes.count, kept.starts(with: bytes) else {
                let file = try files.openForWriting(path)
                try file.truncate(to: 0)
                try file.write(bytes, at: 0)
                return
            }
            bytes = kept
        } catch { throw .file(error) }
    }

    /// Keeps a part. Not synchronized: what a power cut loses is fetched again.
    func keep(_ part: [UInt8], at offset: UInt64, of stored: StoredRecord) throws(ClientError) {
        guard stored.size >= minimumBytes else { return }
        do throws(FileError) { try files.openForWriting(path(stored)).write(part, at: offset) } catch {
            throw .file(error)
        }
    }

    /// Removes what is kept of a download, where anything is.
    package func forget(_ stored: StoredRecord) throws(ClientError) {
        do throws(FileError) {
            guard try files.exists(path(stored)) else { return }
            try files.remove(path(stored))
        } catch { throw .file(error) }
    }
}
