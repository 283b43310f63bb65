import Octets

/// A profile on its way to a new device: sealed to the key of its request, under the code (Protocols/device-pairing.md).
///
///     magic "PRSLPAN1"     8
///     encapsulated key    32
///     length               4   of what follows, big-endian
///     ciphertext               the profile's contents and a tag of 16
struct PairingAnswer: Hashable, Sendable {
    static let magic: [UInt8] = Array("PRSLPAN1".utf8)
    static let headByteCount = 44

    let encapsulatedKey: [UInt8]
    let ciphertext: [UInt8]

    init(encapsulatedKey: [UInt8], ciphertext: [UInt8]) {
        self.encapsulatedKey = encapsulatedKey
        self.ciphertext = ciphertext
    }

    /// - Throws: ``PairingError/malformedAnswer(_:)``.
    init(file: [UInt8]) throws(PairingError) {
        guard PairingFile.isComplete(file) else { throw .malformedAnswer("it is cut off") }
        guard file.starts(with: Self.magic) else { throw .malformedAnswer("it does not begin like one") }
        do throws(OctetsError) {
            var reader = OctetReader(file)
            _ = try reader.readBytes(Self.magic.count)
            encapsulatedKey = try reader.readBytes(32)
            let count: UInt32 = try reader.readBigEndian()
            ciphertext = try reader.readBytes(Int(count))
            try reader.finish()
        } catch { throw .malformedAnswer("\(error)") }
    }

    /// The lengths were bounded by the profile's.
    var file: [UInt8] {
        var writer = OctetWriter(reservingCapacity: Self.headByteCount + ciphertext.count)
        writer.write(Self.magic)
        writer.write(encapsulatedKey)
        writer.writeBigEndian(UInt32(truncatingIfNeeded: ciphertext.count))
        writer.write(ciphertext)
        return writer.bytes
    }
}

/// The file of an answer, as it arrives.
package enum PairingFile {
    /// Bytes of an answer at most.
    package static let byteCount = ProfileLimits.fileByteCount

    /// Whether all of an answer is there, or something that will never become one: a copy may still be under way.
    package static func isComplete(_ file: [UInt8]) -> Bool {
        guard PairingAnswer.magic.starts(with: file.prefix(PairingAnswer.magic.count)) else { return true }
        guard file.count >= PairingAnswer.headByteCount else { return false }
        let count = file[40..<44].reduce(0) { $0 << 8 | Int($1) }
        return file.count >= PairingAnswer.headByteCount + count
    }
}
