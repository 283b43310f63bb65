import SharingContracts
import Umbral

/// What a patient must know of others to issue a consent's keys, each from the ledger.
struct IssuanceFacts: Sendable {
    let terms: ConsentGranted
    let keys: GrantKeys
    let areKeysIssued: Bool

    /// Of a consent that was granted just now: nothing is issued.
    init(_ granted: ConsentGranted, _ keys: GrantKeys) {
        terms = granted
        self.keys = keys
        areKeysIssued = false
    }

    init(of consent: ConsentID, in state: WorldState) throws(ClientError) {
        guard let granted = state.consent(consent) else { throw .unknown("consent \(consent)") }
        terms = granted.terms
        keys = try GrantKeys(of: granted.terms, in: state)
        areKeysIssued = granted.keys != nil
    }
}

/// Whose keys a grant needs: the doctor's, each proxy's, and the share that the key service brought to the folder.
///
/// None of them comes from whoever it is of, or from the key service: only from the ledger, executed or with its proof.
struct GrantKeys: Sendable {
    struct Proxy: Sendable {
        let identity: IdentityID
        let sealingKey: SealingKey
    }

    let keyService: IdentityID
    let serviceShare: PublicKey
    let receivingKey: PublicKey
    /// Ascending, which is the order of a consent on the ledger.
    let proxies: [Proxy]

    /// Looks everybody up, who must all still act.
    init(of terms: ConsentGranted, _ session: LedgerSession) async throws(ClientError) {
        let folder = try await session.openFolder(terms.folder)
        keyService = folder.keyService
        serviceShare = folder.serviceShare.publicShare
        guard let key = try await session.activeIdentity(terms.grantee, as: .doctor).receivingKey else {
            throw .unknown("receiving key of doctor \(terms.grantee)")
        }
        receivingKey = key
        var proxies: [Proxy] = []
        for identity in terms.proxies.sorted() {
            proxies.append(
                try Self.proxy(identity, try await session.activeIdentity(identity, as: .proxy).sealingKey))
        }
        self.proxies = proxies
    }

    init(of terms: ConsentGranted, in state: WorldState) throws(ClientError) {
        guard let folder = state.folder(terms.folder),
            let receivingKey = state.identity(terms.grantee)?.receivingKey
        else { throw .unknown("consent \(terms.consent)") }
        keyService = folder.keyService
        serviceShare = folder.opening.serviceShare.publicShare
        self.receivingKey = receivingKey
        proxies = try terms.proxies.sorted().map { (identity) throws(ClientError) in
            try Self.proxy(identity, state.identity(identity)?.sealingKey)
        }
    }

    private static func proxy(_ identity: IdentityID, _ key: SealingKey?) throws(ClientError) -> Proxy {
        guard let key else { throw .unknown("sealing key of proxy \(identity)") }
        return Proxy(identity: identity, sealingKey: key)
    }
}
