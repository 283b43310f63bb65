import Octets
import Secp256k1

/// Reads the fixed fields of a message one after the other, checking every bound first.
struct IssuanceReader {
    private var bytes: [UInt8]
    private let frame: IssuanceError.Frame
    private var offset = 0

    init(_ bytes: consuming [UInt8], _ frame: IssuanceError.Frame) {
        self.bytes = bytes
        self.frame = frame
    }

    private mutating func take(_ count: Int) throws(IssuanceError) -> ArraySlice<UInt8> {
        let available = bytes.count - offset
        guard count <= available else {
            throw .malformed(
                frame: frame, reason: .truncated(offset: offset, needed: count, available: available))
        }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    mutating func byte() throws(IssuanceError) -> UInt8 {
        try take(1).first ?? 0
    }

    /// The version byte, which can only be 1.
    mutating func version() throws(IssuanceError) {
        let found = try byte()
        guard found == IssuanceWriter.version else { throw .unknownVersion(frame: frame, found: found) }
    }

    mutating func octets(_ count: Int) throws(IssuanceError) -> [UInt8] {
        Array(try take(count))
    }

    mutating func fixed<let count: Int>() throws(IssuanceError) -> FixedOctets<count> {
        let slice = try take(count)
        do { return try FixedOctets(slice) } catch { throw .malformed(frame: frame, reason: error) }
    }

    mutating func point(_ field: IssuanceError.Field) throws(IssuanceError) -> Point {
        let slice = try take(Point.compressedByteCount)
        do { return try Point(compressed: slice) } catch {
            throw .invalidElement(frame: frame, field: field, reason: error)
        }
    }

    mutating func publicScalar(_ field: IssuanceError.Field) throws(IssuanceError) -> PublicScalar {
        let slice = try take(PublicScalar.byteCount)
        do { return try PublicScalar(bigEndian: slice) } catch {
            throw .invalidElement(frame: frame, field: field, reason: error)
        }
    }

    mutating func secretScalar(_ field: IssuanceError.Field) throws(IssuanceError) -> Scalar {
        let slice = try take(Scalar.byteCount)
        do { return try Scalar(bigEndian: slice) } catch {
            throw .invalidElement(frame: frame, field: field, reason: error)
        }
    }

    mutating func signature() throws(IssuanceError) -> Signature {
        let slice = try take(Signature.byteCount)
        do { return try Signature(compact: slice) } catch {
            throw .invalidElement(frame: frame, field: .signature, reason: error)
        }
    }

    /// Demands that everything has been read.
    func finish() throws(IssuanceError) {
        guard offset == bytes.count else {
            throw .malformed(frame: frame, reason: .trailing(offset: offset, count: bytes.count - offset))
        }
    }

    /// Overwrites the input, for a message with a secret in it. Nobody else may hold the array.
    mutating func wipeInput() {
        wipe(&bytes)
    }
}

/// Writes the fixed fields of a message one after the other.
struct IssuanceWriter {
    /// The only version there is.
    static let version: UInt8 = 1

    private(set) var bytes: [UInt8] = []

    /// - Parameter capacity: the message's whole length, so that no secret is left behind in a buffer outgrown.
    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func fixed<let count: Int>(_ value: FixedOctets<count>) {
        for index in 0..<count { bytes.append(value[index]) }
    }

    mutating func octets(_ value: [UInt8]) { bytes.append(contentsOf: value) }

    mutating func point(_ value: Point) { fixed(value.compressed) }

    mutating func secret(_ value: Scalar) {
        unsafe value.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    /// What was written, moved into memory that wipes itself.
    mutating func takeSecret() -> SecretOctets {
        SecretOctets(consuming: &bytes)
    }
}
