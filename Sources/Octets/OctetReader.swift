/// Reads big-endian integers and byte strings from a bounded input, front to back.
///
/// Every read checks its bound before it touches or allocates anything, so that a length field of a hostile input can
/// cost no more than the input's own size.
// What is generic is inlinable, so that it is specialized where it is called.
public struct OctetReader: Sendable {
    @usableFromInline let input: [UInt8]
    private let end: Int
    private var position: Int

    /// Bytes read so far.
    public var offset: Int { position }

    public init(_ input: [UInt8]) {
        self.input = input
        position = 0
        end = input.count
    }

    /// Bytes not read yet.
    public var remaining: Int { end - position }

    /// Whether all has been read.
    public var isAtEnd: Bool { position == end }

    @usableFromInline
    mutating func advance(by count: Int) throws(OctetsError) -> Int {
        guard count >= 0, count <= remaining else {
            throw .truncated(offset: position, needed: count, available: remaining)
        }
        defer { position += count }
        return position
    }

    /// The next byte, left unread; nil at the end.
    public var next: UInt8? { isAtEnd ? nil : input[position] }

    /// The next `count` bytes.
    public mutating func readBytes(_ count: Int) throws(OctetsError) -> [UInt8] {
        let start = try advance(by: count)
        return Array(input[start..<start + count])
    }

    /// The next bytes, as many as the type says.
    @inlinable
    public mutating func readFixed<let length: Int>(
        _ type: FixedOctets<length>.Type = FixedOctets<length>.self
    ) throws(OctetsError) -> FixedOctets<length> {
        let start = try advance(by: length)
        return try FixedOctets(input[start..<start + length])
    }

    public mutating func readUInt8() throws(OctetsError) -> UInt8 {
        input[try advance(by: 1)]
    }

    /// A big-endian unsigned integer of the type's own width.
    @inlinable
    public mutating func readBigEndian<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type = Value.self
    ) throws(OctetsError) -> Value {
        let width = Value.bitWidth / 8
        let start = try advance(by: width)
        var value: Value = 0
        for byte in input[start..<start + width] { value = value << 8 | Value(byte) }
        return value
    }

    /// Bytes behind a 16-bit big-endian length, which may be at most `bound`.
    public mutating func readBytes16(atMost bound: Int = Int(UInt16.max)) throws(OctetsError) -> [UInt8] {
        let count = Int(try readBigEndian(UInt16.self))
        guard count <= bound else { throw .tooLong(count: count, bound: bound) }
        return try readBytes(count)
    }

    /// Demands that everything has been read.
    ///
    /// - Throws: ``OctetsError/trailing(offset:count:)``.
    public func finish() throws(OctetsError) {
        guard isAtEnd else { throw .trailing(offset: position, count: remaining) }
    }
}
