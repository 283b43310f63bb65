/// One heartbeat to be drawn.
struct SynthesisedBeat {
    /// Seconds of the R peak.
    let time: Double
    let origin: BeatOrigin
    /// Square root of the RR interval in seconds, for what stretches with it.
    let stretch: Double
    /// Respiration turns the heart's axis a little: a factor near 1.
    let strength: Double
}

/// Beat times without end: sinus rhythm with respiratory and slow variability, now and then a premature beat.
struct RhythmGenerator {
    private let options: SynthesisOptions
    private var generator: SeededGenerator
    private var lastTime: Double
    private var lastInterval: Double
    private var queued: [SynthesisedBeat] = []

    init(_ options: SynthesisOptions) {
        self.options = options
        generator = SeededGenerator(seed: options.seed)
        lastInterval = 60 / options.heartRate
        lastTime = lastInterval * (0.3 + 0.4 * generator.uniform()) - lastInterval
    }

    /// The next beat, later than every one before.
    mutating func next() -> SynthesisedBeat {
        if !queued.isEmpty { return queued.removeFirst() }
        let interval = nextInterval()
        let sinusTime = lastTime + interval
        let chance = generator.uniform()
        if chance < options.ventricularShare {
            // The sinus node is not reset: the pause after the premature beat makes up for it exactly.
            queued.append(beat(at: sinusTime + interval, .sinus, interval: 1.4 * interval))
            let early = beat(at: lastTime + 0.58 * interval, .ventricular, interval: 0.58 * interval)
            lastTime = sinusTime + interval
            return early
        }
        if chance < options.ventricularShare + options.atrialShare {
            // The premature atrial beat resets the sinus node: the pause is short.
            lastTime += 0.66 * interval
            return beat(at: lastTime, .atrial, interval: 0.66 * interval)
        }
        lastTime = sinusTime
        return beat(at: sinusTime, .sinus, interval: interval)
    }

    private mutating func nextInterval() -> Double {
        let breathing = PortableMath.sine(turns: lastTime * options.respiratoryFrequency)
        let slow = PortableMath.sine(turns: lastTime * 0.095 + 0.3)
        let variation = breathing + 0.6 * slow + 0.5 * generator.gaussian()
        return 60 / options.heartRate * max(0.4, 1 + options.variability * variation)
    }

    private func beat(at time: Double, _ origin: BeatOrigin, interval: Double) -> SynthesisedBeat {
        let bounded = min(max(interval, 0.2), 2)
        return SynthesisedBeat(
            time: time, origin: origin, stretch: bounded.squareRoot(),
            strength: 1 + 0.04 * PortableMath.sine(turns: time * options.respiratoryFrequency + 0.15))
    }
}
