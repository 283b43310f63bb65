/// How far one derived limb lead of a recording is from what leads I and II make it.
public struct LimbLeadDeviation: Hashable, Sendable {
    /// III, aVR, aVL or aVF.
    public let lead: StandardLead
    /// The largest difference, in steps of the coarsest of the three converters concerned.
    public let largestSteps: Double
    /// The sample where it is largest.
    public let sample: Int
    /// Samples compared: those valid in all three leads.
    public let compared: Int
}

extension ECGRecording {
    /// Compares every derived limb lead with I and II: a decoding fault or a swapped electrode shows at once.
    ///
    /// In sound data the difference is rounding, at most 2 steps. Empty where I, II or all derived leads are missing,
    /// are not voltages, or are sampled at different rates. Linear in the number of samples.
    public func limbLeadDeviations() -> [LimbLeadDeviation] {
        guard let first = lead(.leadI), let second = lead(.leadII),
            let firstScale = first.millivoltsPerUnit, let secondScale = second.millivoltsPerUnit,
            first.samplesPerFrame == second.samplesPerFrame
        else { return [] }
        return [StandardLead.leadIII, .aVR, .aVL, .aVF].compactMap { standard in
            guard let derived = lead(standard), let scale = derived.millivoltsPerUnit,
                let weights = standard.limbWeights, derived.samplesPerFrame == first.samplesPerFrame
            else { return nil }
            let step = max(abs(firstScale / first.gain), abs(secondScale / second.gain), abs(scale / derived.gain))
            var largest = 0.0
            var place = 0
            var compared = 0
            for index in 0..<frameCount * first.samplesPerFrame {
                guard let a = first.value(at: index), let b = second.value(at: index),
                    let c = derived.value(at: index)
                else { continue }
                compared += 1
                let expected = weights.leadI * a * firstScale + weights.leadII * b * secondScale
                let difference = abs(c * scale - expected) / step
                if difference > largest {
                    largest = difference
                    place = index
                }
            }
            return LimbLeadDeviation(lead: standard, largestSteps: largest, sample: place, compared: compared)
        }
    }
}
