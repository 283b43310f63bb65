/// The twelve leads of the standard electrocardiogram, in the order of the usual report.
public enum StandardLead: Int, CaseIterable, Hashable, Sendable {
    case leadI, leadII, leadIII, aVR, aVL, aVF, v1, v2, v3, v4, v5, v6

    /// The name as printed: `I`, `aVR`, `V1`.
    public var name: String {
        switch self {
        case .leadI: "I"
        case .leadII: "II"
        case .leadIII: "III"
        case .aVR: "aVR"
        case .aVL: "aVL"
        case .aVF: "aVF"
        case .v1: "V1"
        case .v2: "V2"
        case .v3: "V3"
        case .v4: "V4"
        case .v5: "V5"
        case .v6: "V6"
        }
    }

    /// Reads a name in any case, with the `ECG ` or `Lead ` that some formats put before it (`aVR`, `AVR`, `ECG avr`).
    ///
    /// Nil for everything else: a modified lead such as `MLII` is not lead II, and `V` is no particular chest lead.
    public init?(name: String) {
        var key = name.lowercased()
        for prefix in ["ecg ", "lead "] where key.hasPrefix(prefix) { key.removeFirst(prefix.count) }
        while key.first == " " { key.removeFirst() }
        while key.last == " " { key.removeLast() }
        guard let match = Self.allCases.first(where: { $0.name.lowercased() == key }) else { return nil }
        self = match
    }

    /// How the six limb leads follow from I and II (Einthoven, Goldberger), or nil for a chest lead.
    ///
    /// `III = II - I`, `aVR = -(I + II)/2`, `aVL = I - II/2`, `aVF = II - I/2`.
    public var limbWeights: (leadI: Double, leadII: Double)? {
        switch self {
        case .leadI: (1, 0)
        case .leadII: (0, 1)
        case .leadIII: (-1, 1)
        case .aVR: (-0.5, -0.5)
        case .aVL: (1, -0.5)
        case .aVF: (-0.5, 1)
        default: nil
        }
    }
}
