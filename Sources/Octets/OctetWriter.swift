/// Appends big-endian integers and byte strings: the counterpart of ``OctetReader``.
// What is generic is inlinable, so that it is specialized where it is called: unspecialized it took 3 % of a ledger's time.
public struct OctetWriter: Sendable {
    @usableFromInline var written: [UInt8] = []

    /// What has been written.
    public var bytes: [UInt8] { written }

    public init(reservingCapacity capacity: Int = 0) {
        written.reserveCapacity(capacity)
    }

    @inlinable
    public mutating func write(_ more: some Sequence<UInt8>) {
        written.append(contentsOf: more)
    }

    @inlinable
    public mutating func write<let length: Int>(_ fixed: FixedOctets<length>) {
        unsafe fixed.storage.span.bytes.withUnsafeBytes { unsafe written.append(contentsOf: $0) }
    }

    public mutating func writeUInt8(_ value: UInt8) {
        written.append(value)
    }

    /// A big-endian unsigned integer of the type's own width.
    @inlinable
    public mutating func writeBigEndian<Value: FixedWidthInteger & UnsignedInteger>(_ value: Value) {
        var shift = Value.bitWidth
        while shift > 0 {
            shift -= 8
            written.append(UInt8(truncatingIfNeeded: value >> Value(shift)))
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
