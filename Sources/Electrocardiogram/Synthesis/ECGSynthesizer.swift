/// Makes electrocardiograms of nobody: sums of Gaussian waves in eight independent leads (I, II, V1 to V6), the other
/// limb leads derived by Einthoven's and Goldberger's relations, with wander and noise (after McSharry et al., "A
/// dynamical model for generating synthetic electrocardiogram signals", 2003, in closed form).
///
/// A stream: ask for frames as often as needed; memory does not grow. The chunks' sizes do not change the samples.
public struct ECGSynthesizer: Sendable {
    public let options: SynthesisOptions
    /// Frames given out so far.
    public private(set) var frame = 0

    private var rhythm: RhythmGenerator
    private var noise: SeededGenerator
    private var active: [SynthesisedBeat] = []
    private var unannounced: [ECGAnnotation]
    private var previousNoise = [Double](repeating: 0, count: Self.independentCount)
    private let wanderPhases: [Double]
    private let mainsPhases: [Double]

    private static let independentCount = 8
    /// Seconds before and after an R peak beyond which a beat has no effect.
    private static let reach = (before: 0.35, after: 1.0)

    /// - Throws: ``SynthesisError/outOfRange(_:)``.
    public init(_ options: SynthesisOptions) throws(SynthesisError) {
        try options.check()
        self.options = options
        rhythm = RhythmGenerator(options)
        noise = SeededGenerator(seed: ~options.seed)
        var phases = SeededGenerator(seed: options.seed ^ 0x5a5a_5a5a_5a5a_5a5a)
        wanderPhases = (0..<2 * Self.independentCount).map { _ in phases.uniform() }
        mainsPhases = (0..<Self.independentCount).map { _ in phases.uniform() }
        unannounced = [ECGAnnotation(time: 0, code: .rhythmChange, auxiliary: Array("(N\0".utf8))]
    }

    /// The next `count` frames: one array of samples for each lead of the options, and the annotations of that stretch.
    public mutating func next(_ count: Int) -> (samples: [[Int32]], annotations: [ECGAnnotation]) {
        var samples = [[Int32]](repeating: [], count: options.leads.count)
        for index in samples.indices { samples[index].reserveCapacity(count) }
        for _ in 0..<max(0, count) {
            let independent = quantised(millivolts(at: Double(frame) / options.samplingRate))
            for index in samples.indices {
                samples[index].append(Self.sample(of: options.leads[index], independent))
            }
            frame += 1
        }
        admitBeats(until: Double(frame) / options.samplingRate)
        let due = unannounced.prefix { $0.time < frame }
        unannounced.removeFirst(due.count)
        return (samples, Array(due))
    }

    private mutating func admitBeats(until time: Double) {
        while (active.last?.time ?? -.infinity) < time + Self.reach.before {
            let beat = rhythm.next()
            active.append(beat)
            let place = Int((beat.time * options.samplingRate).rounded())
            if place >= 0 { unannounced.append(ECGAnnotation(time: place, code: beat.origin.code)) }
        }
    }

    private mutating func millivolts(at time: Double) -> [Double] {
        admitBeats(until: time)
        while let first = active.first, active.count > 1, first.time < time - Self.reach.after {
            active.removeFirst()
        }
        var sum = [Double](repeating: 0, count: Self.independentCount)
        for beat in active {
            for wave in beat.origin.waves {
                let stretch = wave.stretches ? beat.stretch : 1
                let distance = time - beat.time - wave.offset * stretch
                let width = (distance < 0 ? wave.rise : wave.fall) * stretch
                // Beyond six deviations a wave of 2 mV is below a hundredth of a microvolt.
                guard abs(distance) < 6 * width else { continue }
                let height = beat.strength * PortableMath.gaussian(distance, width: width)
                for lead in 0..<Self.independentCount { sum[lead] += height * wave.amplitudes[lead] }
            }
        }
        for lead in 0..<Self.independentCount {
            let breathing = PortableMath.sine(turns: time * options.respiratoryFrequency + wanderPhases[2 * lead])
            let drift = PortableMath.sine(turns: time * 0.031 + wanderPhases[2 * lead + 1])
            let mains = PortableMath.sine(turns: time * options.mainsFrequency + mainsPhases[lead])
            let white = noise.gaussian()
            // Muscle noise has little energy at low frequencies: each sample gives back half of the one before.
            let muscle = (white - 0.5 * previousNoise[lead]) * 0.894
            previousNoise[lead] = white
            sum[lead] +=
                options.baselineWander * (0.6 * breathing + 0.4 * drift) + options.mainsNoise * mains
                + options.muscleNoise * muscle
        }
        return sum
    }

    /// Steps of the converter, saturated one short of the range's end so that a derived lead cannot look invalid.
    private func quantised(_ millivolts: [Double]) -> [Int32] {
        // Halved, because III may be as large as the difference of two limb leads.
        let limit = Double(options.format.range.upperBound / 2)
        return millivolts.map { Int32(min(max(($0 * options.gain).rounded(), -limit), limit)) }
    }

    private static func sample(of lead: StandardLead, _ independent: [Int32]) -> Int32 {
        let first = independent[0]
        let second = independent[1]
        return switch lead {
        case .leadI: first
        case .leadII: second
        case .leadIII: second - first
        case .aVR: -((first + second) >> 1)
        case .aVL: first - second >> 1
        case .aVF: second - first >> 1
        case .v1, .v2, .v3, .v4, .v5, .v6: independent[lead.rawValue - StandardLead.v1.rawValue + 2]
        }
    }
}

extension ECGRecording {
    /// A synthesised recording of `frameCount` frames with its annotations (`atr`), all in memory.
    ///
    /// - Throws: ``SynthesisError/outOfRange(_:)``.
    public static func synthesized(
        named name: String = "synthetic", frameCount: Int, _ options: SynthesisOptions = SynthesisOptions()
    ) throws(SynthesisError) -> ECGRecording {
        guard frameCount >= 0 else { throw .outOfRange("frameCount") }
        var synthesizer = try ECGSynthesizer(options)
        let (samples, annotations) = synthesizer.next(frameCount)
        let leads = zip(options.leads, samples).map { lead, samples in
            ECGLead(synthesized: lead, options, samples: samples)
        }
        return ECGRecording(
            name: name, samplingRate: options.samplingRate, frameCount: frameCount, leads: leads,
            comments: options.comments, annotations: [ECGAnnotationSet(annotator: "atr", annotations: annotations)])
    }
}

extension ECGLead {
    /// The description of a lead that ``ECGSynthesizer`` makes.
    public init(synthesized lead: StandardLead, _ options: SynthesisOptions, samples: [Int32] = []) {
        self.init(
            name: lead.name, gain: options.gain, adcResolution: options.format == .format16 ? 16 : 12,
            format: options.format, samples: samples)
    }
}

extension SynthesisOptions {
    /// What a synthesised record says about itself, so that nobody takes it for a person's.
    public var comments: [String] { ["Synthetic electrocardiogram, of no person", "seed \(seed)"] }
}
