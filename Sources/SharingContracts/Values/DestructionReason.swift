import SharingMessages

/// Why a holder destroyed what it held. It must be true when it is logged.
package enum DestructionReason: String, Hashable, Sendable, CaseIterable {
    /// The consent is revoked.
    case revoked
    /// The consent's last millisecond has passed.
    case expired
    /// All of the consent's accesses have been requested, and each is opened or was answered by all who can answer it.
    case usedUp
    /// The folder is erased.
    case erased
}

extension DestructionReason {
    init?(_ wire: WireDestructionReason) {
        switch wire {
        case .revoked: self = .revoked
        case .expired: self = .expired
        case .usedUp: self = .usedUp
        case .erased: self = .erased
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }

    var wire: WireDestructionReason {
        switch self {
        case .revoked: .revoked
        case .expired: .expired
        case .usedUp: .usedUp
        case .erased: .erased
        }
    }
}
