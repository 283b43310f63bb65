/// All that a ledger's leaves add up to: the three contracts, and which transactions were seen.
///
/// A value: equal leaves give equal states, on every machine. Applying a leaf reads no clock, draws no randomness and
/// does no input or output. A copy costs nothing until one of the two changes, and then as much as the part that
/// changes: whoever applies many leaves keeps one state and changes that.
package struct WorldState: Hashable, Sendable {
    /// The ledger's checkpoint origin.
    package let origin: String
    private var enrollment = EnrollmentContract()
    private var records = RecordContract()
    private var consents = ConsentContract()
    private var transactions: [TransactionID: UInt64] = [:]
    /// How many leaves have been applied: the index of the next.
    package private(set) var entryCount: UInt64 = 0
    /// When the last applied leaf was sequenced; nil before the first.
    package private(set) var lastSequencedAt: Timestamp?

    /// The state before the first leaf.
    package init(origin: String) {
        self.origin = origin
    }

    // MARK: Applying

    /// Applies one leaf: all of it, or nothing where it breaks a rule.
    ///
    /// - Parameter signatures: the proof that its signatures verified; without it they are verified here.
    /// - Complexity: constant besides the signatures and, for folders and disputes, the scheme's own proofs.
    package mutating func apply(
        _ entry: LedgerEntry, signatures: VerifiedSignatures? = nil
    ) throws(ContractViolation) {
        try check(entry.signedTransaction, sequencedAt: entry.sequencedAt, signatures: signatures)
        let event = LedgerEvent(transaction: entry.transaction.id, index: entryCount, time: entry.sequencedAt)
        perform(entry.transaction.body, event)
        transactions[event.transaction] = event.index
        entryCount += 1
        lastSequencedAt = event.time
    }

    /// Whether a transaction could be the next leaf if it were sequenced at `time`. Changes nothing.
    package func check(
        _ transaction: SignedTransaction, sequencedAt time: Timestamp, signatures: VerifiedSignatures? = nil
    ) throws(ContractViolation) {
        if let index = transactions[transaction.id] {
            throw ContractViolation(
                .duplicateTransaction, "transaction \(transaction.id) is already sequenced at \(index)")
        }
        if let last = lastSequencedAt, time <= last {
            throw ContractViolation(.timeNotIncreasing, "sequenced at \(time), after a leaf at \(last)")
        }
        let required = try requiredSignatures(of: transaction)
        if let signatures {
            guard signatures.cover(transaction, origin: origin, required) else {
                throw ContractViolation(
                    .signaturesNotVerified, "the signatures of \(transaction.id) were verified for something else")
            }
        } else {
            _ = try VerifiedSignatures(verifying: transaction, origin: origin, against: required)
        }
        try checkRules(of: transaction.body, at: time)
    }

    private func checkRules(of body: TransactionBody, at time: Timestamp) throws(ContractViolation) {
        let surroundings = ConsentSurroundings(enrollment: enrollment, records: records)
        switch body {
        case .ledgerFounded(let body): try enrollment.check(body, origin: origin)
        case .identityEnrolled(let body): try enrollment.check(body)
        case .identityRetired(let body): try enrollment.check(body)
        case .folderOpened(let body): try records.check(body, enrollment)
        case .recordDeposited(let body): try records.check(body, enrollment)
        case .consentGranted(let body): try consents.check(body, at: time, surroundings)
        case .keysIssued(let body): try consents.check(body, at: time, surroundings)
        case .accessRequested(let body): try consents.check(body, at: time, surroundings)
        case .transformed(let body): try consents.check(body, at: time, surroundings)
        case .recordOpened(let body): try consents.check(body)
        case .recordExported(let body): try consents.check(body)
        case .consentRevoked(let body): try consents.check(body, records)
        case .fragmentsDestroyed(let body): try consents.check(body, at: time, surroundings)
        case .folderErased(let body): try records.check(body)
        case .fragmentDisputed(let body): try consents.check(body, surroundings)
        }
    }

    private mutating func perform(_ body: TransactionBody, _ event: LedgerEvent) {
        switch body {
        case .ledgerFounded(let body): enrollment.perform(body)
        case .identityEnrolled(let body): enrollment.perform(body, event)
        case .identityRetired(let body): enrollment.perform(body, event)
        case .folderOpened(let body): records.perform(body, event, &enrollment)
        case .recordDeposited(let body): records.perform(body, event)
        case .consentGranted(let body): consents.perform(body, event, &records)
        case .keysIssued(let body): consents.perform(body, event, &enrollment)
        case .accessRequested(let body): consents.perform(body, event, &records)
        case .transformed(let body): consents.perform(body, event)
        case .recordOpened(let body): consents.perform(body, event)
        case .recordExported(let body): consents.perform(body, event)
        case .consentRevoked(let body): consents.perform(body, event)
        case .fragmentsDestroyed(let body): consents.perform(body, event, &records)
        case .folderErased(let body): records.perform(body, event)
        case .fragmentDisputed(let body): consents.perform(body, event)
        }
    }

    // MARK: Signers

    /// Who must sign a transaction in this state: exactly these, ascending by signer.
    ///
    /// - Throws: why nobody's signature could make it valid, such as an unknown folder.
    package func requiredSignatures(
        of transaction: SignedTransaction
    ) throws(ContractViolation) -> [RequiredSignature] {
        guard entryCount > 0 || transaction.body.isFounding else {
            throw ContractViolation(.notFounded, "the first leaf must be LedgerFounded")
        }
        return try SignerRules(enrollment: enrollment, records: records, consents: consents)
            .required(transaction)
    }

    /// Verifies a transaction's signatures against the keys that this state demands. Changes nothing, so that a caller
    /// can verify many transactions at once and ``apply(_:signatures:)`` them in order afterwards.
    package func verifySignatures(
        of transaction: SignedTransaction
    ) throws(ContractViolation) -> VerifiedSignatures {
        try VerifiedSignatures(
            verifying: transaction, origin: origin, against: try requiredSignatures(of: transaction))
    }

    // MARK: Reading

    /// The founding; nil before the first leaf.
    package var founding: LedgerFounded? { enrollment.founding }

    /// The index of the leaf that carries a transaction; nil where none does.
    package func index(of transaction: TransactionID) -> UInt64? { transactions[transaction] }

    package func member(_ id: MemberID) -> Member? { enrollment.members[id] }

    package func identity(_ id: IdentityID) -> Identity? { enrollment.identities[id] }

    /// The key of a member, an identity (even a retired one) or a folder.
    package func signingKey(of signer: SignerID) -> SigningKey? { enrollment.key(of: signer) }

    package func folder(_ id: FolderID) -> Folder? { records.folders[id] }

    package func record(_ id: RecordID) -> Record? { records.records[id] }

    package func consent(_ id: ConsentID) -> Consent? { consents.consents[id] }

    package func request(_ id: TransactionID) -> AccessRequest? { consents.requests[id] }

    /// Whether a consent lets its grantee ask for access at `time`; nil where it was never granted. Says nothing on
    /// whether its keys are issued yet: ``Consent/keys`` does.
    package func status(of consent: ConsentID, at time: Timestamp) -> ConsentStatus? {
        consents.consents[consent].map {
            ConsentSurroundings(enrollment: enrollment, records: records).status(of: $0, at: time)
        }
    }

    /// Why a proxy may say that it destroyed its fragment of a consent, if it were sequenced at `time`. None for a consent
    /// that was never granted.
    ///
    /// - Complexity: O(n) in the number of the consent's proxies.
    package func destructionReasons(of consent: ConsentID, at time: Timestamp) -> Set<DestructionReason> {
        guard let consent = consents.consents[consent] else { return [] }
        let surroundings = ConsentSurroundings(enrollment: enrollment, records: records)
        return Set(
            DestructionReason.allCases.filter { surroundings.isDestructionDue(of: consent, because: $0, at: time) })
    }

    /// The requests for which a transformer was proved to have answered wrongly, in the order of the disputes.
    package func convictions(of transformer: IdentityID) -> [TransactionID] {
        consents.convictions[transformer] ?? []
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

extension TransactionBody {
    var isFounding: Bool {
        if case .ledgerFounded = self { true } else { false }
    }
}
