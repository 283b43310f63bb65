package import Ciphers

/// The authenticated cipher of a sealed record.
package enum SealedRecordSuite: UInt8, Hashable, Sendable, CaseIterable {
    /// AES-256-GCM, fastest where the processor has AES instructions.
    case aes256GCM = 1
    /// ChaCha20-Poly1305, constant-time on any processor.
    case chaCha20Poly1305 = 2

    /// The cipher itself.
    package var algorithm: AEADAlgorithm {
        switch self {
        case .aes256GCM: .aes256GCM
        case .chaCha20Poly1305: .chaCha20Poly1305
        }
    }

    /// As in the specification and the vectors.
    package var name: String {
        switch self {
        case .aes256GCM: "AES-256-GCM"
        case .chaCha20Poly1305: "ChaCha20-Poly1305"
        }
    }
}
