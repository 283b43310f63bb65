import SharingMessages

/// What a transaction says: one case for each type, with every field checked as far as it can be without the ledger's
/// state.
// Indirect: the largest body is some hundred bytes with many references, and entries are copied from stage to stage.
package indirect enum TransactionBody: Hashable, Sendable {
    case ledgerFounded(LedgerFounded)
    case identityEnrolled(IdentityEnrolled)
    case identityRetired(IdentityRetired)
    case folderOpened(FolderOpened)
    case recordDeposited(RecordDeposited)
    case consentGranted(ConsentGranted)
    case keysIssued(KeysIssued)
    case accessRequested(AccessRequested)
    case transformed(Transformed)
    case recordOpened(RecordOpened)
    case recordExported(RecordExported)
    case consentRevoked(ConsentRevoked)
    case fragmentsDestroyed(FragmentsDestroyed)
    case folderErased(FolderErased)
    case fragmentDisputed(FragmentDisputed)
    case contractActivated(ContractActivated)
    case accessProposed(AccessProposed)
    case proposalDeclined(ProposalDeclined)
}

extension TransactionBody {
    /// The type's name as in the schema, such as `ConsentGranted`.
    package var name: String {
        switch self {
        case .ledgerFounded: "LedgerFounded"
        case .identityEnrolled: "IdentityEnrolled"
        case .identityRetired: "IdentityRetired"
        case .folderOpened: "FolderOpened"
        case .recordDeposited: "RecordDeposited"
        case .consentGranted: "ConsentGranted"
        case .keysIssued: "KeysIssued"
        case .accessRequested: "AccessRequested"
        case .transformed: "Transformed"
        case .recordOpened: "RecordOpened"
        case .recordExported: "RecordExported"
        case .consentRevoked: "ConsentRevoked"
        case .fragmentsDestroyed: "FragmentsDestroyed"
        case .folderErased: "FolderErased"
        case .fragmentDisputed: "FragmentDisputed"
        case .contractActivated: "ContractActivated"
        case .accessProposed: "AccessProposed"
        case .proposalDeclined: "ProposalDeclined"
        }
    }

    init(_ wire: WireTransaction.OneOf_Body) throws(ContractViolation) {
        switch wire {
        case .ledgerFounded(let body): self = .ledgerFounded(try .init(body))
        case .identityEnrolled(let body): self = .identityEnrolled(try .init(body))
        case .identityRetired(let body): self = .identityRetired(try .init(body))
        case .folderOpened(let body): self = .folderOpened(try .init(body))
        case .recordDeposited(let body): self = .recordDeposited(try .init(body))
        case .consentGranted(let body): self = .consentGranted(try .init(body))
        case .keysIssued(let body): self = .keysIssued(try .init(body))
        case .accessRequested(let body): self = .accessRequested(try .init(body))
        case .transformed(let body): self = .transformed(try .init(body))
        case .recordOpened(let body): self = .recordOpened(try .init(body))
        case .recordExported(let body): self = .recordExported(try .init(body))
        case .consentRevoked(let body): self = .consentRevoked(try .init(body))
        case .fragmentsDestroyed(let body): self = .fragmentsDestroyed(try .init(body))
        case .folderErased(let body): self = .folderErased(try .init(body))
        case .fragmentDisputed(let body): self = .fragmentDisputed(try .init(body))
        case .contractActivated(let body): self = .contractActivated(try .init(body))
        case .accessProposed(let body): self = .accessProposed(try .init(body))
        case .proposalDeclined(let body): self = .proposalDeclined(try .init(body))
        }
    }

    var wire: WireTransaction.OneOf_Body {
        switch self {
        case .ledgerFounded(let body): .ledgerFounded(body.wire)
        case .identityEnrolled(let body): .identityEnrolled(body.wire)
        case .identityRetired(let body): .identityRetired(body.wire)
        case .folderOpened(let body): .folderOpened(body.wire)
        case .recordDeposited(let body): .recordDeposited(body.wire)
        case .consentGranted(let body): .consentGranted(body.wire)
        case .keysIssued(let body): .keysIssued(body.wire)
        case .accessRequested(let body): .accessRequested(body.wire)
        case .transformed(let body): .transformed(body.wire)
        case .recordOpened(let body): .recordOpened(body.wire)
        case .recordExported(let body): .recordExported(body.wire)
        case .consentRevoked(let body): .consentRevoked(body.wire)
        case .fragmentsDestroyed(let body): .fragmentsDestroyed(body.wire)
        case .folderErased(let body): .folderErased(body.wire)
        case .fragmentDisputed(let body): .fragmentDisputed(body.wire)
        case .contractActivated(let body): .contractActivated(body.wire)
        case .accessProposed(let body): .accessProposed(body.wire)
        case .proposalDeclined(let body): .proposalDeclined(body.wire)
        }
    }
}
