import Octets
import SealedRecord
package import ServiceProtocols
package import SharingContracts
import Umbral

/// A hospital's or a cart's errand: seal a recording to a folder, store it, and log that.
package struct Depositor: Sendable {
    private let identity: IdentityID
    private let signer: TransactionSigner
    private let session: LedgerSession
    private let services: ServiceDirectory

    package init(
        identity: IdentityID, signer: TransactionSigner, session: LedgerSession, services: ServiceDirectory
    ) {
        self.identity = identity
        self.signer = signer
        self.session = session
        self.services = services
    }

    /// What came of a deposit.
    package struct Deposit: Sendable {
        package let record: RecordID
        package let address: ContentAddress
        /// Bytes of the sealed record.
        package let size: UInt64
        package let receipt: Receipt
    }

    /// Seals `files` to the folder's key, stores the sealed record, and logs `RecordDeposited`.
    ///
    /// The depositor keeps no key: after this it cannot open the record.
    ///
    /// - Parameter progress: Called with bytes stored and bytes in all.
    package func deposit(
        _ files: WFDBFiles, kind: RecordKind, in folder: FolderID,
        progress: @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws(ClientError) -> Deposit {
        let key = try await session.read { (state) throws(ClientError) in
            guard let found = state.folder(folder), !found.isErased else { throw .unknown("open folder \(folder)") }
            return found.delegatingKey
        }
        let sealed: SealedRecord.Sealed
        do {
            let (capsule, seed) = try Capsule.encapsulate(to: key)
            sealed = try SealedRecord.seal(
                files.files.map(\.bytes), folderPublicKey: key.compressed, capsule: capsule.simple, seed: seed.octets,
                metadata: RecordMetadata(files))
        } catch { throw ClientError(error) }
        let record = RecordID(sealed.header.recordID)
        let size = UInt64(sealed.container.count)
        guard let sizeClass = SizeClass(containerByteCount: size) else {
            throw .other("a sealed record of \(size) bytes is beyond every size class")
        }
        try await store(sealed, record, size, progress)
        let (_, receipt) = try await session.submit(
            .recordDeposited(
                RecordDeposited(
                    record: record, folder: folder, depositor: identity,
                    ciphertextCommitment: sealed.commitment.digest,
                    capsuleDigest: LedgerDigest.capsule(sealed.header.capsule.bytes, of: record),
                    sizeClass: UInt32(sizeClass.exponent), kind: kind)), by: signer)
        return Deposit(record: record, address: sealed.digest, size: size, receipt: receipt)
    }

    /// Uploads from wherever an earlier attempt stopped.
    private func store(
        _ sealed: SealedRecord.Sealed, _ record: RecordID, _ size: UInt64, _ progress: (UInt64, UInt64) -> Void
    ) async throws(ClientError) {
        do {
            let vault = services.vault
            var stored = try await vault.beginUpload(record: record, address: sealed.digest, size: size)
            while stored < size {
                let end = min(size, stored + UInt64(RecordStoringLimits.maximumReadBytes))
                stored = try await vault.append(
                    Array(sealed.container[Int(stored)..<Int(end)]), at: stored, to: sealed.digest)
                progress(stored, size)
            }
            try await vault.finishUpload(sealed.digest)
        } catch { throw ClientError(error) }
    }
}
