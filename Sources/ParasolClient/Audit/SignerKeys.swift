import SharingContracts

/// The keys that leaves name for new signers and that the state does not know yet, so that signatures can be verified before
/// it is a leaf's turn.
///
/// A signer's key never changes once it is known, so a guess made here is right in any ledger that keeps the rules. It is
/// only a guess: the state demands its own keys, and what was verified with others is verified again.
struct SignerKeys {
    private var announced: [SignerID: SigningKey] = [:]

    /// Learns the keys that a bundle's leaves bring along.
    mutating func learn(from bundle: AuditedBundle) {
        for signer in bundle.newSigners where announced[signer.signer] == nil {
            announced[signer.signer] = signer.key
        }
    }

    /// Forgets them, once the state has them.
    mutating func forget(_ bundle: AuditedBundle) {
        for signer in bundle.newSigners { announced[signer.signer] = nil }
    }

    /// By entry, the keys of its signers; nil where one is unknown.
    func keys(for bundle: AuditedBundle, in state: WorldState) -> [[RequiredSignature]?] {
        bundle.entries.map { entry in
            var required: [RequiredSignature] = []
            for signature in entry.signedTransaction.signatures {
                guard let key = state.signingKey(of: signature.signer) ?? announced[signature.signer] else {
                    return nil
                }
                required.append(RequiredSignature(signer: signature.signer, key: key))
            }
            return required
        }
    }
}
