import LedgerReplica
import ServiceProtocols
import SharingContracts
import Umbral

/// What the ledger says of a consent that halves are asked for.
struct IssuanceTerms: Sendable {
    struct Proxy: Sendable {
        let identity: IdentityID
        let sealingKey: SealingKey
    }

    let folder: FolderID
    let folderKey: SigningKey
    let threshold: Int
    /// In the consent's order.
    let proxies: [Proxy]

    /// - Throws: Why no halves may be made for this consent by this service at this time.
    init(
        of consent: ConsentID, for service: IdentityID, in state: WorldState, at now: Timestamp
    ) throws(KeyServiceError) {
        guard let granted = state.consent(consent) else { throw .unknownConsent(consent) }
        guard let folder = state.folder(granted.terms.folder) else { throw .unknownFolder(granted.terms.folder) }
        guard folder.keyService == service else { throw .notOurs(granted.terms.folder) }
        guard granted.keys == nil else { throw .alreadyIssued(consent) }
        if let refusal = state.issuanceRefusal(of: consent, at: now) {
            throw .notPermitted("the consent is \(refusal.rawValue)")
        }
        self.folder = granted.terms.folder
        folderKey = folder.signingKey
        threshold = granted.terms.threshold
        var proxies: [Proxy] = []
        for identity in granted.terms.proxies {
            guard let key = state.identity(identity)?.sealingKey else {
                throw .notPermitted("proxy \(identity) has no sealing key that halves could be sealed to")
            }
            proxies.append(Proxy(identity: identity, sealingKey: key))
        }
        self.proxies = proxies
    }
}
