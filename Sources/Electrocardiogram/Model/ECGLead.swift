/// One lead (or other signal) of a recording: its samples as digitised, and what turns them into volts.
///
/// `physical value = (sample - baseline) / gain`, in ``unit``.
public struct ECGLead: Hashable, Sendable {
    /// The name as the record gives it: `II`, `AVR`, `MLII`, `ECG 1`; empty where it gives none.
    public var name: String
    /// The physical unit as written: `mV`, `mv`, `uV`, `mmHg`, `NU`.
    public var unit: String
    /// Converter steps for one ``unit``; finite, never 0, negative for an inverted lead.
    public var gain: Double
    /// False where the record states no gain, so that ``gain`` is WFDB's assumption of 200 and amplitudes mean nothing.
    public var isCalibrated: Bool
    /// The sample that stands for 0 ``unit``; may lie outside what the converter can deliver.
    public var baseline: Int32
    /// Bits of the converter; 0 where unknown.
    public var adcResolution: Int
    /// The converter's mid-range output.
    public var adcZero: Int32
    /// The first sample as the header declares it.
    public var declaredInitialValue: Int32?
    /// The checksum as the header writes it, signed or unsigned; see ``checksum``.
    public var declaredChecksum: Int32?
    /// WFDB's block size: 0 except for some special files.
    public var blockSize: Int
    /// Samples of this lead in each frame, at least 1.
    public var samplesPerFrame: Int
    /// Frames at the start of ``samples`` that come before frame 0 of the recording (an older multi-track head lag).
    public var skew: Int
    /// How the samples are stored in a file, which also says which value means "no valid sample".
    public var format: WFDBSignalFormat
    /// The signal file that the samples were read from.
    public var signalFile: String?
    /// As stored: `samplesPerFrame` for each frame, not shifted by ``skew``.
    public var samples: [Int32]

    public init(
        name: String, unit: String = "mV", gain: Double, baseline: Int32 = 0, adcResolution: Int = 0,
        adcZero: Int32 = 0, format: WFDBSignalFormat, samplesPerFrame: Int = 1, samples: [Int32]
    ) {
        self.name = name
        self.unit = unit
        self.gain = gain
        isCalibrated = true
        self.baseline = baseline
        self.adcResolution = adcResolution
        self.adcZero = adcZero
        declaredInitialValue = nil
        declaredChecksum = nil
        blockSize = 0
        self.samplesPerFrame = samplesPerFrame
        skew = 0
        self.format = format
        signalFile = nil
        self.samples = samples
    }

    /// Which of the twelve standard leads this is, if any.
    public var standard: StandardLead? { StandardLead(name: name) }

    /// The sum of all stored samples modulo 65,536, as WFDB headers declare it.
    public var checksum: UInt16 {
        var sum: Int32 = 0
        for sample in samples { sum &+= sample }
        return UInt16(truncatingIfNeeded: sum)
    }

    /// The sample at `index`, counted in this lead's own samples from frame 0 and with the skew taken out.
    ///
    /// Nil for an invalid sample and outside the recording: there is a gap, not a value.
    public func sample(at index: Int) -> Int32? {
        let stored = index &+ skew &* samplesPerFrame
        guard index >= 0, stored >= 0, stored < samples.count else { return nil }
        let sample = samples[stored]
        return sample == format.invalidSample ? nil : sample
    }

    /// The value at `index` in ``unit``; nil where ``sample(at:)`` is.
    public func value(at index: Int) -> Double? {
        guard let sample = sample(at: index) else { return nil }
        return (Double(sample) - Double(baseline)) / gain
    }

    /// How many millivolts one ``unit`` is, or nil for a unit that is no voltage.
    public var millivoltsPerUnit: Double? {
        switch unit {
        case "V", "v": 1000
        case "mV", "mv", "MV": 1
        case "uV", "uv", "UV", "\u{b5}V", "\u{3bc}V": 0.001
        case "nV", "nv": 0.000001
        default: nil
        }
    }
}
