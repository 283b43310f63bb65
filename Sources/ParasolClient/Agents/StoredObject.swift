import Octets
import ServiceProtocols
import SharingContracts

/// A sealed record in a vault, read in ranges of any length.
struct StoredObject: Sendable {
    let record: RecordID
    let stored: StoredRecord
    private let vault: any RecordStoring

    /// Finds a record.
    ///
    /// - Throws: ``ClientError/unknown(_:)`` where the vault has none with this identifier, ``ClientError/vault(_:)``.
    init(_ record: RecordID, in vault: any RecordStoring) async throws(ClientError) {
        let found: StoredRecord?
        do { found = try await vault.find(record) } catch { throw .vault(error) }
        guard let found else { throw .unknown("record \(record) in the vault") }
        self.record = record
        stored = found
        self.vault = vault
    }

    /// Gives the bytes of `range` to `take`, part after part, each as long as one read of a vault at most.
    ///
    /// - Throws: ``ClientError/vault(_:)``, ``ClientError/recordMismatch(_:_:)`` for a short read, and what `take` throws.
    func read(
        _ range: Range<UInt64>, take: ([UInt8]) throws(ClientError) -> Void
    ) async throws(ClientError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = Int(min(range.upperBound - offset, UInt64(RecordStoringLimits.maximumReadBytes)))
            let part: [UInt8]
            do { part = try await vault.read(stored.address, offset: offset, count: count) } catch {
                throw .vault(error)
            }
            guard part.count == count else { throw .recordMismatch(record, "the vault served a short read") }
            try take(part)
            offset += UInt64(count)
        }
    }
}
