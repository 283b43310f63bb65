/// By which leaves a signer came and went.
package struct SignerHistory: Hashable, Sendable {
    /// The leaf that enrolled the identity or opened the folder; of a member the founding, which is the first.
    package let beganAt: UInt64
    /// That retired the identity or erased the folder; nil while neither. A member stays.
    package let ended: LedgerEvent?
}

extension WorldState {
    /// By which leaves this state knows somebody; nil where it does not.
    ///
    /// - Throws: ``ContractViolation/Code/stateUnavailable``.
    /// - Complexity: O(n) in the number of members, at most 64.
    package func history(of id: SignerID) throws(ContractViolation) -> SignerHistory? {
        let found: SignerHistory? =
            if let identity = identity(IdentityID(id)) {
                SignerHistory(beganAt: identity.enrolled.index, ended: identity.retired)
            } else if let folder = folder(FolderID(id)) {
                SignerHistory(beganAt: folder.opened.index, ended: folder.erased)
            } else if member(MemberID(id)) != nil {
                SignerHistory(beganAt: 0, ended: nil)
            } else { nil }
        try requireAvailable()
        return found
    }
}
