import DurableFiles
import Octets
import Persistence
import SealedRecord
import ServiceProtocols
import SharingContracts

/// Opens a vault's folder and settles what the last process left: reads the index against the files, the files against the
/// index, then the uploads.
struct VaultOpening: Sendable {
    let folder: VaultFolder
    let index: VaultIndex
    private(set) var storedBytes: UInt64 = 0
    private(set) var uploads: [ContentAddress: Upload] = [:]
    private(set) var recovery = VaultRecovery()

    init(_ path: String, now: Timestamp, fileSystem: FileSystem) async throws(VaultFolderError) {
        folder = VaultFolder(root: path, fileSystem: fileSystem)
        do throws(FileError) { try folder.prepare() } catch { throw .file(error) }
        // The index is locked as long as it is open: from here on the folder is ours alone.
        do throws(PersistenceError) { index = try VaultIndex(path: folder.index) } catch { throw .index(error) }
        do throws(VaultFolderError) {
            let known = try await measureIndexed()
            try await settleRecords(known, now: now)
            try settleUploads(known.union(recovery.adopted), now: now)
        } catch {
            index.close()
            throw error
        }
    }

    /// Demands the file of every row, in its length; one that lies whole in the upload folder goes to its place.
    private mutating func measureIndexed() async throws(VaultFolderError) -> Set<ContentAddress> {
        let claims: [UploadClaim]
        do throws(PersistenceError) { claims = try await index.claims() } catch { throw .index(error) }
        for claim in claims {
            let path = folder.path(of: claim.address)
            var found = try filed { () throws(FileError) in try folder.fileSystem.size(of: path) }
            if found == nil { found = try await restore(claim) }
            guard let size = found else { throw .missingRecord(claim.address, path: path) }
            guard size == claim.size else {
                throw .wrongLength(claim.address, path: path, expected: claim.size, actual: size)
            }
            storedBytes += size
        }
        return Set(claims.map(\.address))
    }

    /// Moves the bytes of a row from the upload folder to their place, where they are there and what the address says.
    ///
    /// - Returns: Their number, nil where they are not.
    private mutating func restore(_ claim: UploadClaim) async throws(VaultFolderError) -> UInt64? {
        let staged = folder.path(of: claim)
        let size = try filed { () throws(FileError) in try folder.fileSystem.size(of: staged) }
        guard size == claim.size else { return nil }
        let actual: ContentAddress
        do throws(FileError) {
            actual = try await FileDigest.address(of: staged, in: folder.fileSystem)
        } catch { throw .file(error) }
        guard actual == claim.address else { return nil }
        try filed { () throws(FileError) in
            try folder.place(claim)
            try folder.synchronizePlace(of: claim)
        }
        recovery.restored.append(claim.address)
        return size
    }

    /// Adopts files without a row: the last process ended after the rename and before the commit.
    private mutating func settleRecords(
        _ known: Set<ContentAddress>, now: Timestamp
    ) async throws(VaultFolderError) {
        var unknown: [(ContentAddress, String)] = []
        try await folder.forEachRecord { (address, path) throws(VaultFolderError) in
            if !known.contains(address) { unknown.append((address, path)) }
        }
        for (address, path) in unknown { try await adopt(address, path, now: now) }
    }

    private mutating func adopt(
        _ address: ContentAddress, _ path: String, now: Timestamp
    ) async throws(VaultFolderError) {
        let claim = try await wholeRecord(address, path)
        do throws(PersistenceError) {
            try await index.insert(claim, at: now)
            storedBytes += claim.size
            recovery.adopted.append(address)
        } catch {
            // Another record had the identifier before this one, whose uploader would have been told.
            guard case .constraint = error else { throw .index(error) }
            try filed { () throws(FileError) in try folder.removeRecord(address) }
            recovery.rejected.append(address)
        }
    }

    /// The claim that a file proves by its bytes.
    private func wholeRecord(
        _ address: ContentAddress, _ path: String
    ) async throws(VaultFolderError) -> UploadClaim {
        let actual: ContentAddress
        do throws(FileError) {
            actual = try await FileDigest.address(of: path, in: folder.fileSystem)
        } catch { throw .file(error) }
        guard actual == address else { throw .damagedRecord(path: path, reason: "its bytes have address \(actual)") }
        do throws(VaultError) {
            let header = try SealedRecordCheck.header(of: path, in: folder.fileSystem)
            let claim = UploadClaim(
                address: address, record: RecordID(header.recordID), size: header.layout.containerByteCount)
            try SealedRecordCheck.checkLength(of: path, is: claim, in: folder.fileSystem)
            return claim
        } catch { throw .damagedRecord(path: path, reason: "\(error)") }
    }

    /// Takes up uploads that can go on, and removes everything else in their folder: also what would be stored over a
    /// record that is there.
    private mutating func settleUploads(
        _ stored: Set<ContentAddress>, now: Timestamp
    ) throws(VaultFolderError) {
        let names = try filed { () throws(FileError) in try folder.fileSystem.names(in: folder.uploads) }
        for name in names {
            if let upload = try upload(name, now: now), uploads[upload.claim.address] == nil,
                !stored.contains(upload.claim.address)
            {
                uploads[upload.claim.address] = upload
                recovery.resumed.append(upload.claim.address)
            } else {
                try filed { () throws(FileError) in try folder.fileSystem.remove(folder.uploads + "/" + name) }
                recovery.removed.append(name)
            }
        }
    }

    /// The upload that a file is; nil where it is none.
    private func upload(_ name: String, now: Timestamp) throws(VaultFolderError) -> Upload? {
        guard let claim = UploadClaim(name: name) else { return nil }
        let path = folder.path(of: claim)
        let have: UInt64?
        do throws(FileError) { have = try folder.fileSystem.size(of: path) } catch .notAFile { return nil } catch {
            throw .file(error)
        }
        guard let have, have <= claim.size else { return nil }
        if have >= SealedRecordCheck.headerByteCount {
            do throws(VaultError) {
                try SealedRecordCheck.check(path, is: claim, in: folder.fileSystem)
            } catch {
                guard case .notASealedRecord = error else { throw .damagedRecord(path: path, reason: "\(error)") }
                return nil
            }
        }
        return Upload(claim: claim, have: have, touchedAt: now)
    }

    private func filed<Result>(_ body: () throws(FileError) -> Result) throws(VaultFolderError) -> Result {
        do throws(FileError) { return try body() } catch { throw .file(error) }
    }
}
