internal import Octets

/// The encodings of Ed25519 public keys that no honest signer has.
///
/// For a key of small order a signature can be found that verifies for many messages, or for all, without any secret.
/// RFC 8032 verifiers accept such keys, so they are refused where a key is read. The eight points of small order have
/// five y coordinates; with either sign bit and with the second spelling that y = 0 and y = 1 have below 2^255 these
/// make fourteen encodings. All spellings with y ≥ 2^255 - 19 are refused besides.
enum WeakEd25519Keys {
    /// y of the points of order 1, 2, 4 and 8, little-endian, sign bit clear.
    static let smallOrder: [String] = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ]

    private static let refused = Set(smallOrder.compactMap { try? FixedOctets<32>(hexadecimal: $0) })

    static func isStrong(_ key: FixedOctets<32>) -> Bool {
        var bytes = key.bytes
        bytes[31] &= 0x7f
        let isCanonical = bytes[31] != 0x7f || bytes[0] < 0xed || bytes[1..<31].contains { $0 != 0xff }
        guard isCanonical, let y = try? FixedOctets<32>(bytes) else { return false }
        return !refused.contains(y)
    }
}
