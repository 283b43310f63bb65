import Crypto
package import Octets
import Secp256k1

/// One holder's share of the key of a recovery kit (Protocols/recovery-kit.md): 42 bytes, to be printed and kept.
///
/// Alone it says nothing about the key.
package struct RecoveryShare: Sendable {
    /// Bytes of the encoding.
    package static let byteCount = 42
    private static let version: UInt8 = 1
    private static let checkedByteCount = 38

    /// Which kit it is of: the first four bytes of the SHA-256 of the kit's head.
    package let kit: FixedOctets<4>
    /// From 1 on.
    package let index: UInt8
    /// The polynomial's value there.
    let value: Scalar

    init(kit: FixedOctets<4>, index: UInt8, value: Scalar) {
        self.kit = kit
        self.index = index
        self.value = value
    }

    /// Reads the text of a share: the line that begins with `share:`, or digits alone. Spaces and line ends within do not matter.
    ///
    /// - Throws: ``RecoveryError/malformedShare(_:)``, ``RecoveryError/mistypedShare``.
    package init(text: String) throws(RecoveryError) {
        guard text.utf8.count <= 4_096 else { throw .malformedShare("the text is too long") }
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("share:") }
        let digits = (line?.dropFirst("share:".count) ?? text[...]).filter { !$0.isWhitespace }
        guard digits.utf8.count == 2 * Self.byteCount else {
            throw .malformedShare("\(digits.count) digits, a share has \(2 * Self.byteCount)")
        }
        var bytes: [UInt8]
        do { bytes = try [UInt8](hexadecimal: digits) } catch { throw .malformedShare("\(error)") }
        defer { wipe(&bytes) }
        guard bytes.suffix(4).elementsEqual(Self.checksum(bytes[..<Self.checkedByteCount])) else {
            throw .mistypedShare
        }
        guard bytes[0] == Self.version else { throw .malformedShare("its version is \(bytes[0]), not \(Self.version)") }
        do {
            kit = try FixedOctets(bytes[1..<5])
            index = bytes[5]
            value = try Scalar(bigEndian: bytes[6..<Self.checkedByteCount])
        } catch { throw .malformedShare("\(error)") }
        guard (1...RecoveryKit.shareCounts.upperBound).contains(Int(index)) else {
            throw .malformedShare("its number is \(index)")
        }
    }

    /// The digits, in groups of four: secret.
    package var digits: String {
        var bytes = [Self.version] + kit.bytes + [index]
        unsafe value.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        bytes += Self.checksum(bytes[...])
        defer { wipe(&bytes) }
        let digits = Array(bytes.hexadecimal)
        return stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<min($0 + 4, digits.count)]) }
            .joined(separator: " ")
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] { Array(SHA256.hash(data: bytes).prefix(4)) }
}

extension RecoveryShare: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "RecoveryShare(\(index) of kit \(kit.bytes.hexadecimal), hidden)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
