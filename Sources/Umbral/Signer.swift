import Octets
public import Secp256k1

/// Signs with one secret key: ECDSA over SHA-256, low-S, RFC 6979 hedged with fresh randomness.
public struct Signer: Sendable {
    package let key: SecretKey

    /// The key that verifies what this signs.
    public var verifyingKey: PublicKey { key.publicKey }

    public init(_ key: SecretKey) { self.key = key }

    /// Signs `message` with 32 fresh bytes from the system's generator mixed into the nonce.
    public func sign(_ message: [UInt8]) -> Signature {
        Signature.sign(message, with: key.scalar)
    }

    /// Signs `message` with 32 bytes from `generator` mixed into the nonce.
    public func sign(_ message: [UInt8], using generator: inout some RandomNumberGenerator) -> Signature {
        sign(message, entropy: generator.secretOctets(count: 32))
    }

    /// Signs `message` by RFC 6979 alone: the same message, the same signature.
    package func signDeterministically(_ message: [UInt8]) -> Signature {
        sign(message, entropy: nil)
    }

    private func sign(_ message: [UInt8], entropy: SecretOctets?) -> Signature {
        do { return try Signature.sign(message, with: key.scalar, entropy: entropy) } catch {
            preconditionFailure("entropy of 32 bytes or none was given: \(error)")
        }
    }
}

extension Signature {
    /// ASN.1 DER, `30 len 02 len r 02 len s` with minimal integers: an export form, never read.
    public var der: [UInt8] {
        let compact = compact.bytes
        let integers = [compact[..<32], compact[32...]].flatMap { Self.derInteger($0) }
        return [0x30, UInt8(truncatingIfNeeded: integers.count)] + integers
    }

    private static func derInteger(_ bigEndian: ArraySlice<UInt8>) -> [UInt8] {
        var magnitude = Array(bigEndian.drop { $0 == 0 })
        if magnitude.first.map({ $0 >= 0x80 }) ?? true { magnitude.insert(0, at: 0) }
        return [0x02, UInt8(truncatingIfNeeded: magnitude.count)] + magnitude
    }
}
