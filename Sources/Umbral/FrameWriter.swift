import Octets
import Secp256k1

/// Writes what ``FrameReader`` reads.
struct FrameWriter {
    private(set) var bytes: [UInt8] = []
    private let style: FrameStyle

    init(_ style: FrameStyle, reservingCapacity capacity: Int) {
        self.style = style
        bytes.reserveCapacity(capacity)
    }

    /// An array header; nothing in the simple form.
    mutating func marker(_ byte: UInt8) {
        if style == .messagePack { bytes.append(byte) }
    }

    mutating func octets<let count: Int>(_ value: FixedOctets<count>) {
        if style == .messagePack {
            bytes.append(0xc4)
            bytes.append(UInt8(truncatingIfNeeded: count))
        }
        unsafe value.withOctets { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func point(_ value: Point) { octets(value.compressed) }

    mutating func point(_ value: EncodedPoint) { octets(value.octets) }

    mutating func secret(_ value: Scalar) {
        if style == .messagePack { bytes += [0xc4, 32] }
        unsafe value.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func flag(_ value: Bool) { bytes.append(value ? 0xc3 : 0xc2) }

    /// Moves a frame with a secret in it out of the array.
    mutating func takeSecret() -> SecretOctets { SecretOctets(consuming: &bytes) }
}
