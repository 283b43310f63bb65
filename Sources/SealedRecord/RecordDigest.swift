private import Crypto
package import Octets

/// SHA-256 as 32 fixed bytes.
package enum RecordDigest {
    /// SHA-256 of `bytes`.
    package static func of(_ bytes: [UInt8]) -> FixedOctets<32> {
        var hash = RunningDigest()
        hash.update(bytes)
        return hash.value
    }
}

/// SHA-256 of bytes that come in parts.
struct RunningDigest {
    private var hash = SHA256()

    mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }

    mutating func update(_ bytes: [UInt8]) {
        hash.update(data: bytes)
    }

    mutating func update(_ secret: SecretOctets) {
        unsafe secret.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
    }

    /// The digest of all bytes so far.
    var value: FixedOctets<32> {
        do throws(OctetsError) {
            return try FixedOctets(Array(hash.finalize()))
        } catch {
            preconditionFailure("a SHA-256 digest has 32 bytes: \(error)")
        }
    }
}

extension FixedOctets {
    /// Random bytes from `generator`.
    static func random(using generator: inout some RandomNumberGenerator) -> Self {
        var bytes = [UInt8](repeating: 0, count: count)
        for index in bytes.indices { bytes[index] = UInt8.random(in: .min ... .max, using: &generator) }
        do throws(OctetsError) {
            return try Self(bytes)
        } catch {
            preconditionFailure("\(count) bytes were drawn: \(error)")
        }
    }
}
