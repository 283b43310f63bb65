import Octets
import ServiceProtocols
import SharingContracts

/// What an uploader says of a sealed record before its bytes have come. Nothing of it is believed until they have.
struct UploadClaim: Hashable, Sendable {
    let address: ContentAddress
    let record: RecordID
    /// Bytes.
    let size: UInt64

    /// The upload's file name: both identifiers in hexadecimal and the size in decimal, joined by hyphens.
    var name: String { "\(address.hexadecimal)-\(record)-\(size)" }

    init(address: ContentAddress, record: RecordID, size: UInt64) {
        self.address = address
        self.record = record
        self.size = size
    }

    /// Reads ``name`` back; nil for whatever it does not write.
    init?(name: String) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let size = UInt64(parts[2]), let address = try? ContentAddress(hexadecimal: parts[0]),
            let record = try? RecordID(hexadecimal: parts[1])
        else { return nil }
        self.init(address: address, record: record, size: size)
        guard self.name == name else { return nil }
    }
}
