internal import SharingContracts

/// Who may do what with a ledger. Closed by default: only whom it knows.
package struct LedgerAccess: Hashable, Sendable {
    /// Who may submit. Whoever opens a folder is not known yet and need not be: see ``LedgerRoutes``.
    package var submit: Access
    /// Who may read all of it: entries, anybody's receipts and trails, bundles and tiles.
    package var read: Access
    /// Who may read what says nothing of anybody, checkpoints and proofs between them; look up a signer by its identifier; and read the
    /// receipts and the trail that are the reader's own, and what consents let it read.
    package var follow: Access

    /// - Parameter follow: Nil for whoever may read.
    package init(submit: Access = .enrolled, read: Access = .enrolled, follow: Access? = nil) {
        self.submit = submit
        self.read = read
        self.follow = follow ?? read
    }

    /// Every signer may follow, and read what concerns itself; all of it only those who have to execute it, and who are to check it.
    package static let ownTrail = LedgerAccess(
        read: .signers([.member, .identity(.auditor), .identity(.keyService), .identity(.proxy)]), follow: .enrolled)

    /// Whether somebody who may follow may also read what concerns others.
    func readsAll(_ requester: EnrolledSigner?) -> Bool {
        do throws(RequestRefusal) { try read.admit(requester) } catch { return false }
        return true
    }
}
