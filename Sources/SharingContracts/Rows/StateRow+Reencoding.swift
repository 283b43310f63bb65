extension StateRow {
    /// The row as it would be written from what it says: equal to this one exactly where this is a row of its table.
    ///
    /// For whoever checks a store or takes over a snapshot, without a state.
    ///
    /// - Throws: ``StateRowError`` where the table holds no such value.
    package func reencoded() throws(StateRowError) -> StateRow {
        guard key.name.count == key.tag.nameByteCount else { throw .wrongKey }
        return try key.tag.valueType.reencoded(self)
    }
}

extension StateRowValue {
    fileprivate static func reencoded(_ row: StateRow) throws(StateRowError) -> StateRow {
        let value = try Self(row: row)
        do { return try value.row(at: row.key) } catch { throw .body(error) }
    }
}

extension StateTag {
    /// What the table's rows hold.
    fileprivate var valueType: any StateRowValue.Type {
        switch self {
        case .progress: LedgerProgress.self
        case .founding: LedgerFounded.self
        case .contracts: ContractsInForce.self
        case .identities: Identity.self
        case .signers: SigningKey.self
        case .signingKeys, .sealingKeys, .groupKeys, .capsuleDigests: Taken.self
        case .folders: Folder.self
        case .records: Record.self
        case .consents: Consent.self
        case .requests: AccessRequest.self
        case .transactions, .folderRecordCounts, .folderConsentCounts, .folderRequestCounts, .recordRequestCounts,
            .consentRequestCounts, .convictionCounts, .folderProposalCounts, .doctorProposalCounts:
            UInt64.self
        case .folderRecords: RecordID.self
        case .folderConsents: ConsentID.self
        case .folderRequests, .recordRequests, .consentRequests, .convictions, .folderProposals, .doctorProposals:
            TransactionID.self
        case .proposals: Proposal.self
        case .countedProposals: CountedProposals.self
        }
    }

    /// Bytes of each key of the table behind the tag.
    fileprivate var nameByteCount: Int {
        switch self {
        case .progress, .founding, .contracts: 0
        case .signingKeys, .groupKeys: 33
        case .sealingKeys, .capsuleDigests, .countedProposals: 32
        case .folderRecords, .folderConsents, .folderRequests, .recordRequests, .consentRequests, .convictions,
            .folderProposals, .doctorProposals:
            24
        case .identities, .signers, .folders, .records, .consents, .requests, .transactions, .folderRecordCounts,
            .folderConsentCounts, .folderRequestCounts, .recordRequestCounts, .consentRequestCounts, .convictionCounts,
            .proposals, .folderProposalCounts, .doctorProposalCounts:
            16
        }
    }
}
