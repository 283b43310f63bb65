import Ciphers
import Octets

/// The clear first 64 bytes of a profile file. All of them are authenticated.
struct ProfileHeader: Hashable, Sendable {
    /// `89 P P F CR LF SUB LF`: not text, and damaged by any transfer that mends line ends.
    static let magic: [UInt8] = [0x89, 0x50, 0x50, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
    static let version: UInt8 = 1
    /// scrypt is the one derivation.
    static let scrypt: UInt8 = 1
    static let byteCount = 64
    private static let reservedOffsets = 13..<16

    let cost: ScryptCost
    let salt: FixedOctets<32>
    let nonce: FixedOctets<12>
    /// Bytes behind the header: the contents and their tag.
    let sealedByteCount: UInt32

    init(cost: ScryptCost, salt: FixedOctets<32>, nonce: FixedOctets<12>, sealedByteCount: UInt32) {
        self.cost = cost
        self.salt = salt
        self.nonce = nonce
        self.sealedByteCount = sealedByteCount
    }

    /// Reads the header of a whole file, and holds the file's length against it.
    ///
    /// - Throws: in this order, ``ProfileError/headerTruncated(available:)``, ``ProfileError/notAProfile``,
    ///   ``ProfileError/unknownVersion(_:)``, ``ProfileError/unknownDerivation(_:)``, ``ProfileError/cost(_:)``,
    ///   ``ProfileError/reserved(offset:)``, ``ProfileError/wrongLength(expected:actual:)``.
    init(parsing file: [UInt8]) throws(ProfileError) {
        guard file.count >= Self.byteCount else { throw .headerTruncated(available: file.count) }
        guard Array(file[..<8]) == Self.magic else { throw .notAProfile }
        guard file[8] == Self.version else { throw .unknownVersion(file[8]) }
        guard file[9] == Self.scrypt else { throw .unknownDerivation(file[9]) }
        do throws(CiphersError) {
            cost = try ScryptCost(exponent: Int(file[10]), blockSize: Int(file[11]), parallelism: Int(file[12]))
        } catch {
            if case .scryptCost(let flaw) = error { throw .cost(flaw) }
            throw .cipher(error)
        }
        for offset in Self.reservedOffsets where file[offset] != 0 { throw .reserved(offset: offset) }
        do throws(OctetsError) {
            var reader = OctetReader(Array(file[16..<Self.byteCount]))
            salt = try reader.readFixed()
            nonce = try reader.readFixed()
            sealedByteCount = try reader.readBigEndian()
        } catch { throw .malformed(error) }
        let expected = Self.byteCount + Int(sealedByteCount)
        guard file.count == expected, sealedByteCount >= AEADAlgorithm.tagByteCount else {
            throw .wrongLength(expected: expected, actual: file.count)
        }
    }

    /// All 64 bytes.
    var bytes: [UInt8] {
        var writer = OctetWriter(reservingCapacity: Self.byteCount)
        writer.write(Self.magic)
        writer.writeUInt8(Self.version)
        writer.writeUInt8(Self.scrypt)
        // A cost's bounds are below 256 in every part.
        for part in [cost.exponent, cost.blockSize, cost.parallelism] {
            writer.writeUInt8(UInt8(truncatingIfNeeded: part))
        }
        writer.write([UInt8](repeating: 0, count: Self.reservedOffsets.count))
        writer.write(salt)
        writer.write(nonce)
        writer.writeBigEndian(sealedByteCount)
        return writer.bytes
    }
}
