import LedgerReplica
import ServiceProtocols
import SharingContracts
import Umbral

/// What the ledger says of the fragment that a proxy is to be given.
struct IssuedGrant: Sendable {
    let verifyingKey: PublicKey
    let delegatingKey: PublicKey
    let receivingKey: PublicKey
    let precursor: PublicKey
    let commitment: FragmentCommitment

    /// - Throws: Why this proxy must not hold a fragment of this consent at this time.
    init(
        of consent: ConsentID, to proxy: IdentityID, in state: WorldState, at now: Timestamp
    ) throws(ProxyError) {
        guard let granted = state.consent(consent), let folder = state.folder(granted.terms.folder),
            let receivingKey = state.identity(granted.terms.grantee)?.receivingKey
        else { throw .unknownConsent(consent) }
        guard let keys = granted.keys else { throw .notPermitted(consent, "its keys are not issued") }
        guard let commitment = keys.fragment(of: proxy) else { throw .noFragment(consent) }
        if let reason = state.destructionReason(of: consent, at: now) {
            throw .notPermitted(consent, "its fragments are to be destroyed: \(reason.rawValue)")
        }
        verifyingKey = folder.verifyingKey
        delegatingKey = folder.delegatingKey
        self.receivingKey = receivingKey
        precursor = keys.precursor
        self.commitment = commitment
    }
}
