import DurableFiles
import Octets
import SealedRecord
import ServiceProtocols

/// Where a vault keeps what.
///
/// ```
/// vault.sqlite                        the index
/// records/ab/cd/abcd…                 a stored record, named by its address: two levels of 256 folders
/// uploads/<address>-<record>-<size>   an upload under way: its claims are its name, what it has is its length
/// ```
///
/// Every name is made from bytes of fixed length in hexadecimal, so that no request can name another file.
struct VaultFolder: Sendable {
    let root: String
    let fileSystem: FileSystem

    var index: String { root + "/vault.sqlite" }
    var records: String { root + "/records" }
    var uploads: String { root + "/uploads" }

    /// Makes what is missing.
    func prepare() throws(FileError) {
        for folder in [root, records, uploads] { try fileSystem.makeFolder(folder) }
    }

    func path(of address: ContentAddress) -> String { folder(of: address) + "/" + address.hexadecimal }

    func path(of claim: UploadClaim) -> String { uploads + "/" + claim.name }

    /// Where the bytes of an upload are.
    func path(of upload: Upload) -> String {
        switch upload.place {
        case .staged: path(of: upload.claim)
        case .placed, .uncertain: path(of: upload.claim.address)
        }
    }

    private func folder(of address: ContentAddress) -> String {
        let digits = address.hexadecimal
        return "\(records)/\(digits.prefix(2))/\(digits.dropFirst(2).prefix(2))"
    }

    /// Makes the place for a record, durably.
    func makeFolder(for address: ContentAddress) throws(FileError) {
        let folder = folder(of: address)
        try fileSystem.makeFolder(FileSystem.folder(of: folder))
        try fileSystem.makeFolder(folder)
    }

    /// Makes the bytes of a whole upload durable and moves them to their place, which ``synchronizePlace(of:)`` makes
    /// durable.
    func place(_ claim: UploadClaim) throws(FileError) {
        let staged = path(of: claim)
        try fileSystem.openForWriting(staged).synchronize()
        try makeFolder(for: claim.address)
        try fileSystem.rename(staged, to: path(of: claim.address))
    }

    /// Makes what ``place(_:)`` renamed durable under its new name.
    func synchronizePlace(of claim: UploadClaim) throws(FileError) {
        try fileSystem.synchronizeFolder(folder(of: claim.address))
        try fileSystem.synchronizeFolder(uploads)
    }

    /// Undoes ``place(_:)``. Nothing rests on its durability: a file in either place is found at the next start.
    func takeBack(_ claim: UploadClaim) throws(FileError) {
        try fileSystem.rename(path(of: claim.address), to: path(of: claim))
    }

    /// Removes a stored file that was never acknowledged.
    func removeRecord(_ address: ContentAddress) throws(FileError) {
        try removeIfThere(path(of: address))
        try fileSystem.synchronizeFolder(folder(of: address))
    }

    /// Removes what an upload that is given up has left. What may have been acknowledged stays, for the next start.
    func remove(_ upload: Upload) throws(FileError) {
        switch upload.place {
        case .staged: try removeIfThere(path(of: upload))
        case .placed: try removeRecord(upload.claim.address)
        case .uncertain: break
        }
    }

    private func removeIfThere(_ path: String) throws(FileError) {
        do throws(FileError) {
            try fileSystem.remove(path)
        } catch {
            guard error.isMissing else { throw error }
        }
    }

    /// Calls `body` with the address of each file among the records, in order.
    ///
    /// - Throws: ``VaultFolderError/foreignFile(path:)`` for every other name.
    func forEachRecord(
        _ body: (ContentAddress, String) async throws(VaultFolderError) -> Void
    ) async throws(VaultFolderError) {
        for first in try names(in: records) {
            for second in try names(in: records + "/" + first) {
                let folder = records + "/" + first + "/" + second
                for name in try names(in: folder) {
                    let path = folder + "/" + name
                    guard let address = try? ContentAddress(hexadecimal: name), self.path(of: address) == path else {
                        throw .foreignFile(path: path)
                    }
                    try await body(address, path)
                }
            }
        }
    }

    private func names(in folder: String) throws(VaultFolderError) -> [String] {
        do throws(FileError) {
            return try fileSystem.names(in: folder)
        } catch {
            // A file where a folder must be is nothing of ours.
            if case .system(.list, let path, FileError.notAFolderCode) = error { throw .foreignFile(path: path) }
            throw .file(error)
        }
    }
}
