package import Octets
package import SharingContracts

/// A vault as its users see it: sealed records by content address. It sees ciphertext only.
package protocol RecordStoring: Sendable {
    /// Starts, or finds again, the upload of a sealed record, and says from which byte to go on.
    ///
    /// - Parameters:
    ///   - record: The record identifier in the sealed record's header.
    ///   - address: SHA-256 of the whole sealed record.
    ///   - size: Its size in bytes.
    /// - Returns: How many bytes the vault has already; `size` where the record is stored.
    func beginUpload(
        record: RecordID, address: ContentAddress, size: UInt64
    ) async throws(VaultError) -> UInt64

    /// Appends to an upload. `offset` must be what the vault has.
    ///
    /// - Returns: How many bytes the vault has now.
    func append(_ bytes: [UInt8], at offset: UInt64, to address: ContentAddress) async throws(VaultError) -> UInt64

    /// Checks the whole upload against its address and stores it durably.
    func finishUpload(_ address: ContentAddress) async throws(VaultError)

    /// Where a record is stored; nil where the vault has none with this identifier.
    func find(_ record: RecordID) async throws(VaultError) -> StoredRecord?

    /// Bytes of a stored record, at most ``RecordStoringLimits/maximumReadBytes`` of them.
    ///
    /// - Throws: ``VaultError/outOfRange(offset:count:size:)`` unless the whole range is stored.
    func read(_ address: ContentAddress, offset: UInt64, count: Int) async throws(VaultError) -> [UInt8]
}

/// SHA-256 of a sealed record.
package typealias ContentAddress = FixedOctets<32>

package enum RecordStoringLimits {
    /// One read or append moves at most 4 MiB, so that a vault's memory is bounded by its number of requests.
    package static let maximumReadBytes = 4 << 20
}

package struct StoredRecord: Hashable, Sendable {
    package let address: ContentAddress
    /// Bytes.
    package let size: UInt64

    package init(address: ContentAddress, size: UInt64) {
        self.address = address
        self.size = size
    }
}
