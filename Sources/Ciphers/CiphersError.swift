/// Why a cipher or a key derivation was refused.
package enum CiphersError: Error, Hashable, Sendable {
    /// The tag does not belong to this ciphertext, key, nonce and associated data. Nothing was released.
    case authenticationFailed
    /// A key must have `expected` bytes.
    case wrongKeyLength(expected: Int, actual: Int)
    /// A sealed text of `count` bytes cannot even hold its tag of `tag` bytes.
    case noRoomForTag(count: Int, tag: Int)
    /// The output has room for `available` bytes where `needed` will be written.
    case outputTooSmall(needed: Int, available: Int)
    /// A text of `count` bytes is longer than the `bound` bytes that one nonce may cover.
    case tooLong(count: Int, bound: Int)
    /// A scrypt parameter is outside the bounds of ``ScryptCost``.
    case scryptCost(ScryptCost.Flaw)
    /// libcrypto refused `operation`: it is out of memory, or its providers lack the algorithm.
    case library(operation: LibraryOperation)
}

/// The libcrypto calls that can fail without a fault of the caller.
package enum LibraryOperation: String, Hashable, Sendable {
    case fetch = "EVP_CIPHER_fetch"
    case newContext = "EVP_CIPHER_CTX_new"
    case setKey = "EVP_CipherInit_ex2 (key)"
    case setNonce = "EVP_CipherInit_ex2 (nonce)"
    case update = "EVP_CipherUpdate"
    case tag = "EVP_CIPHER_CTX_ctrl (tag)"
    case finish = "EVP_CipherFinal_ex"
    case scrypt = "EVP_PBE_scrypt"
}

extension CiphersError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .authenticationFailed:
            "authentication failed: wrong key, or a changed ciphertext, nonce or associated data"
        case .wrongKeyLength(let expected, let actual):
            "wrong key length: expected \(expected) bytes, got \(actual)"
        case .noRoomForTag(let count, let tag):
            "\(count) sealed bytes cannot hold a tag of \(tag) bytes"
        case .outputTooSmall(let needed, let available):
            "output too small: \(needed) bytes needed, room for \(available)"
        case .tooLong(let count, let bound):
            "\(count) bytes under one nonce, at most \(bound) allowed"
        case .scryptCost(let flaw):
            "scrypt cost refused: \(flaw)"
        case .library(let operation):
            "libcrypto refused \(operation.rawValue)"
        }
    }
}
