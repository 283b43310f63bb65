import Crypto
import Octets

/// A key that is the same every time, and what tests ask of it.
struct TestKey {
    let secret: P256.Signing.PrivateKey

    init(_ number: Int) throws {
        secret = try P256.Signing.PrivateKey(rawRepresentation: SHA256.hash(data: Array("key \(number)".utf8)))
    }

    var compressed: FixedOctets<33> {
        get throws { try FixedOctets(Array(secret.publicKey.compressedRepresentation)) }
    }

    func signature(on message: String) throws -> FixedOctets<64> {
        try FixedOctets(Array(secret.signature(for: SHA256.hash(data: Array(message.utf8))).rawRepresentation))
    }
}
