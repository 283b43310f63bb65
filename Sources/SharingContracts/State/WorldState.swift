/// All that a ledger's leaves add up to: the three contracts, and which transactions were seen.
///
/// A value: equal leaves give equal states, on every machine. Applying a leaf reads no clock, draws no randomness and
/// does no input or output. A copy costs nothing until one of the two changes, and then as much as the part that
/// changes: whoever applies many leaves keeps one state and changes that.
///
/// Wholly in memory, or over a store that somebody else writes (``StateReading``): then it holds only what changed since
/// the last ``settle()``. Where the store fails, the state throws ``ContractViolation/Code/stateUnavailable`` from then
/// on, and applies nothing more.
package struct WorldState: Hashable, Sendable {
    /// The ledger's checkpoint origin.
    package let origin: String
    var enrollment: EnrollmentContract
    var records: RecordContract
    var consents: ConsentContract
    var transactions: StateTable<TransactionID, UInt64>
    var progress: StateCell<LedgerProgress>
    var activation: ActivationContract
    let backing: StateBacking?
    /// The rules that whoever holds this state has: no part of what the leaves add up to.
    let known: KnownContracts
    /// Whether leaves were taken in without those before them: ``take(proven:at:)``. Such a state judges nothing.
    package internal(set) var isPartial = false

    /// The state before the first leaf, all of it in memory.
    package init(origin: String, knowing known: KnownContracts = .all) {
        self.init(origin: origin, over: nil, knowing: known)
    }

    init(origin: String, over backing: StateBacking?, knowing known: KnownContracts) {
        self.origin = origin
        self.known = known
        self.backing = backing
        enrollment = EnrollmentContract(backing)
        records = RecordContract(backing)
        consents = ConsentContract(backing)
        transactions = StateTable(.transactions, backing)
        progress = StateCell(.progress, backing)
        activation = ActivationContract(backing)
    }

    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.origin == rhs.origin && lhs.enrollment == rhs.enrollment && lhs.records == rhs.records
            && lhs.consents == rhs.consents && lhs.transactions == rhs.transactions && lhs.progress == rhs.progress
            && lhs.activation == rhs.activation
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(origin)
        hasher.combine(progress)
        hasher.combine(transactions)
        hasher.combine(records)
        hasher.combine(consents)
        hasher.combine(enrollment)
        hasher.combine(activation)
    }

    /// How many leaves have been applied: the index of the next.
    package var entryCount: UInt64 { progress.value?.entryCount ?? 0 }

    /// When the last applied leaf was sequenced; nil before the first.
    package var lastSequencedAt: Timestamp? { progress.value?.lastSequencedAt }

    // MARK: Applying

    /// Applies one leaf: all of it, or nothing where it breaks a rule.
    ///
    /// - Throws: ``ContractViolation``. After ``ContractViolation/Code/stateUnavailable`` the leaf may be applied in part;
    ///   such a state gives out no ``changes`` and applies nothing more.
    /// - Parameter signatures: the proof that its signatures verified; without it they are verified here.
    /// - Complexity: constant besides the signatures and, for folders and disputes, the scheme's own proofs.
    package mutating func apply(
        _ entry: LedgerEntry, signatures: VerifiedSignatures? = nil
    ) throws(ContractViolation) {
        try check(entry.signedTransaction, sequencedAt: entry.sequencedAt, signatures: signatures)
        try perform(entry)
    }

    /// Applies one leaf whose signatures are believed to have been verified: below a checkpoint that is trusted, and nowhere
    /// else. Every other rule is checked.
    package mutating func applyTrustingSignatures(_ entry: LedgerEntry) throws(ContractViolation) {
        try whileAvailable { () throws(ContractViolation) in
            try checkPlace(of: entry.transaction.id, at: entry.sequencedAt)
            _ = try requiredSignatures(of: entry.signedTransaction)
            try checkRules(of: entry.transaction.body, at: entry.sequencedAt)
        }
        try perform(entry)
    }

    private mutating func perform(_ entry: LedgerEntry) throws(ContractViolation) {
        let event = LedgerEvent(transaction: entry.transaction.id, index: entryCount, time: entry.sequencedAt)
        perform(entry.transaction.body, event)
        transactions.set(event.index, for: event.transaction)
        progress.value = LedgerProgress(entryCount: event.index + 1, lastSequencedAt: event.time)
        try requireAvailable()
    }

    /// Whether a transaction could be the next leaf if it were sequenced at `time`. Changes nothing.
    package func check(
        _ transaction: SignedTransaction, sequencedAt time: Timestamp, signatures: VerifiedSignatures? = nil
    ) throws(ContractViolation) {
        try whileAvailable { () throws(ContractViolation) in
            try checkAll(of: transaction, at: time, signatures)
        }
    }

    private func checkAll(
        of transaction: SignedTransaction, at time: Timestamp, _ signatures: VerifiedSignatures?
    ) throws(ContractViolation) {
        try checkPlace(of: transaction.id, at: time)
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

    private func checkPlace(of id: TransactionID, at time: Timestamp) throws(ContractViolation) {
        guard !isPartial else {
            throw ContractViolation(.stateUnavailable, "a state of some of the leaves judges no transaction")
        }
        if let index = transactions[id] {
            throw ContractViolation(.duplicateTransaction, "transaction \(id) is already sequenced at \(index)")
        }
        if let last = lastSequencedAt, time <= last {
            throw ContractViolation(.timeNotIncreasing, "sequenced at \(time), after a leaf at \(last)")
        }
    }

    private func checkRules(of body: TransactionBody, at time: Timestamp) throws(ContractViolation) {
        let surroundings = surroundings
        switch body {
        case .ledgerFounded(let body): try enrollment.check(body, origin: origin, known: known)
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
        case .contractActivated(let body): try activation.check(body, enrollment.founding, known: known)
        case .accessProposed(let body): try consents.check(body, at: time, surroundings)
        case .proposalDeclined(let body): try consents.check(body, at: time, surroundings)
        }
    }

    /// The rules are those in force before the leaf.
    var surroundings: ConsentSurroundings {
        ConsentSurroundings(
            enrollment: enrollment, records: records,
            rules: ConsentRules(version: activation.inForce?[.consent] ?? 1))
    }

    mutating func perform(_ body: TransactionBody, _ event: LedgerEvent) {
        switch body {
        case .ledgerFounded(let body):
            enrollment.perform(body)
            activation.perform(body)
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
        case .contractActivated(let body): activation.perform(body, event)
        case .accessProposed(let body): consents.perform(body, event)
        case .proposalDeclined(let body): consents.perform(body, event)
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
        return try whileAvailable { () throws(ContractViolation) in
            try SignerRules(enrollment: enrollment, records: records, consents: consents).required(transaction)
        }
    }

    /// Verifies a transaction's signatures against the keys that this state demands. Changes nothing, so that a caller
    /// can verify many transactions at once and ``apply(_:signatures:)`` them in order afterwards.
    package func verifySignatures(
        of transaction: SignedTransaction
    ) throws(ContractViolation) -> VerifiedSignatures {
        try VerifiedSignatures(
            verifying: transaction, origin: origin, against: try requiredSignatures(of: transaction))
    }
}

extension TransactionBody {
    package var isFounding: Bool {
        if case .ledgerFounded = self { true } else { false }
    }
}
