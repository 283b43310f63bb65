/// A single-segment WFDB header (`.hea`), field by field as the file states it.
///
/// `nil` means that the header leaves the field out; the getters of ``WFDBSignal`` give WFDB's defaults.
public struct WFDBHeader: Hashable, Sendable {
    public var recordName: String
    /// Frames per second; 250 where the header gives none.
    public var samplingFrequency: Double
    public var counter: RecorderCounter?
    /// Frames; nil where missing or 0, which both mean unknown.
    public var frameCount: Int?
    public var baseTime: TimeOfDay?
    public var baseDate: CalendarDate?
    public var signals: [WFDBSignal]
    /// All comment lines of the header, in order, without `#` and one blank after it.
    public var comments: [String]
    /// Lines that were not UTF-8.
    public var notices: [ECGNotice]

    /// The signal files in the order in which the header names them, each once.
    public var signalFiles: [String] { signalGroups.map(\.file) }

    /// The header's signals, grouped by the file that holds them interleaved.
    var signalGroups: [SignalGroup] {
        var groups: [SignalGroup] = []
        for (index, signal) in signals.enumerated() {
            if groups.last?.file != signal.file {
                groups.append(
                    SignalGroup(
                        file: signal.file, format: signal.format, byteOffset: signal.byteOffset,
                        signals: index..<index, samplesPerFrame: 0))
            }
            groups[groups.count - 1].signals = groups[groups.count - 1].signals.lowerBound..<index + 1
            groups[groups.count - 1].samplesPerFrame += signal.samplesPerFrame
        }
        return groups
    }
}

/// One signal line of a header.
public struct WFDBSignal: Hashable, Sendable {
    public var file: String
    public var format: WFDBSignalFormat
    public var samplesPerFrame = 1
    public var skew = 0
    public var byteOffset = 0
    /// Nil where missing or 0: uncalibrated.
    public var gain: Double?
    public var statedBaseline: Int32?
    public var statedUnit: String?
    public var adcResolution: Int?
    public var adcZero: Int32?
    public var initialValue: Int32?
    public var checksum: Int32?
    public var blockSize: Int?
    public var description: String?

    public init(file: String, format: WFDBSignalFormat) {
        self.file = file
        self.format = format
    }

    /// The stated baseline, else the ADC zero, else 0.
    public var baseline: Int32 { statedBaseline ?? adcZero ?? 0 }

    /// The stated unit, else mV.
    public var unit: String { statedUnit ?? "mV" }
}

/// Consecutive signals that share a file.
struct SignalGroup {
    let file: String
    let format: WFDBSignalFormat
    let byteOffset: Int
    var signals: Range<Int>
    var samplesPerFrame: Int
}
