/// Who must sign what. One place for all types, so that no rule forgets to say it.
struct SignerRules {
    let enrollment: EnrollmentContract
    let records: RecordContract
    let consents: ConsentContract

    func required(_ transaction: SignedTransaction) throws(ContractViolation) -> [RequiredSignature] {
        let required = try unordered(transaction).sorted { $0.signer < $1.signer }
        for (one, next) in zip(required, required.dropFirst()) where one.signer == next.signer {
            throw ContractViolation(.identifierTaken, "\(one.signer) would name two signers")
        }
        return required
    }

    private func unordered(_ transaction: SignedTransaction) throws(ContractViolation) -> [RequiredSignature] {
        switch transaction.body {
        case .ledgerFounded(let body):
            guard enrollment.founding == nil else {
                throw ContractViolation(.alreadyFounded, "the ledger is already founded")
            }
            return body.members.map { RequiredSignature(signer: $0.id.signer, key: $0.signingKey) }
        case .identityEnrolled(let body):
            return [
                try member(body.member), RequiredSignature(signer: body.identity.signer, key: body.signingKey),
            ]
        case .identityRetired(let body):
            // Either is enough, so who did sign decides who had to.
            let vouching = try enrollment.activeIdentity(body.identity).member
            let isByMember = transaction.signatures.contains { $0.signer == vouching.signer }
            return [isByMember ? try member(vouching) : try identity(body.identity)]
        case .folderOpened(let body):
            return [
                RequiredSignature(signer: body.folder.signer, key: body.signingKey), try identity(body.keyService),
            ]
        case .recordDeposited(let body): return [try identity(body.depositor)]
        case .consentGranted(let body): return [try folder(body.folder)]
        case .keysIssued(let body):
            let folderID = try consents.consent(body.consent).terms.folder
            return [try folder(folderID), try identity(try records.folder(folderID).keyService)]
        case .accessRequested(let body):
            switch body.authority {
            case .consent(let id): return [try identity(try consents.consent(id).terms.grantee)]
            case .folder(let id): return [try folder(id)]
            }
        case .transformed(let body): return [try identity(body.transformer)]
        case .recordOpened(let body): return [try requester(body.request)]
        case .recordExported(let body): return [try requester(body.request)]
        case .consentRevoked(let body): return [try folder(try consents.consent(body.consent).terms.folder)]
        case .fragmentsDestroyed(let body): return [try identity(body.holder)]
        case .folderErased(let body): return [try folder(body.folder)]
        case .fragmentDisputed(let body): return [try requester(body.request)]
        case .contractActivated(let body):
            var required: [RequiredSignature] = []
            for id in body.members { required.append(try member(id)) }
            return required
        case .accessProposed(let body): return [try identity(body.proposer)]
        case .proposalDeclined(let body): return [try folder(try consents.proposal(body.proposal).asked.folder)]
        }
    }

    private func member(_ id: MemberID) throws(ContractViolation) -> RequiredSignature {
        guard let member = enrollment.member(id) else {
            throw ContractViolation(.unknownMember, "\(id) is not a member")
        }
        return RequiredSignature(signer: id.signer, key: member.signingKey)
    }

    /// A retired identity signs nothing: its key may be in other hands.
    private func identity(_ id: IdentityID) throws(ContractViolation) -> RequiredSignature {
        RequiredSignature(signer: id.signer, key: try enrollment.activeIdentity(id).signingKey)
    }

    /// The folder may be erased; what it may still say is for the rules.
    private func folder(_ id: FolderID) throws(ContractViolation) -> RequiredSignature {
        RequiredSignature(signer: id.signer, key: try records.folder(id).signingKey)
    }

    private func requester(_ id: TransactionID) throws(ContractViolation) -> RequiredSignature {
        let request = try consents.request(id)
        return switch request.authority {
        case .consent: try identity(IdentityID(request.requester))
        case .folder(let folderID): try folder(folderID)
        }
    }
}
