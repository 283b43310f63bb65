import DurableFiles
package import Octets
import SealedRecord
package import ServiceProtocols
package import SharingContracts
import Umbral

/// A hospital's or a cart's errand: seal a recording to a folder, store it, and log that.
///
/// The sealed record and the signed transaction are in the spool before anybody is told of them. What was interrupted goes on
/// with ``resume(progress:)``.
package struct Depositor: Sendable {
    private let identity: IdentityID
    private let signer: TransactionSigner
    private let session: LedgerSession
    private let services: ServiceDirectory
    private let spool: DepositSpool

    package init(
        identity: IdentityID, signer: TransactionSigner, session: LedgerSession, services: ServiceDirectory,
        spool: DepositSpool
    ) {
        self.identity = identity
        self.signer = signer
        self.session = session
        self.services = services
        self.spool = spool
    }

    /// What came of a deposit.
    package struct Deposit: Sendable {
        /// What names it in the spool.
        package let key: FixedOctets<16>
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
    /// - Parameters:
    ///   - key: What names it in the spool: where a deposit of this key waits there, that one goes on. Random where it is nil.
    ///   - progress: Called with bytes stored and bytes in all.
    ///   - settle: Called when the ledger has it, before the spool forgets it: what must not happen twice is done here, for after
    ///     an interruption it is called again.
    /// - Throws: ``ClientError/tooLarge(bytes:bound:)`` for a recording that no client could open.
    package func deposit(
        _ files: WFDBFiles, kind: RecordKind, in folder: FolderID, key: FixedOctets<16>? = nil,
        progress: @Sendable (UInt64, UInt64) -> Void = { _, _ in },
        settle: @Sendable (Deposit) throws -> Void = { _ in }
    ) async throws(ClientError) -> Deposit {
        if let key, let waiting = try spool.waiting().first(where: { $0.name == "\(key)" }) {
            return try await complete(waiting, progress, settle)
        }
        let folderKey = try await session.openFolder(folder).delegatingKey
        let item: DepositSpool.Item
        do {
            item = try seal(files, kind, to: folderKey, in: folder, named: key.map { "\($0)" } ?? spool.newName())
            try spool.keep(item)
        } catch { throw ClientError(error) }
        return try await complete(item, progress, settle)
    }

    /// The keys of the deposits that wait in the spool.
    package func waiting() throws(ClientError) -> [FixedOctets<16>] {
        try spool.waiting().map { item throws(ClientError) in try Self.key(item, spool) }
    }

    /// Goes on with one deposit that was interrupted; nil where none of this key waits.
    ///
    /// Parameters and errors are as of ``deposit(_:kind:in:key:progress:settle:)``.
    package func resume(
        _ key: FixedOctets<16>, progress: @Sendable (UInt64, UInt64) -> Void = { _, _ in },
        settle: @Sendable (Deposit) throws -> Void = { _ in }
    ) async throws(ClientError) -> Deposit? {
        guard let item = try spool.waiting().first(where: { $0.name == "\(key)" }) else { return nil }
        return try await complete(item, progress, settle)
    }

    private static func key(_ item: DepositSpool.Item, _ spool: DepositSpool) throws(ClientError) -> FixedOctets<16> {
        do { return try FixedOctets(hexadecimal: item.name) } catch {
            throw .spool(path: spool.folder + "/" + item.name, "its name is not 32 hexadecimal digits")
        }
    }

    /// Goes on with every deposit that was interrupted, oldest name first.
    ///
    /// - Returns: What came of each. Those that cannot go on now stay where they are, and do not keep the others back.
    package func resume(
        progress: @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws(ClientError) -> [Result<Deposit, ClientError>] {
        var outcomes: [Result<Deposit, ClientError>] = []
        for item in try spool.waiting() {
            do throws(ClientError) {
                outcomes.append(.success(try await complete(item, progress) { _ in }))
            } catch {
                outcomes.append(.failure(error))
            }
        }
        return outcomes
    }

    /// Seals into the spool's file while hashing, and signs what the ledger is to be told.
    private func seal(
        _ files: WFDBFiles, _ kind: RecordKind, to key: PublicKey, in folder: FolderID, named name: String
    ) throws -> DepositSpool.Item {
        let (capsule, seed) = try Capsule.encapsulate(to: key)
        let file = try FileSink(path: spool.path(ofSealed: name))
        let sink = DigestingSink(file)
        let writer = try SealedRecordWriter(
            to: sink, folderPublicKey: key.compressed, capsule: capsule.simple, seed: seed.octets,
            metadata: RecordMetadata(files))
        let size = writer.header.layout.containerByteCount
        guard size <= SealedRecordDownload.maximumBytes, let sizeClass = SizeClass(containerByteCount: size) else {
            throw ClientError.tooLarge(bytes: size, bound: SealedRecordDownload.maximumBytes)
        }
        for content in files.files { try writer.write(content.bytes) }
        try writer.finish()
        try file.finish()
        let commitment = CiphertextCommitment(
            containerDigest: sink.digest, containerByteCount: sink.byteCount, blinding: writer.ledgerBlinding)
        let transaction = try signer.signed(
            .recordDeposited(
                RecordDeposited(
                    record: RecordID(writer.header.recordID), folder: folder, depositor: identity,
                    ciphertextCommitment: commitment.digest,
                    capsuleDigest: LedgerDigest.capsule(writer.header.capsule.bytes),
                    sizeClass: UInt32(sizeClass.exponent), kind: kind)))
        return DepositSpool.Item(name: name, address: sink.digest, size: size, transaction: transaction)
    }

    /// Stores and logs a deposit of the spool, from wherever an earlier attempt stopped.
    private func complete(
        _ item: DepositSpool.Item, _ progress: (UInt64, UInt64) -> Void, _ settle: (Deposit) throws -> Void
    ) async throws(ClientError) -> Deposit {
        guard case .recordDeposited(let deposited) = item.transaction.transaction.body else {
            throw .spool(path: spool.folder, "\(item.name) holds \(item.transaction.transaction.body.name)")
        }
        try await store(item, as: deposited.record, progress)
        let receipt: Receipt
        do throws(ClientError) { receipt = try await session.submit(item.transaction) } catch {
            // Refused for good: nobody will ever be told of this record.
            if case .ledger(.refused) = error { try remove(item) }
            throw error
        }
        let deposit = Deposit(
            key: try Self.key(item, spool), record: deposited.record, address: item.address, size: item.size,
            receipt: receipt)
        do { try settle(deposit) } catch { throw ClientError(error) }
        try remove(item)
        return deposit
    }

    private func remove(_ item: DepositSpool.Item) throws(ClientError) {
        do { try spool.remove(item) } catch { throw ClientError(error) }
    }

    private func store(
        _ item: DepositSpool.Item, as record: RecordID, _ progress: (UInt64, UInt64) -> Void
    ) async throws(ClientError) {
        do {
            let vault = services.vault
            if try await vault.find(record)?.address == item.address { return progress(item.size, item.size) }
            var stored = try await vault.beginUpload(record: record, address: item.address, size: item.size)
            while stored < item.size {
                let count = Int(min(item.size - stored, UInt64(RecordStoringLimits.maximumReadBytes)))
                stored = try await vault.append(
                    try spool.read(item, at: stored, count: count), at: stored, to: item.address)
                progress(stored, item.size)
            }
            try await vault.finishUpload(item.address)
        } catch { throw ClientError(error) }
    }
}
