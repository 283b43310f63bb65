/// Appends big-endian integers and byte strings: the counterpart of ``OctetReader``.
public struct OctetWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    public init(reservingCapacity capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    public mutating func write(_ more: some Sequence<UInt8>) {
        bytes.append(contentsOf: more)
    }

    public mutating func write<let length: Int>(_ fixed: FixedOctets<length>) {
        unsafe fixed.storage.span.bytes.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    public mutating func writeUInt8(_ value: UInt8) {
        bytes.append(value)
    }

    /// A big-endian unsigned integer of the type's own width.
    public mutating func writeBigEndian<Value: FixedWidthInteger & UnsignedInteger>(_ value: Value) {
        var shift = Value.bitWidth
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: value >> Value(shift)))
        }
    }

    /// Bytes behind a 16-bit big-endian length.
    ///
    /// - Throws: ``OctetsError/tooLong(count:bound:)`` from 65,536 bytes on.
    public mutating func writeBytes16(_ value: [UInt8]) throws(OctetsError) {
        guard let count = UInt16(exactly: value.count) else {
            throw .tooLong(count: value.count, bound: Int(UInt16.max))
        }
        writeBigEndian(count)
        write(value)
    }
}
