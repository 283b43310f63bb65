import Octets
import SwiftProtobuf

/// Reads the fields of one row's value: what ``RowWriter`` writes, and nothing else.
struct RowReader {
    private var octets: OctetReader

    init(_ bytes: [UInt8]) throws(StateRowError) {
        octets = OctetReader(bytes)
        let version: UInt8 = try integer()
        guard version == RowWriter.version else { throw .unknownVersion(version) }
    }

    func finish() throws(StateRowError) {
        do { try octets.finish() } catch { throw .octets(error) }
    }

    mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type = Value.self
    ) throws(StateRowError) -> Value {
        do { return try octets.readBigEndian(type) } catch { throw .octets(error) }
    }

    mutating func fixed<let length: Int>(
        _ type: FixedOctets<length>.Type = FixedOctets<length>.self
    ) throws(StateRowError) -> FixedOctets<length> {
        do { return try octets.readFixed(type) } catch { throw .octets(error) }
    }

    mutating func identifier<Kind>(_ kind: Kind.Type = Kind.self) throws(StateRowError) -> Identifier<Kind> {
        Identifier(try fixed(FixedOctets<16>.self))
    }

    mutating func event() throws(StateRowError) -> LedgerEvent {
        LedgerEvent(
            transaction: try identifier(), index: try integer(), time: Timestamp(microseconds: try integer()))
    }

    mutating func optionalEvent() throws(StateRowError) -> LedgerEvent? {
        try flag() ? try event() : nil
    }

    mutating func flag() throws(StateRowError) -> Bool {
        let byte: UInt8 = try integer()
        guard byte <= 1 else { throw .badFlag(byte) }
        return byte == 1
    }

    /// A transaction's body, with every check of its own fields.
    mutating func body<Message: SwiftProtobuf.Message, Body>(
        _ message: Message.Type, _ parse: (Message) throws(ContractViolation) -> Body
    ) throws(StateRowError) -> Body {
        let bytes: [UInt8]
        do { bytes = try octets.readBytes16() } catch { throw .octets(error) }
        do {
            return try parse(try CanonicalCoding.decode(message, bytes, atMost: Limits.signedTransactionBytes))
        } catch { throw .body(error) }
    }
}
