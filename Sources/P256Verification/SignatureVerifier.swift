package import Crypto
package import Octets
private import Synchronization

/// Verifies ECDSA signatures on P-256 over SHA-256 digests: those of keys that sign often with a table of the key's multiples.
///
/// A ledger's leaves are mostly signed by few keys: its proxies, its key service, the doctors and depositors of a hospital. A key that
/// has been used ``usesBeforeTable`` times gets a table (``PrecomputedKey``), made beside everything else; until it is there, and for
/// every other key, swift-crypto verifies. Which of the two it was changes nothing but the time: both accept exactly
/// r and s in 1..<n, high s too.
package final class SignatureVerifier: Sendable {
    /// The one that a process shares, so that each key has one table.
    package static let shared = SignatureVerifier()

    /// A third of those that cost what making the table does: who has signed so often goes on to.
    package static let usesBeforeTable = 256
    /// Tables at a time, of 150 KiB each: 10 MiB.
    package static let tableLimit = 64
    /// Keys whose uses are counted at a time.
    package static let countedKeyLimit = 8192

    private let usesBeforeTable: Int
    private let keys: Mutex<KeyUses>
    private let startMaking: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// - Parameters:
    ///   - startMaking: Has a table made, soon, on whatever thread.
    package init(
        usesBeforeTable: Int = SignatureVerifier.usesBeforeTable, tableLimit: Int = SignatureVerifier.tableLimit,
        countedKeyLimit: Int = SignatureVerifier.countedKeyLimit,
        startMaking: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { make in
            Task.detached(priority: .background) { make() }
        }
    ) {
        self.usesBeforeTable = usesBeforeTable
        keys = Mutex(KeyUses(tableLimit: tableLimit, countedKeyLimit: countedKeyLimit))
        self.startMaking = startMaking
    }

    /// Whether r ‖ s is the signature by `key` on what has this digest.
    ///
    /// - Parameter compressed: The same key, SEC 1 compressed.
    /// - Complexity: some 56 µs without a table and 26 µs with one.
    package func isValid(
        _ signature: FixedOctets<64>, for digest: SHA256Digest, by key: P256.Signing.PublicKey,
        compressed: FixedOctets<33>
    ) -> Bool {
        if let table = table(of: compressed), let octets = try? FixedOctets<32>(Array(digest)),
            let isValid = table.isValid(signature, for: octets)
        {
            return isValid
        }
        guard let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature.bytes) else { return false }
        return key.isValidSignature(parsed, for: digest)
    }

    /// How many keys have a table.
    package var tableCount: Int { keys.withLock { $0.tableCount } }

    /// Counts a use of the key.
    private func table(of key: FixedOctets<33>) -> PrecomputedKey? {
        let (table, isDue) = keys.withLock { keys in
            let (table, uses) = keys.use(key)
            return (table, table == nil && uses >= usesBeforeTable && keys.beginMaking(key))
        }
        if isDue {
            startMaking { [self] in
                let made = PrecomputedKey(compressed: key)
                keys.withLock { $0.endMaking(key, made) }
            }
        }
        return table
    }
}
