package import SharingContracts

/// Whom and what a leaf concerns, also where it says so only by naming a consent or a request.
package struct LeafSubjects: Hashable, Sendable {
    package var folder: FolderID?
    package var record: RecordID?
    package var consent: ConsentID?
    /// The grantee of the consent concerned, who proposed, or the identity that is enrolled or retired.
    package var doctor: IdentityID?
    /// Proxies, and the key service where it answers or destroys: who holds, transforms or is disputed.
    package var holders: [IdentityID] = []
}

/// What leaves seen so far tie to each other: which folder a consent is of, which record a request is for.
///
/// Holds a few identifiers for each record, consent, request and proposal of the log.
struct LeafRelations {
    private var records: [RecordID: FolderID] = [:]
    private var consents: [ConsentID: LeafSubjects] = [:]
    private var requests: [TransactionID: LeafSubjects] = [:]
    private var proposals: [TransactionID: LeafSubjects] = [:]

    /// What the next leaf concerns.
    mutating func subjects(of transaction: Transaction) -> LeafSubjects {
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
            subjects.record = body.record
            records[body.record] = body.folder
        case .consentGranted(let body):
            subjects.folder = body.folder
            subjects.consent = body.consent
            subjects.doctor = body.grantee
            consents[body.consent] = subjects
            subjects.holders = body.proxies
        case .keysIssued(let body):
            subjects = consents[body.consent] ?? subjects
            subjects.holders = body.fragments.map { $0.proxy }
        case .accessRequested(let body): subjects = request(body, transaction.id)
        case .transformed(let body):
            subjects = requests[body.request] ?? subjects
            subjects.holders = [body.transformer]
        case .recordOpened(let body): subjects = requests[body.request] ?? subjects
        case .recordExported(let body): subjects = requests[body.request] ?? subjects
        case .consentRevoked(let body): subjects = consents[body.consent] ?? subjects
        case .fragmentsDestroyed(let body):
            switch body.target {
            case .consent(let consent): subjects = consents[consent] ?? subjects
            case .folder(let folder): subjects.folder = folder
            }
            subjects.holders = [body.holder]
        case .folderErased(let body): subjects.folder = body.folder
        case .fragmentDisputed(let body):
            subjects = requests[body.request] ?? subjects
            subjects.holders = [body.transformer]
        case .accessProposed(let body):
            subjects.folder = body.folder
            subjects.doctor = body.proposer
            proposals[transaction.id] = subjects
        case .proposalDeclined(let body): subjects = proposals[body.proposal] ?? subjects
        }
        return subjects
    }

    private mutating func request(_ body: AccessRequested, _ id: TransactionID) -> LeafSubjects {
        var subjects = LeafSubjects()
        switch body.authority {
        case .consent(let consent): subjects = consents[consent] ?? subjects
        case .folder(let folder): subjects.folder = folder
        }
        subjects.record = body.record
        subjects.folder = subjects.folder ?? records[body.record]
        requests[id] = subjects
        return subjects
    }
}
