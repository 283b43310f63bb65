import DurableFiles
import Persistence
package import ServiceProtocols

extension RecordVault {
    package func finishUpload(_ address: ContentAddress) async throws(VaultError) {
        guard let upload = uploads[address] else {
            guard try await storedClaim(at: address) != nil else { throw .unknownUpload(address) }
            return
        }
        let task: Task<Result<Void, VaultError>, Never>
        switch upload.phase {
        case .finishing(let running): task = running
        case .receiving:
            guard upload.have == upload.claim.size else {
                throw .incomplete(have: upload.have, size: upload.claim.size)
            }
            // A task of its own: done or failed, also where the caller is cancelled.
            task = Task { await self.complete(upload) }
            uploads[address]?.phase = .finishing(task)
        }
        try await task.value.get()
    }

    private func complete(_ upload: Upload) async -> Result<Void, VaultError> {
        do throws(VaultError) {
            try await verify(upload)
            try await commit(upload.claim)
            return .success(())
        } catch {
            // Unless it was given up, the upload is whole still and can be finished again.
            uploads[upload.claim.address]?.phase = .receiving
            return .failure(error)
        }
    }

    /// Reads everything back and holds it against the address and the header.
    private func verify(_ upload: Upload) async throws(VaultError) {
        let claim = upload.claim
        let actual: ContentAddress
        do throws(FileError) {
            actual = try await FileDigest.address(of: folder.path(of: claim), in: folder.fileSystem)
        } catch { throw .storage("\(error)") }
        guard actual == claim.address else {
            try discard(claim)
            throw .digestMismatch(expected: claim.address, actual: actual)
        }
        try checkHeader(of: upload)
    }

    /// First the file, then the row: a row without its file would be a broken promise, a file without a row is adopted
    /// at the next start.
    private func commit(_ claim: UploadClaim) async throws(VaultError) {
        try stored { () throws(FileError) in try folder.store(claim) }
        do throws(PersistenceError) {
            try await index.insert(claim, at: clock.now())
        } catch {
            guard case .constraint = error else {
                try stored { () throws(FileError) in try folder.unstore(claim) }
                throw .storage("\(error)")
            }
            uploads[claim.address] = nil
            try stored { () throws(FileError) in try folder.removeRecord(claim.address) }
            throw .recordExists(claim.record)
        }
        uploads[claim.address] = nil
        storedBytes += claim.size
        storedGeneration += 1
    }
}
