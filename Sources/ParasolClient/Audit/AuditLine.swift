package import SharingContracts

/// One leaf in words: what happened, who signed it, to what, when.
package struct AuditLine: Hashable, Sendable {
    package let index: UInt64
    package let time: Timestamp
    package let transaction: TransactionID
    /// The kind of transaction, such as `ConsentGranted`.
    package let kind: String
    package let signers: [SignerID]
    /// The rest, for people.
    package let detail: String

    package init(index: UInt64, _ entry: LedgerEntry) {
        self.index = index
        time = entry.sequencedAt
        transaction = entry.transaction.id
        kind = entry.transaction.body.name
        signers = entry.signedTransaction.signatures.map(\.signer)
        detail = entry.transaction.body.summary
    }
}

extension TransactionBody {
    /// What the transaction is about, in identifiers: nothing here says who a patient is.
    package var summary: String {
        switch self {
        case .ledgerFounded(let body):
            "\(body.members.count) members found \(body.origin) under "
                + body.contracts.map { "\($0.contract) \($0.version)" }.joined(separator: ", ")
        case .identityEnrolled(let body): "\(body.role.rawValue) \(body.identity) by member \(body.member)"
        case .identityRetired(let body): "identity \(body.identity)"
        case .folderOpened(let body): "folder \(body.folder) with key service \(body.keyService)"
        case .recordDeposited(let body):
            "\(body.kind.rawValue) \(body.record) in folder \(body.folder), at most 2^\(body.sizeClass) bytes"
        case .consentGranted(let body):
            "consent \(body.consent) of folder \(body.folder) to \(body.grantee) for \(body.purpose), "
                + "\(body.maximumOpens) opens until \(body.notAfter), \(body.threshold) of \(body.proxies.count) proxies"
                + (body.proposal.map { ", answering proposal \($0)" } ?? "")
        case .keysIssued(let body): "\(body.fragments.count) fragments for consent \(body.consent)"
        case .accessRequested(let body):
            switch body.authority {
            case .consent(let consent): "\(body.recordsSummary) under consent \(consent) for \(body.purpose)"
            case .folder(let folder): "\(body.recordsSummary) by the owner of folder \(folder)"
            }
        case .transformed(let body): "request \(body.request) by \(body.transformer)"
        case .recordOpened(let body): "request \(body.request)"
        case .recordExported(let body): "request \(body.request)"
        case .consentRevoked(let body): "consent \(body.consent)"
        case .fragmentsDestroyed(let body):
            switch body.target {
            case .consent(let consent): "fragment of consent \(consent) by \(body.holder): \(body.reason.rawValue)"
            case .folder(let folder): "share of folder \(folder) by \(body.holder): \(body.reason.rawValue)"
            }
        case .folderErased(let body): "folder \(body.folder)"
        case .fragmentDisputed(let body):
            "request \(body.request): \(body.transformer) answered wrongly"
                + (body.part.map { " for record \($0.record)" } ?? "")
        case .contractActivated(let body):
            "\(body.members.count) members activate \(body.activated.contract) \(body.activated.version)"
        case .accessProposed(let body):
            "\(body.proposer) asks folder \(body.folder) for \(body.scope.summary) for \(body.purpose), "
                + "\(body.maximumOpens) opens in \(body.durationMilliseconds) ms"
        case .proposalDeclined(let body): "proposal \(body.proposal)"
        }
    }
}

extension AccessRequested {
    /// With every identifier: who looks for a record in an audit's lines finds each access to it.
    fileprivate var recordsSummary: String {
        (records.count == 1 ? "record " : "\(records.count) records ") + records.map { "\($0)" }.joined(separator: " ")
    }
}

extension ConsentScope {
    /// In words, without the identifiers of records.
    package var summary: String {
        switch self {
        case .wholeFolder: "the whole folder"
        case .records(let records): records.count == 1 ? "1 record" : "\(records.count) records"
        }
    }
}
