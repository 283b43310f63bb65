/// Whom and what a leaf concerns, also where it says so only by naming a consent, a request or a proposal.
package struct LeafSubjects: Hashable, Sendable {
    package var folder: FolderID?
    /// Several where a request is for several.
    package var records: [RecordID] = []
    package var consent: ConsentID?
    /// The grantee of the consent concerned, who proposed, or the identity that is enrolled or retired.
    package var doctor: IdentityID?
    package var depositor: IdentityID?
    /// Proxies, and the key service where it answers or destroys: who holds, transforms or is disputed.
    package var holders: [IdentityID] = []

    package init() {}

    /// In whose trail the leaf is: the folder's, and that of every identity that takes part. A leaf of the members alone, a founding or
    /// new rules, is in nobody's.
    package var parties: Set<SignerID> {
        var parties = Set(holders.map(\.signer))
        for party in [folder?.signer, doctor?.signer, depositor?.signer] {
            if let party { parties.insert(party) }
        }
        return parties
    }
}

/// What leaves tie to each other: which folder a consent is of, which records a request is for. None of it ever changes, so that any state
/// which has a leaf says the same of it.
package protocol LeafRelating {
    /// Folder, consent and grantee; nil for a consent that was not granted.
    func subjects(of consent: ConsentID) -> LeafSubjects?
    /// Those of its authority, and the records; nil for a request that was not made.
    func subjects(of request: TransactionID) -> LeafSubjects?
    func folder(of record: RecordID) -> FolderID?
    /// Folder and doctor; nil for a proposal that was not made.
    func subjects(ofProposal proposal: TransactionID) -> LeafSubjects?
}

extension LeafRelating {
    /// Whom and what a leaf concerns. The one place that says it: an audit's trail and a party's own trail go by it.
    ///
    /// - Parameter transaction: One whose consent or request is known here; of another's, only what it names itself is found.
    package func subjects(of transaction: Transaction) -> LeafSubjects {
        var subjects = LeafSubjects()
        switch transaction.body {
        case .ledgerFounded, .contractActivated: break
        case .identityEnrolled(let body):
            subjects.doctor = body.identity
            subjects.holders = [body.identity]
        case .identityRetired(let body):
            subjects.doctor = body.identity
            subjects.holders = [body.identity]
        case .folderOpened(let body):
            subjects.folder = body.folder
            subjects.holders = [body.keyService]
        case .recordDeposited(let body):
            subjects.folder = body.folder
            subjects.records = [body.record]
            subjects.depositor = body.depositor
        case .consentGranted(let body):
            subjects = LeafSubjects(of: body)
            subjects.holders = body.proxies
        case .keysIssued(let body):
            subjects = self.subjects(of: body.consent) ?? subjects
            subjects.holders = body.fragments.map { $0.proxy }
        case .accessRequested(let body): subjects = self.subjects(of: body)
        case .transformed(let body):
            subjects = self.subjects(of: body.request) ?? subjects
            subjects.holders = [body.transformer]
        case .recordOpened(let body): subjects = self.subjects(of: body.request) ?? subjects
        case .recordExported(let body): subjects = self.subjects(of: body.request) ?? subjects
        case .consentRevoked(let body): subjects = self.subjects(of: body.consent) ?? subjects
        case .fragmentsDestroyed(let body):
            switch body.target {
            case .consent(let consent): subjects = self.subjects(of: consent) ?? subjects
            case .folder(let folder): subjects.folder = folder
            }
            subjects.holders = [body.holder]
        case .folderErased(let body): subjects.folder = body.folder
        case .fragmentDisputed(let body):
            subjects = self.subjects(of: body.request) ?? subjects
            if let part = body.part { subjects.records = [part.record] }
            subjects.holders = [body.transformer]
        case .accessProposed(let body): subjects = LeafSubjects(of: body)
        case .proposalDeclined(let body): subjects = self.subjects(ofProposal: body.proposal) ?? subjects
        }
        return subjects
    }

    fileprivate func subjects(of body: AccessRequested) -> LeafSubjects {
        var subjects = LeafSubjects()
        switch body.authority {
        case .consent(let consent): subjects = self.subjects(of: consent) ?? subjects
        case .folder(let folder): subjects.folder = folder
        }
        subjects.records = body.records
        subjects.folder = subjects.folder ?? body.records.first.flatMap { folder(of: $0) }
        return subjects
    }
}

extension LeafSubjects {
    fileprivate init(of granted: ConsentGranted) {
        folder = granted.folder
        consent = granted.consent
        doctor = granted.grantee
    }

    fileprivate init(of proposed: AccessProposed) {
        folder = proposed.folder
        doctor = proposed.proposer
    }
}

extension WorldState: LeafRelating {
    package func subjects(of consent: ConsentID) -> LeafSubjects? {
        self.consent(consent).map { LeafSubjects(of: $0.terms) }
    }

    package func subjects(of request: TransactionID) -> LeafSubjects? {
        guard let request = self.request(request) else { return nil }
        var subjects = LeafSubjects()
        if case .consent(let consent) = request.authority { subjects = self.subjects(of: consent) ?? subjects }
        subjects.folder = request.folder
        subjects.records = request.records
        return subjects
    }

    package func folder(of record: RecordID) -> FolderID? { self.record(record)?.folder }

    package func subjects(ofProposal proposal: TransactionID) -> LeafSubjects? {
        self.proposal(proposal).map { LeafSubjects(of: $0.asked) }
    }
}

/// The relations of leaves that were read in order, without a state.
///
/// Holds a few identifiers for each record, consent, request and proposal among them.
package struct LeafRelations: LeafRelating {
    private var records: [RecordID: FolderID] = [:]
    private var consents: [ConsentID: LeafSubjects] = [:]
    private var requests: [TransactionID: LeafSubjects] = [:]
    private var proposals: [TransactionID: LeafSubjects] = [:]

    package init() {}

    package func subjects(of consent: ConsentID) -> LeafSubjects? { consents[consent] }
    package func subjects(of request: TransactionID) -> LeafSubjects? { requests[request] }
    package func folder(of record: RecordID) -> FolderID? { records[record] }
    package func subjects(ofProposal proposal: TransactionID) -> LeafSubjects? { proposals[proposal] }

    /// What the next leaf concerns; later ones may name what it brings.
    package mutating func next(_ transaction: Transaction) -> LeafSubjects {
        let subjects = subjects(of: transaction)
        switch transaction.body {
        case .recordDeposited(let body): records[body.record] = body.folder
        case .consentGranted(let body): consents[body.consent] = LeafSubjects(of: body)
        case .accessRequested: requests[transaction.id] = subjects
        case .accessProposed: proposals[transaction.id] = subjects
        default: break
        }
        return subjects
    }
}
