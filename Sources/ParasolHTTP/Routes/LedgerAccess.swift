/// Who may do what with a ledger. Closed by default: only whom it knows.
package struct LedgerAccess: Hashable, Sendable {
    /// Who may submit. Whoever opens a folder is not known yet and need not be: see ``LedgerRoutes``.
    package var submit: Access
    /// Who may read entries, proofs, receipts and checkpoints.
    package var read: Access

    package init(submit: Access = .enrolled, read: Access = .enrolled) {
        self.submit = submit
        self.read = read
    }
}
