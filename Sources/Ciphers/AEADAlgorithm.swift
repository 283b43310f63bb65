private import CLibcrypto

/// An authenticated cipher with a 32-byte key, a 12-byte nonce and a 16-byte tag behind the ciphertext.
package enum AEADAlgorithm: Hashable, Sendable, CaseIterable {
    /// AES-256 in Galois/Counter Mode (NIST SP 800-38D).
    case aes256GCM
    /// ChaCha20 with Poly1305, the IETF variant (RFC 8439).
    case chaCha20Poly1305

    /// Bytes of a key.
    package static let keyByteCount = 32
    /// Bytes of a nonce.
    package static let nonceByteCount = 12
    /// Bytes of a tag.
    package static let tagByteCount = 16

    /// Bytes that one nonce may cover: `2^36 - 32` for GCM (SP 800-38D, 5.2.1.1), `2^38 - 64` for ChaCha20 (RFC 8439, 2.8).
    package var longestText: Int {
        switch self {
        case .aes256GCM: (1 << 36) - 32
        case .chaCha20Poly1305: (1 << 38) - 64
        }
    }

    /// libcrypto's implementation, looked up once a process because a fetch takes a lock and several allocations.
    func fetched() throws(CiphersError) -> OpaquePointer {
        let cipher =
            switch self {
            case .aes256GCM: unsafe Fetched.aes256GCM
            case .chaCha20Poly1305: unsafe Fetched.chaCha20Poly1305
            }
        guard let cipher = unsafe cipher else { throw .library(operation: .fetch) }
        return unsafe cipher
    }

    /// Immutable, reference-counted objects of libcrypto that live as long as the process.
    private enum Fetched {
        nonisolated(unsafe) static let aes256GCM = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
        nonisolated(unsafe) static let chaCha20Poly1305 = unsafe EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil)
    }
}
