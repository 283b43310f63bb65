import SharingMessages

/// What an identity may do.
package enum Role: String, Hashable, Sendable, CaseIterable {
    /// Deposits records.
    case depositor
    /// Receives consents and requests access.
    case doctor
    /// Reads the whole ledger in its member's name.
    case auditor
    /// Holds one share of folders' delegating keys.
    case keyService
    /// Holds key fragments and transforms capsules.
    case proxy
}

extension Role {
    init?(_ wire: WireRole) {
        switch wire {
        case .depositor: self = .depositor
        case .doctor: self = .doctor
        case .auditor: self = .auditor
        case .keyService: self = .keyService
        case .proxy: self = .proxy
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }

    var wire: WireRole {
        switch self {
        case .depositor: .depositor
        case .doctor: .doctor
        case .auditor: .auditor
        case .keyService: .keyService
        case .proxy: .proxy
        }
    }
}
