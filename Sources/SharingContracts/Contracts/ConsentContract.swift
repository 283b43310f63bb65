/// Consents, the keys issued for them, and every access under them or by a folder's owner.
///
/// Every `check` only reads and every `perform` cannot fail, so that a transaction is applied wholly or not at all.
package struct ConsentContract: Hashable, Sendable {
    var consents: [ConsentID: Consent] = [:]
    var requests: [TransactionID: AccessRequest] = [:]
    /// The disputed requests of each convicted transformer, in the order of the disputes.
    var convictions: [IdentityID: [TransactionID]] = [:]

    init() {}

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
}

/// The contracts that a consent's rules read besides their own.
struct ConsentSurroundings {
    let enrollment: EnrollmentContract
    let records: RecordContract

    func status(of consent: Consent, at time: Timestamp) -> ConsentStatus {
        if records.folders[consent.terms.folder]?.isErased != false { return .erased }
        if consent.revoked != nil { return .revoked }
        if enrollment.identities[consent.terms.grantee]?.isActive != true { return .granteeRetired }
        if time > consent.terms.notAfter { return .expired }
        if time < consent.terms.notBefore { return .notYetValid }
        return consent.isUsedUp ? .usedUp : .active
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
