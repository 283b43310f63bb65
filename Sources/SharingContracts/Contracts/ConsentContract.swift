/// Consents, what doctors proposed of them, the keys issued for them, and every access under them or by a folder's owner.
///
/// Every `check` only reads and every `perform` cannot fail, so that a transaction is applied wholly or not at all.
package struct ConsentContract: Hashable, Sendable {
    var consents: StateTable<ConsentID, Consent>
    var requests: StateTable<TransactionID, AccessRequest>
    /// In the order they were logged.
    var requestsOfConsent: StateList<ConsentKind, TransactionKind>
    /// The disputed requests of each convicted transformer, in the order of the disputes.
    var convictions: StateList<IdentityKind, TransactionKind>
    var proposals: StateTable<TransactionID, Proposal>
    /// In the order they were logged.
    var proposalsOfFolder: StateList<FolderKind, TransactionKind>
    /// In the order they were logged.
    var proposalsOfDoctor: StateList<IdentityKind, TransactionKind>
    /// Which of a doctor's proposals to a folder counted when the last one came.
    var countedProposals: StateTable<ProposalTie, CountedProposals>

    init(_ backing: StateBacking?) {
        consents = StateTable(.consents, backing)
        requests = StateTable(.requests, backing)
        requestsOfConsent = StateList(counts: .consentRequestCounts, elements: .consentRequests, backing)
        convictions = StateList(counts: .convictionCounts, elements: .convictions, backing)
        proposals = StateTable(.proposals, backing)
        proposalsOfFolder = StateList(counts: .folderProposalCounts, elements: .folderProposals, backing)
        proposalsOfDoctor = StateList(counts: .doctorProposalCounts, elements: .doctorProposals, backing)
        countedProposals = StateTable(.countedProposals, backing)
    }

    func consent(_ id: ConsentID) throws(ContractViolation) -> Consent {
        guard let consent = consents[id] else {
            throw ContractViolation(.unknownConsent, "no consent \(id) is granted")
        }
        return consent
    }

    func request(_ id: TransactionID) throws(ContractViolation) -> AccessRequest {
        guard let request = requests[id] else {
            throw ContractViolation(.unknownRequest, "no access request \(id) is logged")
        }
        return request
    }

    func proposal(_ id: TransactionID) throws(ContractViolation) -> Proposal {
        guard let proposal = proposals[id] else {
            throw ContractViolation(.unknownProposal, "no proposal \(id) is logged")
        }
        return proposal
    }
}

extension ConsentContract {
    var parts: [any StateStored] {
        [consents, requests, proposals, countedProposals] + requestsOfConsent.parts + convictions.parts
            + proposalsOfFolder.parts + proposalsOfDoctor.parts
    }

    mutating func take(_ step: SettlementStep) {
        consents.take(step)
        requests.take(step)
        requestsOfConsent.take(step)
        convictions.take(step)
        proposals.take(step)
        proposalsOfFolder.take(step)
        proposalsOfDoctor.take(step)
        countedProposals.take(step)
    }
}

/// The contracts that a consent's rules read besides their own.
struct ConsentSurroundings {
    let enrollment: EnrollmentContract
    let records: RecordContract
    let rules: ConsentRules

    func status(of consent: Consent, at time: Timestamp) -> ConsentStatus {
        if records.folders[consent.terms.folder]?.isErased != false { return .erased }
        if consent.revoked != nil { return .revoked }
        if enrollment.identities[consent.terms.grantee]?.isActive != true { return .granteeRetired }
        if consent.terms.hasEnded(at: time) { return .expired }
        if !consent.terms.hasBegun(at: time) { return .notYetValid }
        return consent.isUsedUp ? .usedUp : .active
    }

    /// Whether `reason` is true of a consent's fragments at `time`. Asks for the fact, not for the status.
    ///
    /// - Complexity: O(n) in the number of the consent's proxies.
    func isDestructionDue(of consent: Consent, because reason: DestructionReason, at time: Timestamp) -> Bool {
        switch reason {
        case .erased: records.folders[consent.terms.folder]?.isErased == true
        case .revoked: consent.revoked != nil
        case .expired: consent.terms.hasEnded(at: time)
        case .usedUp: isSpent(consent)
        }
    }

    /// Whether a consent is used up, and each of its requests is opened or was answered by every proxy that can still answer.
    ///
    /// Counted transforms do not say that a request can be opened: with liars among them it needs more than the threshold.
    private func isSpent(_ consent: Consent) -> Bool {
        consent.isUsedUp
            && consent.terms.proxies.allSatisfy { proxy in
                consent.waiting[proxy, default: 0] == 0 || consent.destructions[proxy] != nil
                    || enrollment.identities[proxy]?.isActive != true
            }
    }

    /// That a consent's status is one of those allowed.
    func require(
        _ allowed: Set<ConsentStatus>, of consent: Consent, at time: Timestamp
    ) throws(ContractViolation) {
        let status = status(of: consent, at: time)
        if allowed.contains(status) { return }
        throw ContractViolation(status.violation, "consent \(consent.id) is \(status.rawValue) at \(time)")
    }
}

extension ConsentStatus {
    /// How a rule that needs the consent to be active is broken by this status.
    fileprivate var violation: ContractViolation.Code {
        switch self {
        case .erased: .folderErased
        case .revoked: .consentRevoked
        case .granteeRetired: .granteeRetired
        case .expired: .consentExpired
        case .notYetValid: .consentNotYetValid
        case .usedUp, .active: .consentUsedUp
        }
    }
}
