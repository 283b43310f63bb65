/// One wave of a heartbeat: a Gaussian in time whose two flanks may differ, with an amplitude in each independent lead.
struct BeatWave {
    /// Seconds after the R peak.
    let offset: Double
    /// Standard deviations of the rising and the falling flank, in seconds.
    let rise: Double
    let fall: Double
    /// Whether offset and width stretch with the square root of the RR interval (Bazett), as repolarisation does.
    let stretches: Bool
    /// Millivolts in I, II, V1, V2, V3, V4, V5, V6.
    let amplitudes: [Double]

    init(
        _ offset: Double, rise: Double, fall: Double? = nil, stretches: Bool = false, _ amplitudes: [Double]
    ) {
        self.offset = offset
        self.rise = rise
        self.fall = fall ?? rise
        self.stretches = stretches
        self.amplitudes = amplitudes
    }
}

/// Where a synthesised beat comes from.
enum BeatOrigin {
    case sinus, atrial, ventricular

    var code: AnnotationCode {
        switch self {
        case .sinus: .normalBeat
        case .atrial: .atrialPrematureBeat
        case .ventricular: .ventricularPrematureBeat
        }
    }

    /// The beat's waves. Amplitudes and times are those of a textbook adult: PR 160 ms, QRS 95 ms, QT 420 ms at 60/min,
    /// axis 50°, R growing from V1 to V4 and S shrinking; the ventricular beat is wide (150 ms), of left bundle branch
    /// block form with an inferior axis, its T wave opposite.
    var waves: [BeatWave] {
        switch self {
        case .sinus: Self.sinusWaves
        case .atrial: Self.atrialWaves
        case .ventricular: Self.ectopicVentricles
        }
    }

    private static let sinusWaves = sinusAtria + ventricles
    private static let atrialWaves = ectopicAtria + ventricles

    private static let sinusAtria = [
        BeatWave(-0.160, rise: 0.020, [0.07, 0.12, 0.05, 0.06, 0.06, 0.06, 0.055, 0.05]),
        BeatWave(-0.122, rise: 0.014, [0.01, 0.01, -0.05, -0.015, 0, 0, 0, 0]),
    ]

    private static let ectopicAtria = [
        BeatWave(-0.140, rise: 0.018, [0.04, -0.06, 0.05, 0.04, 0.03, 0.02, 0.02, 0.02])
    ]

    private static let ventricles = [
        BeatWave(-0.026, rise: 0.0085, [-0.06, -0.07, 0.24, 0.32, 0.20, -0.02, -0.09, -0.10]),
        BeatWave(0, rise: 0.0105, [0.65, 1.05, -0.55, -0.55, 0.50, 1.45, 1.35, 1.05]),
        BeatWave(0.019, rise: 0.0105, [-0.12, -0.20, -0.45, -0.95, -0.90, -0.60, -0.30, -0.12]),
        BeatWave(
            0.300, rise: 0.060, fall: 0.038, stretches: true, [0.18, 0.30, -0.06, 0.42, 0.48, 0.45, 0.35, 0.25]),
    ]

    private static let ectopicVentricles = [
        BeatWave(0, rise: 0.028, fall: 0.034, [0.25, 1.60, -0.95, -1.30, -0.55, 0.95, 1.40, 1.25]),
        BeatWave(0.055, rise: 0.020, [0.10, 0.25, -0.30, -0.45, -0.25, 0.10, 0.30, 0.30]),
        BeatWave(0.310, rise: 0.070, fall: 0.050, [-0.10, -0.50, 0.30, 0.55, 0.35, -0.25, -0.45, -0.40]),
    ]
}
