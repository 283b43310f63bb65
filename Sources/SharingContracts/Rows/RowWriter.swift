import Octets
import SwiftProtobuf

/// Writes the fields of one row's value.
struct RowWriter {
    /// The only version so far, the first byte of every value.
    static let version: UInt8 = 1

    private var octets = OctetWriter()

    init() { octets.writeUInt8(Self.version) }

    var bytes: [UInt8] { octets.bytes }

    mutating func write(_ value: some FixedWidthInteger & UnsignedInteger) { octets.writeBigEndian(value) }

    mutating func write(_ identifier: Identifier<some IdentifierKind>) { octets.write(identifier.bytes) }

    mutating func write<let length: Int>(_ fixed: FixedOctets<length>) { octets.write(fixed) }

    mutating func write(_ event: LedgerEvent) {
        write(event.transaction)
        write(event.index)
        write(event.time.microseconds)
    }

    mutating func write(optional event: LedgerEvent?) {
        write(flag: event != nil)
        if let event { write(event) }
    }

    mutating func write(flag: Bool) { octets.writeUInt8(flag ? 1 : 0) }

    /// A transaction's body.
    mutating func write(body: some SwiftProtobuf.Message) throws(ContractViolation) {
        let bytes = try CanonicalCoding.encode(body)
        do { try octets.writeBytes16(bytes) } catch { throw ContractViolation(.tooLong, "a row's body: \(error)") }
    }
}
