/// What a synthesised electrocardiogram is like.
public struct SynthesisOptions: Hashable, Sendable {
    /// The leads, in order. Which are chosen does not change the samples of any of them.
    public var leads = StandardLead.allCases
    /// Samples per second.
    public var samplingRate = 500.0
    /// Steps per millivolt.
    public var gain = 1000.0
    public var format = WFDBSignalFormat.format16
    /// Beats per minute.
    public var heartRate = 68.0
    /// Share by which the RR interval varies with breathing, and somewhat less by itself.
    public var variability = 0.03
    /// Breaths per second.
    public var respiratoryFrequency = 0.23
    /// Share of beats that are premature ventricular contractions.
    public var ventricularShare = 0.0
    /// Share of beats that are atrial premature beats.
    public var atrialShare = 0.0
    /// Amplitude of the baseline's wander with breathing, in millivolts.
    public var baselineWander = 0.04
    /// Hertz.
    public var mainsFrequency = 50.0
    /// Amplitude of mains hum in millivolts.
    public var mainsNoise = 0.004
    /// Standard deviation of muscle noise in millivolts.
    public var muscleNoise = 0.006
    /// The same seed and options give the same samples, on every platform.
    public var seed: UInt64 = 1

    public init() {}

    /// - Throws: ``SynthesisError/outOfRange(_:)`` for the first option that makes no electrocardiogram.
    func check() throws(SynthesisError) {
        let checks: [(String, Bool)] = [
            ("leads", !leads.isEmpty && Set(leads).count == leads.count),
            ("samplingRate", 100...10_000 ~= samplingRate),
            ("gain", 10...100_000 ~= gain),
            ("heartRate", 20...250 ~= heartRate),
            ("variability", 0...0.2 ~= variability),
            ("respiratoryFrequency", 0.05...1 ~= respiratoryFrequency),
            ("ventricularShare", 0...0.5 ~= ventricularShare),
            ("atrialShare", 0...0.5 ~= atrialShare),
            ("baselineWander", 0...2 ~= baselineWander),
            ("mainsFrequency", 1...1000 ~= mainsFrequency),
            ("mainsNoise", 0...2 ~= mainsNoise),
            ("muscleNoise", 0...2 ~= muscleNoise),
        ]
        for (name, holds) in checks where !holds { throw .outOfRange(name) }
    }
}

/// Why nothing can be synthesised.
public enum SynthesisError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The option of this name.
    case outOfRange(String)

    public var description: String {
        switch self {
        case .outOfRange(let option): "synthesis option \(option) is out of range"
        }
    }
}
