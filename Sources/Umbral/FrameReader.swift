import Octets
import Secp256k1

/// Reads the one canonical encoding of a frame: fixed markers, fixed lengths, nothing after the end.
///
/// MessagePack leaves a writer many ways to say the same thing (array16 for fixarray, bin16 for bin8, maps by field
/// name) and SEC1 leaves several more. Exactly one is accepted, so that equal objects have equal bytes and a digest of
/// the bytes names the object.
struct FrameReader {
    private var bytes: [UInt8]
    private let frame: UmbralError.Frame
    private var offset = 0

    init(_ bytes: [UInt8], _ frame: UmbralError.Frame) {
        self.bytes = bytes
        self.frame = frame
    }

    private func need(_ count: Int) throws(UmbralError) {
        let available = bytes.count - offset
        guard count <= available else {
            throw .malformed(
                frame: frame, reason: .truncated(offset: offset, needed: count, available: available))
        }
    }

    /// One byte that can only be `expected`.
    mutating func marker(_ expected: UInt8) throws(UmbralError) {
        try need(1)
        guard bytes[offset] == expected else {
            throw .unexpectedMarker(frame: frame, offset: offset, expected: expected, found: bytes[offset])
        }
        offset += 1
    }

    /// `c4 count` and `count` bytes.
    private mutating func header(_ count: Int) throws(UmbralError) {
        try marker(0xc4)
        try need(1)
        guard Int(bytes[offset]) == count else {
            throw .unexpectedLength(frame: frame, offset: offset, expected: count, found: Int(bytes[offset]))
        }
        offset += 1
    }

    /// Gives the next `count` bytes to `body`.
    private mutating func next<Result>(
        _ count: Int, _ style: FrameStyle, _ field: UmbralError.Field,
        _ body: (UnsafeRawBufferPointer) throws(Secp256k1Error) -> Result
    ) throws(UmbralError) -> Result {
        if style == .messagePack { try header(count) }
        try need(count)
        let start = offset
        offset += count
        do throws(Secp256k1Error) {
            return try unsafe bytes.withUnsafeBufferPointer { memory throws(Secp256k1Error) in
                try unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: memory[start..<start + count])))
            }
        } catch { throw .invalidElement(field: field, reason: error) }
    }

    /// The next bytes as they are.
    mutating func octets<let count: Int>(
        _ field: UmbralError.Field, _ style: FrameStyle
    ) throws(UmbralError) -> FixedOctets<count> {
        try unsafe next(count, style, field) { unsafe FixedOctets(copying: $0) }
    }

    /// A point's compressed form, not decoded yet.
    mutating func encodedPoint(
        _ field: UmbralError.Field, _ style: FrameStyle
    ) throws(UmbralError) -> EncodedPoint {
        if style == .messagePack, bytes.count - offset >= 2, bytes[offset] == 0xc4 {
            switch bytes[offset + 1] {
            case 1: throw .pointAtInfinity(field: field)
            case 65: throw .uncompressedPoint(field: field)
            default: break
            }
        }
        return try EncodedPoint(try octets(field, style), field)
    }

    /// A point.
    mutating func point(_ field: UmbralError.Field, _ style: FrameStyle) throws(UmbralError) -> Point {
        try encodedPoint(field, style).decoded(field)
    }

    /// A public scalar, 1 to n - 1.
    mutating func publicScalar(
        _ field: UmbralError.Field, _ style: FrameStyle
    ) throws(UmbralError) -> PublicScalar {
        try unsafe next(32, style, field) { memory throws(Secp256k1Error) in
            try unsafe PublicScalar(bigEndian: memory)
        }
    }

    /// A secret scalar, 1 to n - 1.
    mutating func secretScalar(_ field: UmbralError.Field, _ style: FrameStyle) throws(UmbralError) -> Scalar {
        try unsafe next(32, style, field) { memory throws(Secp256k1Error) in try unsafe Scalar(bigEndian: memory) }
    }

    /// A low-S signature.
    mutating func signature(_ field: UmbralError.Field, _ style: FrameStyle) throws(UmbralError) -> Signature {
        try unsafe next(64, style, field) { memory throws(Secp256k1Error) in try unsafe Signature(compact: memory) }
    }

    /// `c2` or `c3`.
    mutating func flag() throws(UmbralError) -> Bool {
        try need(1)
        let byte = bytes[offset]
        guard byte == 0xc2 || byte == 0xc3 else {
            throw .unexpectedMarker(frame: frame, offset: offset, expected: 0xc3, found: byte)
        }
        offset += 1
        return byte == 0xc3
    }

    /// Demands that everything has been read.
    func finish() throws(UmbralError) {
        guard offset == bytes.count else {
            throw .malformed(frame: frame, reason: .trailing(offset: offset, count: bytes.count - offset))
        }
    }

    /// Overwrites the input, for a frame with a secret in it. The caller must hold no other copy.
    mutating func wipeInput() {
        wipe(&bytes)
    }
}

/// The two ways a frame is written: MessagePack with headers, or the fields one after the other.
enum FrameStyle {
    case messagePack
    case simple
}
