import Crypto
import Octets
package import SealedRecord
import ServiceProtocols
package import SharingContracts
package import Umbral

/// A sealed record as it came from a vault, checked against what the ledger says of it as far as that goes without a key.
package struct SealedRecordDownload: Sendable {
    /// What a client holds in memory at once: above the longest recordings it can draw.
    package static let maximumBytes: UInt64 = 1 << 30

    package let header: SealedRecordHeader
    package let capsule: Capsule
    private let container: [UInt8]
    private let digest: FixedOctets<32>
    private let deposit: RecordDeposited

    /// Finds and fetches a record.
    ///
    /// - Parameter progress: Called with bytes fetched and bytes in all.
    /// - Throws: ``ClientError/recordMismatch(_:_:)`` where the vault serves something else than was deposited.
    package init(
        _ record: Record, folderKey: PublicKey, from directory: ServiceDirectory,
        progress: @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws(ClientError) {
        let id = record.id
        let vault = directory.vault
        var container: [UInt8] = []
        do {
            guard let stored = try await vault.find(id) else { throw ClientError.unknown("record \(id) in the vault") }
            guard stored.size <= Self.maximumBytes else {
                throw ClientError.recordMismatch(id, "\(stored.size) bytes are more than this client can hold")
            }
            while UInt64(container.count) < stored.size {
                let offset = UInt64(container.count)
                let count = Int(min(stored.size - offset, UInt64(RecordStoringLimits.maximumReadBytes)))
                let part = try await vault.read(stored.address, offset: offset, count: count)
                guard part.count == count else { throw ClientError.recordMismatch(id, "the vault served a short read") }
                container += part
                progress(UInt64(container.count), stored.size)
            }
        } catch { throw ClientError(error) }

        do { header = try SealedRecordReader.header(of: MemorySource(container)) } catch { throw .record(error) }
        guard header.recordID == id.octets else { throw .recordMismatch(id, "its header names another record") }
        guard header.folderPublicKey == folderKey.compressed else {
            throw .recordMismatch(id, "it is sealed to another key than its folder's")
        }
        guard LedgerDigest.capsule(header.capsule.bytes) == record.capsuleDigest else {
            throw .recordMismatch(id, "its capsule is not the deposited one")
        }
        do { capsule = try Capsule(simple: header.capsule.bytes) } catch { throw .umbral(error) }
        digest = RecordDigest.of(container)
        self.container = container
        deposit = record.deposit
    }

    /// Opens the record, and checks the whole of it: every segment, and the ledger's commitment to the ciphertext.
    package func open(with seed: CapsuleSeed) throws(ClientError) -> WFDBFiles {
        let reader: SealedRecordReader<MemorySource>
        var files: [String: [UInt8]] = [:]
        do {
            reader = try SealedRecordReader(MemorySource(container), seed: seed.octets)
            try reader.verify()
        } catch { throw .record(error) }
        let commitment = CiphertextCommitment(
            containerDigest: digest, containerByteCount: UInt64(container.count), blinding: reader.ledgerBlinding)
        guard commitment.digest == deposit.ciphertextCommitment else {
            throw .recordMismatch(deposit.record, "the ciphertext is not the deposited one")
        }
        guard reader.metadata.payloadFormat == "wfdb", let header = reader.metadata.files.first?.name else {
            throw .recordMismatch(deposit.record, "its payload \(reader.metadata.payloadFormat) is not known here")
        }
        do {
            for file in reader.metadata.files { files[file.name] = try reader.read(file: file.name) }
        } catch { throw .record(error) }
        do { return try WFDBFiles(headerFile: header, available: files) } catch { throw .wfdb(error) }
    }
}
