import Octets

/// Appends secrets and other bytes to memory that is wiped when it is outgrown and when the writer goes.
///
/// Big-endian, as ``OctetWriter``, which leaves copies behind when it grows.
final class SecretWriter {
    private var bytes: [UInt8]

    init() {
        bytes = []
        bytes.reserveCapacity(4_096)
    }

    deinit { wipe(&bytes) }

    var count: Int { bytes.count }

    private func makeRoom(for more: Int) {
        guard bytes.count + more > bytes.capacity else { return }
        var larger: [UInt8] = []
        larger.reserveCapacity(max(2 * bytes.capacity, bytes.count + more))
        larger.append(contentsOf: bytes)
        wipe(&bytes)
        bytes = larger
    }

    func write(_ more: [UInt8]) {
        makeRoom(for: more.count)
        bytes.append(contentsOf: more)
    }

    func write<let length: Int>(_ fixed: FixedOctets<length>) { write(fixed.bytes) }

    func write(_ secret: SecretOctets) {
        makeRoom(for: secret.count)
        unsafe secret.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    func writeUInt8(_ value: UInt8) {
        makeRoom(for: 1)
        bytes.append(value)
    }

    func writeBigEndian<Value: FixedWidthInteger & UnsignedInteger>(_ value: Value) {
        var writer = OctetWriter(reservingCapacity: Value.bitWidth / 8)
        writer.writeBigEndian(value)
        write(writer.bytes)
    }

    /// Zeros up to the next multiple of `block` bytes.
    func pad(toMultipleOf block: Int) {
        write([UInt8](repeating: 0, count: (block - bytes.count % block) % block))
    }

    /// A copy of all bytes that wipes itself too.
    var octets: SecretOctets { SecretOctets(copying: bytes) }
}
