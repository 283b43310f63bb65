/// Paper speed: how much of the paper's width a second takes.
public enum PaperSpeed: Double, CaseIterable, Hashable, Sendable {
    case mm12Point5 = 12.5
    /// The standard.
    case mm25 = 25
    case mm50 = 50

    /// Millimetres for one second.
    public var millimetresPerSecond: Double { rawValue }
}

/// Sensitivity: how much of the paper's height a millivolt takes.
public enum PaperGain: Double, CaseIterable, Hashable, Sendable {
    case mm5 = 5
    /// The standard.
    case mm10 = 10
    case mm20 = 20

    /// Millimetres for one millivolt.
    public var millimetresPerMillivolt: Double { rawValue }
}
