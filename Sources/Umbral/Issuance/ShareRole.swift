/// Whose share of a delegating key, and whose half of a key fragment.
public enum ShareRole: UInt8, Hashable, Sendable, CaseIterable {
    /// The folder's owner.
    case patient = 1
    /// The key service.
    case service = 2
}

extension ShareRole: CustomStringConvertible {
    public var description: String {
        switch self {
        case .patient: "patient"
        case .service: "key service"
        }
    }
}
