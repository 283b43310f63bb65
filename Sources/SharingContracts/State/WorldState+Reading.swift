/// What the ledger knows now. Over a store, an answer is good only if ``WorldState/requireAvailable()`` does not throw
/// after it: a row that cannot be read is answered as if it were absent.
extension WorldState {
    /// The founding; nil before the first leaf.
    package var founding: LedgerFounded? { enrollment.founding }

    /// The versions of the rules that judge the next leaf; nil before the founding.
    package var contractsInForce: ContractsInForce? { activation.inForce }

    /// The index of the leaf that carries a transaction; nil where none does.
    package func index(of transaction: TransactionID) -> UInt64? { transactions[transaction] }

    package func member(_ id: MemberID) -> Member? { enrollment.member(id) }

    package func identity(_ id: IdentityID) -> Identity? { enrollment.identities[id] }

    // The lists of what has no bound. Complexity: O(n) reads in the length of the answer.

    /// The records of a folder, in the order they were deposited.
    package func records(in folder: FolderID) -> [RecordID] { records.recordsOfFolder[folder] }

    /// How many records of a folder were deposited before a leaf.
    ///
    /// - Complexity: O(log n) reads in the number of its records.
    package func recordCount(in folder: FolderID, before index: UInt64) -> UInt64 {
        records.recordCount(in: folder, before: index)
    }

    /// The record of a folder before which `ordinal` others were deposited; nil where there are no more than these.
    ///
    /// - Complexity: O(1) reads.
    package func record(_ ordinal: UInt64, in folder: FolderID) -> RecordID? {
        records.recordsOfFolder.element(ordinal, of: folder)
    }

    /// The consents of a folder, in the order they were granted.
    package func consents(in folder: FolderID) -> [ConsentID] { records.consentsOfFolder[folder] }

    /// Every access to any record of a folder, in the order they were requested.
    package func requests(in folder: FolderID) -> [TransactionID] { records.requestsOfFolder[folder] }

    /// Every access to a record, in the order they were requested: who looked at it.
    package func requests(for record: RecordID) -> [TransactionID] { records.requestsOfRecord[record] }

    /// Every access under a consent, in the order they were requested.
    package func requests(under consent: ConsentID) -> [TransactionID] { consents.requestsOfConsent[consent] }

    /// The key of a member, an identity (even a retired one) or a folder.
    package func signingKey(of signer: SignerID) -> SigningKey? { enrollment.key(of: signer) }

    package func folder(_ id: FolderID) -> Folder? { records.folders[id] }

    package func record(_ id: RecordID) -> Record? { records.records[id] }

    package func consent(_ id: ConsentID) -> Consent? { consents.consents[id] }

    package func request(_ id: TransactionID) -> AccessRequest? { consents.requests[id] }

    package func proposal(_ id: TransactionID) -> Proposal? { consents.proposals[id] }

    /// What doctors proposed to a folder, in the order they did.
    package func proposals(to folder: FolderID) -> [TransactionID] { consents.proposalsOfFolder[folder] }

    /// What a doctor proposed, in the order that the ledger has.
    package func proposals(by doctor: IdentityID) -> [TransactionID] { consents.proposalsOfDoctor[doctor] }

    /// What became of a proposal, or can; nil where it was never made.
    package func status(ofProposal proposal: TransactionID, at time: Timestamp) -> ProposalStatus? {
        consents.proposals[proposal].map { surroundings.status(of: $0, at: time) }
    }

    /// Whether a consent lets its grantee ask for access at `time`; nil where it was never granted. Says nothing on
    /// whether its keys are issued yet: ``Consent/keys`` does.
    package func status(of consent: ConsentID, at time: Timestamp) -> ConsentStatus? {
        consents.consents[consent].map {
            surroundings.status(of: $0, at: time)
        }
    }

    /// Why a proxy may say that it destroyed its fragment of a consent, if it were sequenced at `time`. None for a consent
    /// that was never granted.
    ///
    /// - Complexity: O(n) in the number of the consent's proxies.
    package func destructionReasons(of consent: ConsentID, at time: Timestamp) -> Set<DestructionReason> {
        guard let consent = consents.consents[consent] else { return [] }
        let surroundings = surroundings
        return Set(
            DestructionReason.allCases.filter { surroundings.isDestructionDue(of: consent, because: $0, at: time) })
    }

    /// The requests for which a transformer was proved to have answered wrongly, in the order of the disputes.
    package func convictions(of transformer: IdentityID) -> [TransactionID] {
        consents.convictions[transformer]
    }

    /// Every identity, ascending by identifier.
    ///
    /// - Complexity: O(n log n).
    package var identities: [Identity] { enrollment.identities.values.sorted { $0.id < $1.id } }

    /// Every folder, ascending by identifier.
    ///
    /// - Complexity: O(n log n).
    package var folders: [Folder] { records.folders.values.sorted { $0.id < $1.id } }

    /// Every consent, in the order they were granted.
    ///
    /// - Complexity: O(n log n).
    package var allConsents: [Consent] { consents.consents.values.sorted { $0.granted.index < $1.granted.index } }

    /// Every access request, in the order they were logged.
    ///
    /// - Complexity: O(n log n).
    package var requests: [AccessRequest] {
        consents.requests.values.sorted { $0.requested.index < $1.requested.index }
    }
}
