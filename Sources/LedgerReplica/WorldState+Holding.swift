package import SharingContracts

/// What the ledger's state means for those who hold shares and fragments.
extension WorldState {
    /// Why a capsule must not be transformed under a consent now; nil where it may.
    ///
    /// A used-up consent still answers the requests that used it up.
    package func transformRefusal(of consent: ConsentID, at now: Timestamp) -> HoldingRefusal? {
        switch status(of: consent, at: now) {
        case .active, .usedUp: nil
        case .erased: .erased
        case .revoked: .revoked
        case .granteeRetired: .granteeRetired
        case .expired: .expired
        case .notYetValid: .notYetValid
        case nil: .unknown
        }
    }

    /// Why keys must not be issued for a consent now; nil where they may.
    package func issuanceRefusal(of consent: ConsentID, at now: Timestamp) -> HoldingRefusal? {
        switch status(of: consent, at: now) {
        case .active, .notYetValid: nil
        case .erased: .erased
        case .revoked: .revoked
        case .granteeRetired: .granteeRetired
        case .expired: .expired
        case .usedUp: .usedUp
        case nil: .unknown
        }
    }

    /// Why a holder must destroy its fragment of a consent now; nil where it must keep it.
    ///
    /// The weightiest of the reasons for which the ledger accepts the destruction.
    package func destructionReason(of consent: ConsentID, at now: Timestamp) -> DestructionReason? {
        let due = destructionReasons(of: consent, at: now)
        return [.erased, .revoked, .expired, .usedUp].first { due.contains($0) }
    }
}

/// Why a holder must not do what a consent is for: its status, or that there is no such consent.
package enum HoldingRefusal: String, Hashable, Sendable {
    /// The ledger knows no such consent.
    case unknown
    case erased
    case revoked
    case granteeRetired
    case expired
    case notYetValid
    case usedUp
}
