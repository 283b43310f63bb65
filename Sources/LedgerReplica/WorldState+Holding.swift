package import SharingContracts

/// What the ledger's state means for those who hold shares and fragments.
extension WorldState {
    /// Why a capsule must not be transformed under a consent now; nil where it may.
    ///
    /// A used-up consent still answers the requests that used it up.
    package func transformRefusal(of consent: ConsentID, at now: Timestamp) -> ConsentStatus? {
        switch status(of: consent, at: now) {
        case .active, .usedUp, nil: nil
        case let refusal?: refusal
        }
    }

    /// Why keys must not be issued for a consent now; nil where they may.
    package func issuanceRefusal(of consent: ConsentID, at now: Timestamp) -> ConsentStatus? {
        switch status(of: consent, at: now) {
        case .active, .notYetValid, nil: nil
        case let refusal?: refusal
        }
    }

    /// Why a holder must destroy its fragment of a consent now; nil where it must keep it.
    ///
    /// A used-up consent's fragments are needed until each of its requests has as many transforms as opening needs.
    package func destructionReason(of consent: ConsentID, at now: Timestamp) -> DestructionReason? {
        switch status(of: consent, at: now) {
        case .erased: .erased
        case .revoked: .revoked
        case .expired: .expired
        case .usedUp:
            self.consent(consent)?.requests.allSatisfy { id in
                request(id).map { $0.transforms.count >= $0.threshold } ?? true
            } == true ? .usedUp : nil
        case .active, .notYetValid, .granteeRetired, nil: nil
        }
    }
}
