package import Octets

/// HChaCha20: a 32-byte key and 16 bytes of nonce to a subkey (draft-irtf-cfrg-xchacha-03, section 2.2).
///
/// The ChaCha20 permutation without its final addition; rows one and four of the state are the output. Additions, rotations and
/// exclusive-ors only, so its time does not depend on the key.
package enum HChaCha20 {
    /// The 32-byte subkey.
    ///
    /// - Throws: ``CiphersError/wrongKeyLength(expected:actual:)`` unless the key has 32 bytes.
    package static func subkey(key: SecretOctets, nonce: InlineArray<16, UInt8>) throws(CiphersError) -> SecretOctets {
        guard key.count == 32 else { throw .wrongKeyLength(expected: 32, actual: key.count) }
        var state = InlineArray<16, UInt32>(repeating: 0)
        defer { unsafe withUnsafeMutableBytes(of: &state) { unsafe wipe($0) } }
        // "expand 32-byte k", little-endian.
        state[0] = 0x6170_7865
        state[1] = 0x3320_646e
        state[2] = 0x7962_2d32
        state[3] = 0x6b20_6574
        unsafe key.withUnsafeBytes { bytes in
            for word in 0..<8 {
                state[4 + word] = UInt32(
                    littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: 4 * word, as: UInt32.self))
            }
        }
        for word in 0..<4 {
            var value: UInt32 = 0
            for byte in 0..<4 { value |= UInt32(nonce[4 * word + byte]) << UInt32(8 * byte) }
            state[12 + word] = value
        }
        for _ in 0..<10 {
            quarterRound(&state, 0, 4, 8, 12)
            quarterRound(&state, 1, 5, 9, 13)
            quarterRound(&state, 2, 6, 10, 14)
            quarterRound(&state, 3, 7, 11, 15)
            quarterRound(&state, 0, 5, 10, 15)
            quarterRound(&state, 1, 6, 11, 12)
            quarterRound(&state, 2, 7, 8, 13)
            quarterRound(&state, 3, 4, 9, 14)
        }
        return SecretOctets(count: 32) { output in
            for word in 0..<4 {
                output.storeBytes(of: state[word].littleEndian, toByteOffset: 4 * word, as: UInt32.self)
                output.storeBytes(of: state[12 + word].littleEndian, toByteOffset: 16 + 4 * word, as: UInt32.self)
            }
        }
    }

    /// RFC 8439, section 2.1.
    @inline(__always)
    private static func quarterRound(_ state: inout InlineArray<16, UInt32>, _ a: Int, _ b: Int, _ c: Int, _ d: Int) {
        state[a] &+= state[b]
        state[d] = rotate(state[d] ^ state[a], by: 16)
        state[c] &+= state[d]
        state[b] = rotate(state[b] ^ state[c], by: 12)
        state[a] &+= state[b]
        state[d] = rotate(state[d] ^ state[a], by: 8)
        state[c] &+= state[d]
        state[b] = rotate(state[b] ^ state[c], by: 7)
    }

    @inline(__always)
    private static func rotate(_ value: UInt32, by count: UInt32) -> UInt32 {
        value &<< count | value &>> (32 - count)
    }
}
