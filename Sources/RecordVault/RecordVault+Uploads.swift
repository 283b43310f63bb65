import DurableFiles
import Persistence
package import ServiceProtocols
package import SharingContracts

extension RecordVault: RecordStoring {
    package func beginUpload(
        record: RecordID, address: ContentAddress, size: UInt64
    ) async throws(VaultError) -> UInt64 {
        let claim = UploadClaim(address: address, record: record, size: size)
        guard size <= limits.maximumRecordBytes else {
            throw .tooLarge(size: size, maximum: limits.maximumRecordBytes)
        }
        guard size >= SealedRecordCheck.shortest else { throw .notASealedRecord("\(size) bytes are too few for one") }
        while true {
            try demandOpen()
            let generation = storedGeneration
            if try await isStored(claim) { return size }
            if let taken = try await find(record), taken.address != address { throw .recordExists(record) }
            // Something was stored while the index was asked: ask again.
            guard generation == storedGeneration else { continue }
            if let have = try continueUpload(claim) { return have }
            // Or the vault was closed.
            try demandOpen()
            // The same address is being finished under other claims, which its bytes will now prove or not.
            guard let upload = uploads[address], case .finishing(let task) = upload.phase else {
                try start(claim)
                return 0
            }
            _ = await task.value
        }
    }

    package func append(
        _ bytes: [UInt8], at offset: UInt64, to address: ContentAddress
    ) async throws(VaultError) -> UInt64 {
        try demandOpen()
        guard bytes.count <= RecordStoringLimits.maximumReadBytes else {
            throw .tooLarge(size: UInt64(bytes.count), maximum: UInt64(RecordStoringLimits.maximumReadBytes))
        }
        guard var upload = uploads[address] else {
            // Another client has finished it meanwhile.
            if let claim = try await storedClaim(at: address) { throw .wrongOffset(have: claim.size, asked: offset) }
            throw .unknownUpload(address)
        }
        guard upload.isReceiving, offset == upload.have else { throw .wrongOffset(have: upload.have, asked: offset) }
        let count = UInt64(bytes.count)
        guard count <= upload.claim.size - upload.have else {
            throw .tooLarge(size: upload.have + count, maximum: upload.claim.size)
        }
        let before = upload.have
        // An upload of no more bytes may have left its staging file.
        if count > 0 { try write(bytes, to: upload) }
        upload.have += count
        upload.touchedAt = clock.now()
        uploads[address] = upload
        if before < SealedRecordCheck.headerByteCount, upload.have >= SealedRecordCheck.headerByteCount {
            try checkHeader(of: upload)
        }
        return upload.have
    }

    /// Gives up every upload that has rested longer than ``VaultLimits/uploadLifetimeMilliseconds``.
    ///
    /// Beginning an upload does this too. An upload that a restart found counts from the restart. One whose bytes cannot be
    /// removed now keeps its part of the quota and is tried again the next time.
    ///
    /// - Returns: The addresses given up, in order.
    @discardableResult
    package func removeAbandonedUploads() -> [ContentAddress] {
        guard !isClosed else { return [] }
        let now = clock.now()
        var removed: [ContentAddress] = []
        for upload in uploads.values
        where upload.isReceiving && now.milliseconds(since: upload.touchedAt) > limits.uploadLifetimeMilliseconds {
            do throws(VaultError) { try discard(upload) } catch { continue }
            removed.append(upload.claim.address)
        }
        return removed.sorted()
    }

    /// Removes an upload's bytes and forgets it.
    func discard(_ upload: Upload) throws(VaultError) {
        try stored { () throws(FileError) in try folder.remove(upload) }
        uploads[upload.claim.address] = nil
    }

    /// Demands that the header of an upload says what was announced; gives the upload up where it does not.
    func checkHeader(of upload: Upload) throws(VaultError) {
        do throws(VaultError) {
            try SealedRecordCheck.check(folder.path(of: upload), is: upload.claim, in: folder.fileSystem)
        } catch {
            if case .notASealedRecord = error { try discard(upload) }
            throw error
        }
    }

    func storedClaim(at address: ContentAddress) async throws(VaultError) -> UploadClaim? {
        try await indexed { index async throws(PersistenceError) in try await index.claim(at: address) }
    }

    /// Whether just this is stored.
    ///
    /// - Throws: ``VaultError/notASealedRecord(_:)`` where the address holds another record or size than announced.
    private func isStored(_ claim: UploadClaim) async throws(VaultError) -> Bool {
        guard let stored = try await storedClaim(at: claim.address) else { return false }
        guard stored == claim else {
            throw .notASealedRecord("\(claim.address) holds record \(stored.record) in \(stored.size) bytes")
        }
        return true
    }

    /// What an upload under way with the same claims has; nil where there is none.
    ///
    /// Claims about one address that differ cannot both be true, and nothing yet says which is: the older upload is given
    /// up, so that nobody can keep an address busy.
    private func continueUpload(_ claim: UploadClaim) throws(VaultError) -> UInt64? {
        guard let upload = uploads[claim.address] else { return nil }
        guard upload.claim == claim else {
            if upload.isReceiving { try discard(upload) }
            return nil
        }
        uploads[claim.address]?.touchedAt = clock.now()
        return upload.have
    }

    private func start(_ claim: UploadClaim) throws(VaultError) {
        removeAbandonedUploads()
        let available = availableBytes
        guard claim.size <= available else { throw .quotaExceeded(needed: claim.size, available: available) }
        guard uploads.count < limits.maximumUploads else { throw .quotaExceeded(needed: claim.size, available: 0) }
        try stored { () throws(FileError) in
            _ = try folder.fileSystem.create(folder.path(of: claim))
            try folder.fileSystem.synchronizeFolder(folder.uploads)
        }
        uploads[claim.address] = Upload(claim: claim, have: 0, touchedAt: clock.now())
    }

    private func write(_ bytes: [UInt8], to upload: Upload) throws(VaultError) {
        try stored { () throws(FileError) in
            let file = try folder.fileSystem.openForWriting(folder.path(of: upload.claim))
            do throws(FileError) {
                try file.write(bytes, at: upload.have)
            } catch {
                // What was written of them must not count after a restart. Where this fails too, the digest will tell.
                try? file.truncate(to: upload.have)
                throw error
            }
        }
    }
}
