package import SharingContracts

/// Why a vault did not do what it was asked.
package enum VaultError: Error, Hashable, Sendable {
    case unknownUpload(ContentAddress)
    case unknownRecord(ContentAddress)
    /// The record identifier is taken by another sealed record.
    case recordExists(RecordID)
    /// A record of `size` bytes is larger than the vault takes.
    case tooLarge(size: UInt64, maximum: UInt64)
    /// Storing `needed` more bytes would exceed the quota with `available` left.
    case quotaExceeded(needed: UInt64, available: UInt64)
    /// The vault has `have` bytes of the upload, the append was for another offset.
    case wrongOffset(have: UInt64, asked: UInt64)
    /// The uploaded bytes are not what the address says. The upload is discarded.
    case digestMismatch(expected: ContentAddress, actual: ContentAddress)
    case notASealedRecord(String)
    case incomplete(have: UInt64, size: UInt64)
    case outOfRange(offset: UInt64, count: Int, size: UInt64)
    case storage(String)
    case unreachable(String)
}

extension VaultError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownUpload(let address): "no upload of \(address) is under way; begin it first"
        case .unknownRecord(let address): "nothing is stored at \(address)"
        case .recordExists(let record): "record \(record) is already stored with other bytes"
        case .tooLarge(let size, let maximum): "\(size) bytes are more than the \(maximum) a record may have"
        case .quotaExceeded(let needed, let available): "\(needed) bytes needed, \(available) left of the quota"
        case .wrongOffset(let have, let asked): "the vault has \(have) bytes, the append was for offset \(asked)"
        case .digestMismatch(let expected, let actual): "the bytes have address \(actual), not \(expected)"
        case .notASealedRecord(let reason): "not a sealed record: \(reason)"
        case .incomplete(let have, let size): "only \(have) of \(size) bytes are uploaded"
        case .outOfRange(let offset, let count, let size): "\(count) bytes at \(offset) asked of \(size)"
        case .storage(let reason): "the vault's store failed: \(reason)"
        case .unreachable(let reason): "the vault cannot be reached: \(reason)"
        }
    }
}
