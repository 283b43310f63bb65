import Crypto
import Octets
import P256Verification

/// Verification of what transactions are signed with: by swift-crypto, by a table of the key's multiples, and the making of one.
struct SigningKeyOperations {
    private let key: P256.Signing.PublicKey
    private let compressed: FixedOctets<33>
    private let digest = SHA256.hash(data: [UInt8](0..<32))
    private let signature: FixedOctets<64>

    init() throws {
        let secret = P256.Signing.PrivateKey()
        key = secret.publicKey
        compressed = try FixedOctets(Array(key.compressedRepresentation))
        signature = try FixedOctets(Array(secret.signature(for: digest).rawRepresentation))
    }

    var all: [Operation] {
        let plain = SignatureVerifier(usesBeforeTable: .max)
        let prepared = SignatureVerifier(usesBeforeTable: 1, startMaking: { make in make() })
        return [
            Operation("p256_verify_swift_crypto") { try verify(with: plain) },
            // The first call makes the table.
            Operation("p256_verify_by_table") { try verify(with: prepared) },
            Operation("p256_make_table") {
                try verify(with: SignatureVerifier(usesBeforeTable: 1, startMaking: { make in make() }))
            },
        ]
    }

    private func verify(with verifier: SignatureVerifier) throws {
        let isValid = verifier.isValid(signature, for: digest, by: key, compressed: compressed)
        try expect(isValid, "the signature does not verify")
    }
}
