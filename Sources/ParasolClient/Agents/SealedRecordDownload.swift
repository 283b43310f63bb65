package import Electrocardiogram
import Octets
package import SealedRecord
package import ServiceProtocols
package import SharingContracts
package import Umbral

/// A sealed record in a vault of which the beginning was fetched, and checked against what the ledger says as far as that goes
/// without a key: header and capsule.
///
/// From here two ways lead on: all of it (``container(keeping:progress:)``), whose digest the ledger's commitment binds, and a stretch
/// of time (``stretch(with:frames:)``), which fetches the segments that hold it and nothing else.
package struct SealedRecordDownload: Sendable {
    /// What a client holds in memory at once: above the longest recordings it can draw.
    package static let maximumBytes: UInt64 = 1 << 30

    /// What is fetched at first: a header, a metadata section as nearly all records have it, and two segments of the usual size. That is
    /// all of a resting ECG (ten seconds of twelve leads at 500 Hz and 16 bits are 120,000 bytes), for which nothing more is asked, and of a
    /// longer one the WFDB header, which whoever wants a part needs first.
    static let beginningBytes: UInt64 = 203 + 1_024 + 16 + 2 * (65_536 + 16)

    package let header: SealedRecordHeader
    package let capsule: Capsule
    private let object: StoredObject
    private let beginning: [UInt8]
    private let deposit: RecordDeposited

    package var record: RecordID { deposit.record }
    /// All of it, as it lies in the vault.
    package var byteCount: UInt64 { object.stored.size }

    /// Finds a record and fetches its beginning.
    ///
    /// - Throws: ``ClientError/recordMismatch(_:_:)`` where the vault serves something else than was deposited.
    package init(
        _ record: Record, folderKey: PublicKey, from directory: ServiceDirectory
    ) async throws(ClientError) {
        let id = record.id
        let object = try await StoredObject(id, in: directory.vault)
        var beginning: [UInt8] = []
        try await object.read(0..<min(object.stored.size, Self.beginningBytes)) { beginning += $0 }
        do throws(SealedRecordError) { header = try SealedRecordReader.header(of: MemorySource(beginning)) } catch {
            throw .record(error)
        }
        guard header.recordID == id.octets else { throw .recordMismatch(id, "its header names another record") }
        guard header.folderPublicKey == folderKey.compressed else {
            throw .recordMismatch(id, "it is sealed to another key than its folder's")
        }
        guard LedgerDigest.capsule(header.capsule.bytes) == record.capsuleDigest else {
            throw .recordMismatch(id, "its capsule is not the deposited one")
        }
        do { capsule = try Capsule(simple: header.capsule.bytes) } catch { throw .umbral(error) }
        self.object = object
        self.beginning = beginning
        deposit = record.deposit
    }

    // MARK: All of it

    /// Fetches what is left.
    ///
    /// - Parameters:
    ///   - kept: Where an earlier download that was interrupted is gone on with, and this one is kept until it is whole.
    ///   - progress: Called with bytes fetched and bytes in all.
    /// - Throws: ``ClientError/recordMismatch(_:_:)``, also where what came is not what the vault calls it: a kept download that does not
    ///   fit is given up then.
    package func container(
        keeping kept: KeptDownload? = nil, progress: @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws(ClientError) -> SealedContainer {
        let size = object.stored.size
        guard size <= Self.maximumBytes else {
            throw .recordMismatch(object.record, "\(size) bytes are more than this client can hold")
        }
        var bytes = beginning
        bytes.reserveCapacity(Int(size))
        if let kept { try kept.resume(object.stored, &bytes) }
        progress(UInt64(bytes.count), size)
        try await object.read(UInt64(bytes.count)..<size) { (part) throws(ClientError) in
            try kept?.keep(part, at: UInt64(bytes.count), of: object.stored)
            bytes += part
            progress(UInt64(bytes.count), size)
        }
        let digest = RecordDigest.of(bytes)
        guard digest == object.stored.address else {
            try kept?.forget(object.stored)
            throw .recordMismatch(object.record, "the vault served other bytes than those of its address")
        }
        return SealedContainer(bytes: bytes, stored: object.stored, deposit: deposit)
    }

    // MARK: A stretch of time

    /// Opens the frames that `choose` picks, and fetches no segment but theirs and those of header and annotations.
    ///
    /// Each segment is authenticated under the keys of the capsule that the ledger has, so no operator can change what is shown. What
    /// only all of the bytes can show is not checked: that the ciphertext is the one whose digest the depositor committed to. Somebody
    /// who can open this record could, together with the vault, have sealed another body under its capsule.
    ///
    /// - Parameter choose: Given frames in the record and frames a second.
    /// - Throws: ``ClientError``.
    package func stretch(
        with seed: CapsuleSeed, frames choose: @Sendable (Int, Double) -> Range<Int>
    ) async throws(ClientError) -> ECGRecording {
        let source = SparseSource(byteCount: object.stored.size)
        source.add(beginning, at: 0)
        let reader = try await fetching(into: source) { () throws(SealedRecordError) in
            try SealedRecordReader(source, seed: seed.octets)
        }
        let record: SealedWFDBRecord<SparseSource> = try await fetching(into: source) {
            () throws(SealedWFDBError) in try SealedWFDBRecord(reader)
        }
        let frames = choose(record.frameCount, record.samplingRate)
        let places: [Range<UInt64>]
        do throws(SealedWFDBError) { places = try record.containerBytes(frames: frames) } catch {
            throw ClientError(error)
        }
        try await fetch(places, into: source)
        do throws(SealedWFDBError) { return try record.excerpt(frames: frames) } catch { throw ClientError(error) }
    }

    /// Fetches what of `places` is not there yet.
    private func fetch(_ places: [Range<UInt64>], into source: SparseSource) async throws(ClientError) {
        let total = places.reduce(0) { $0 + UInt64($1.count) }
        guard total <= Self.maximumBytes else {
            throw .recordMismatch(object.record, "\(total) bytes are more than this client can hold")
        }
        for place in places {
            for gap in source.gaps(in: place) {
                var offset = gap.lowerBound
                try await object.read(gap) { part in
                    source.add(part, at: offset)
                    offset += UInt64(part.count)
                }
            }
        }
    }

    /// Does `body`, and where it lacks bytes, fetches them and does it again.
    private func fetching<Value, Failure: Error>(
        into source: SparseSource, _ body: () throws(Failure) -> Value
    ) async throws(ClientError) -> Value {
        while true {
            do throws(Failure) { return try body() } catch {
                guard let missing = source.missing else { throw ClientError(error) }
                try await fetch([missing], into: source)
            }
        }
    }
}

/// All bytes of a sealed record, as the vault's address says.
package struct SealedContainer: Sendable {
    /// Its address and length.
    package let stored: StoredRecord
    private let bytes: [UInt8]
    private let deposit: RecordDeposited

    init(bytes: [UInt8], stored: StoredRecord, deposit: RecordDeposited) {
        self.bytes = bytes
        self.stored = stored
        self.deposit = deposit
    }

    /// Opens the record, and checks the whole of it: every segment, and the ledger's commitment to the ciphertext.
    package func open(with seed: CapsuleSeed) throws(ClientError) -> WFDBFiles {
        let reader: SealedRecordReader<MemorySource>
        var files: [String: [UInt8]] = [:]
        do {
            reader = try SealedRecordReader(MemorySource(bytes), seed: seed.octets)
            try reader.verify()
        } catch { throw .record(error) }
        let commitment = CiphertextCommitment(
            containerDigest: stored.address, containerByteCount: stored.size, blinding: reader.ledgerBlinding)
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
