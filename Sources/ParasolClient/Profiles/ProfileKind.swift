/// Whose profile it is. The numbers are the file format's.
package enum ProfileKind: UInt8, Hashable, Sendable, CaseIterable {
    case patient = 1
    case depositor = 2
    case doctor = 3
    case auditor = 4
    /// An organisation that vouches for identities.
    case member = 5
    case keyService = 6
    case proxy = 7
    case ledger = 8
    case witness = 9
    case vault = 10
}

extension ProfileKind: CustomStringConvertible {
    /// As in a sentence: "a key service".
    package var description: String {
        switch self {
        case .patient: "patient"
        case .depositor: "depositor"
        case .doctor: "doctor"
        case .auditor: "auditor"
        case .member: "member"
        case .keyService: "key service"
        case .proxy: "proxy"
        case .ledger: "ledger"
        case .witness: "witness"
        case .vault: "vault"
        }
    }
}
