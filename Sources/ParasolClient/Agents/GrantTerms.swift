package import SharingContracts

/// What a patient consents to.
package struct GrantTerms: Hashable, Sendable {
    package let folder: FolderID
    package let grantee: IdentityID
    package let scope: ConsentScope
    package let purpose: Purpose
    package let notBefore: Timestamp
    package let notAfter: Timestamp
    package let maximumOpens: UInt32
    package let threshold: Int
    package let proxies: [IdentityID]
    /// The proposal that it answers.
    package let proposal: TransactionID?

    package init(
        folder: FolderID, grantee: IdentityID, scope: ConsentScope, purpose: Purpose, notBefore: Timestamp,
        notAfter: Timestamp, maximumOpens: UInt32, threshold: Int, proxies: [IdentityID],
        proposal: TransactionID? = nil
    ) {
        self.folder = folder
        self.grantee = grantee
        self.scope = scope
        self.purpose = purpose
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.maximumOpens = maximumOpens
        self.threshold = threshold
        self.proxies = proxies
        self.proposal = proposal
    }
}
