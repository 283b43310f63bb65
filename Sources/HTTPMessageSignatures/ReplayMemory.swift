internal import Crypto
internal import Synchronization

/// Remembers nonces for as long as a copy of their message would still be accepted.
///
/// - Rule: call it with a verified signature only; else anybody could fill it.
/// - Why: where there is no room it refuses, since to forget a live nonce is to accept its copy.
/// - Consequence: each key has room of its own, so that one sender's flood stops nobody else. How many keys there are, whoever
///   enrols them decides; ``init(noncesPerKey:keys:)`` bounds them nevertheless. What is held is at most what a server can verify
///   within a signature's age: about 40 bytes a request.
package final class ReplayMemory: Sendable {
    /// The first half of a nonce's SHA-256: a sender who finds two of the same only hurts itself.
    private struct NonceDigest: Hashable {
        let words: SIMD2<UInt64>

        init(_ nonce: String) {
            var words = SIMD2<UInt64>()
            for (index, byte) in SHA256.hash(data: Array(nonce.utf8)).prefix(16).enumerated() {
                words[index / 8] = words[index / 8] << 8 | UInt64(byte)
            }
            self.words = words
        }
    }

    private struct Nonces {
        var refusedFrom: [NonceDigest: Int64] = [:]
        /// No nonce can be forgotten before this.
        var earliest = Int64.max

        mutating func forget(before now: Int64) {
            guard earliest <= now else { return }
            refusedFrom = refusedFrom.filter { $0.value > now }
            earliest = refusedFrom.values.min() ?? .max
        }
    }

    private let keys = Mutex<[String: Nonces]>([:])
    private let noncesPerKey: Int
    private let maximumKeys: Int

    /// - Parameters:
    ///   - noncesPerKey: How many live nonces of one key are remembered.
    ///   - keys: Of how many keys.
    package init(noncesPerKey: Int = 16_384, keys: Int = 16_384) {
        self.noncesPerKey = max(1, noncesPerKey)
        maximumKeys = max(1, keys)
    }

    /// Takes a verified signature's nonce as used.
    ///
    /// - Parameter now: Seconds since 1970.
    /// - Throws: ``MessageSignatureError/replayed``, ``MessageSignatureError/replayMemoryFull``.
    /// - Complexity: O(1), and O(n) in the nonces that are remembered when some have expired and room is needed.
    package func use(_ signature: VerifiedSignature, now: Int64) throws(MessageSignatureError) {
        let failure: MessageSignatureError? = keys.withLock { keys in
            if keys[signature.keyID] == nil, keys.count >= maximumKeys {
                forgetIdleKeys(&keys, now: now)
                guard keys.count < maximumKeys else { return .replayMemoryFull }
            }
            return use(signature, in: &keys[signature.keyID, default: Nonces()], now: now)
        }
        if let failure { throw failure }
    }

    private func use(_ signature: VerifiedSignature, in nonces: inout Nonces, now: Int64) -> MessageSignatureError? {
        let nonce = NonceDigest(signature.nonce)
        guard nonces.refusedFrom[nonce] == nil else { return .replayed }
        if nonces.refusedFrom.count >= noncesPerKey {
            nonces.forget(before: now)
            guard nonces.refusedFrom.count < noncesPerKey else { return .replayMemoryFull }
        }
        nonces.refusedFrom[nonce] = signature.refusedFrom
        nonces.earliest = min(nonces.earliest, signature.refusedFrom)
        return nil
    }

    private func forgetIdleKeys(_ keys: inout [String: Nonces], now: Int64) {
        keys = keys.filter { $0.value.refusedFrom.values.contains { $0 > now } }
    }
}
