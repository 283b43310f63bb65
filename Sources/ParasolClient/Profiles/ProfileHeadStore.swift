package import LedgerReplica
import TransparencyLog

/// The newest checkpoint that a profile's holder has seen, in the sealed profile: a ledger that goes back between two runs of
/// the client is caught, and nobody else can make the client forget.
package struct ProfileHeadStore: ReplicaHeadStore {
    private let store: ProfileStore
    private let trust: TrustAnchor

    package init(_ store: ProfileStore, trust: TrustAnchor) {
        self.store = store
        self.trust = trust
    }

    /// - Throws: ``ProfileError/otherLedger(known:offered:)`` for a profile that has followed another ledger.
    package func loadHead() async throws -> [UInt8]? {
        guard let known = await store.profile.trust else { return nil }
        try demandSame(known)
        return known.checkpoint
    }

    /// Saves where the tree has changed; the same tree cosigned anew is not worth a write.
    package func saveHead(_ note: [UInt8]) async throws {
        let known = await store.profile.trust
        if let known { try demandSame(known) }
        if let kept = known?.checkpoint, try SignedNote(encoded: kept).text == SignedNote(encoded: note).text { return }
        let (key, policy) = (logKey, trust.policyText)
        try await store.update { $0.trust = LedgerTrust(logKey: key, witnessPolicy: policy, checkpoint: note) }
    }

    private var logKey: String { trust.policy.logs.first?.key.vkey ?? "" }

    private func demandSame(_ known: LedgerTrust) throws(ProfileError) {
        guard known.logKey.utf8.elementsEqual(logKey.utf8),
            known.witnessPolicy.utf8.elementsEqual(trust.policyText.utf8)
        else { throw .otherLedger(known: known.logKey, offered: logKey) }
    }
}
