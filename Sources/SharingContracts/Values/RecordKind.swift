import SharingMessages

/// What kind of recording a record is. Coarse on purpose: it is public.
package enum RecordKind: String, Hashable, Sendable, CaseIterable {
    case restingECG
    case ambulatoryECG
    case stressECG
    case otherECG
}

extension RecordKind {
    init?(_ wire: WireRecordKind) {
        switch wire {
        case .restingEcg: self = .restingECG
        case .ambulatoryEcg: self = .ambulatoryECG
        case .stressEcg: self = .stressECG
        case .otherEcg: self = .otherECG
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }

    var wire: WireRecordKind {
        switch self {
        case .restingECG: .restingEcg
        case .ambulatoryECG: .ambulatoryEcg
        case .stressECG: .stressEcg
        case .otherECG: .otherEcg
        }
    }
}
