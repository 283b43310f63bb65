private import Crypto
public import Octets

/// The secret that a capsule carries: the compressed shared point, 33 bytes.
///
/// Whoever has the seed of a record's capsule can read that record, and nothing else.
public struct CapsuleSeed: Equatable, Sendable {
    /// 33 bytes.
    public let octets: SecretOctets

    /// From a shared point's compressed form.
    init(_ octets: SecretOctets) { self.octets = octets }

    /// The one-shot message key: HKDF-SHA256 of the seed without salt and info, 32 bytes.
    ///
    /// Wipes its digests; the padded key that swift-crypto's HMAC makes of the pseudorandom key in arrays of its own it
    /// cannot reach.
    package var messageKey: SecretOctets {
        // RFC 5869 spelled out for one block: extraction's key is always the same 32 zeros, so its HMAC is prepared once
        // (2 µs a message instead of 4).
        var extract = Self.extraction
        unsafe octets.withUnsafeBytes { unsafe extract.update(data: $0) }
        let pseudorandomKey = unsafe withBytesWipedAfterwards(of: extract.finalize()) { unsafe SymmetricKey(data: $0) }
        var expand = HMAC<SHA256>(key: pseudorandomKey)
        expand.update(data: Self.firstBlock)
        return unsafe withBytesWipedAfterwards(of: expand.finalize()) { unsafe SecretOctets(copying: $0) }
    }

    /// The number of expansion's only block.
    private static let firstBlock: [UInt8] = [1]
    private static let extraction = HMAC<SHA256>(key: SymmetricKey(data: [UInt8](repeating: 0, count: 32)))
}
