import DurableFiles
import Persistence
package import ServiceProtocols

extension RecordVault {
    package func finishUpload(_ address: ContentAddress) async throws(VaultError) {
        try demandOpen()
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
            try await commit(upload)
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
            actual = try await FileDigest.address(of: folder.path(of: upload), in: folder.fileSystem)
        } catch { throw .storage("\(error)") }
        guard actual == claim.address else {
            try discard(upload)
            throw .digestMismatch(expected: claim.address, actual: actual)
        }
        try checkHeader(of: upload)
    }

    /// First the file, then the row: a row without its file would be a broken promise, a file without a row is adopted
    /// at the next start.
    private func commit(_ upload: Upload) async throws(VaultError) {
        let claim = upload.claim
        if upload.place == .staged {
            try stored { () throws(FileError) in try folder.place(claim) }
            uploads[claim.address]?.place = .placed
        }
        try stored { () throws(FileError) in try folder.synchronizePlace(of: claim) }
        do throws(PersistenceError) {
            try await index.insert(claim, at: clock.now())
        } catch {
            try await settle(claim, after: error)
        }
        uploads[claim.address] = nil
        storedBytes += claim.size
        storedGeneration += 1
    }

    /// After the index has refused a row: returns where just this row is there already, as after an earlier commit whose
    /// outcome nobody knew, and throws otherwise.
    ///
    /// A file that may belong to a row is never moved or removed: the next start reads the index and knows.
    private func settle(_ claim: UploadClaim, after error: PersistenceError) async throws(VaultError) {
        let reason = VaultError.storage("\(error)")
        switch error {
        case .constraint:
            let row: UploadClaim?
            do throws(PersistenceError) {
                row = try await index.claim(at: claim.address)
            } catch {
                uploads[claim.address]?.place = .uncertain
                throw reason
            }
            guard row != claim else { return }
            uploads[claim.address] = nil
            if row == nil {
                try stored { () throws(FileError) in try folder.removeRecord(claim.address) }
            }
            throw .recordExists(claim.record)
        case .integerOutOfRange, .closed:
            // Nothing was written. Where the file cannot go back it is known to be where it is.
            if uploads[claim.address]?.place == .placed {
                try stored { () throws(FileError) in try folder.takeBack(claim) }
                uploads[claim.address]?.place = .staged
            }
            throw reason
        default:
            uploads[claim.address]?.place = .uncertain
            throw reason
        }
    }
}
