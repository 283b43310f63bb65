/// A digitised electrocardiogram: simultaneous leads, when they were recorded, and what was remarked about them.
///
/// Samples are kept as the converter delivered them, with gain and baseline beside them, so that writing a recording
/// back gives the very digits that were read. Time is counted in *frames*: one frame holds one sample of every lead, or
/// ``ECGLead/samplesPerFrame`` of them where a lead was sampled faster.
public struct ECGRecording: Hashable, Sendable {
    /// The record's name: `[A-Za-z0-9_][A-Za-z0-9_.-]*`.
    public var name: String
    /// Frames per second, finite and above 0.
    public var samplingRate: Double
    /// A second clock that the recorder counted with, where it had one.
    public var counter: RecorderCounter?
    /// Local time of frame 0.
    public var startTime: TimeOfDay?
    /// Local date of frame 0. De-identified records carry a shifted or surrogate date, or none.
    public var startDate: CalendarDate?
    /// Frames in every lead. May be known without any lead, for a record of annotations alone.
    public var frameCount: Int
    /// The leads in the order of the record, including signals that are no electrocardiogram (pressure, breathing).
    public var leads: [ECGLead]
    /// Free text, one line each, without the comment mark. May hold age, sex, diagnoses: personal data.
    public var comments: [String]
    /// One set for each annotator (`atr`, `qrs`).
    public var annotations: [ECGAnnotationSet]
    /// Bytes that precede the samples in a signal file, by file name (the 24-byte head of a MATLAB file, for example).
    public var preambles: [String: [UInt8]]
    /// What a careful reader should tell the user about this recording.
    public var notices: [ECGNotice]

    public init(
        name: String, samplingRate: Double, frameCount: Int, leads: [ECGLead], comments: [String] = [],
        annotations: [ECGAnnotationSet] = [], startTime: TimeOfDay? = nil, startDate: CalendarDate? = nil
    ) {
        self.name = name
        self.samplingRate = samplingRate
        self.frameCount = frameCount
        self.leads = leads
        self.comments = comments
        self.annotations = annotations
        self.startTime = startTime
        self.startDate = startDate
        counter = nil
        preambles = [:]
        notices = []
    }

    /// Length in seconds.
    public var duration: Double { Double(frameCount) / samplingRate }

    /// Samples per second of a lead: the frame rate times its samples per frame.
    public func samplingRate(of lead: ECGLead) -> Double { samplingRate * Double(lead.samplesPerFrame) }

    /// The first lead that is the standard lead `standard`, whatever the case its name is written in.
    public func lead(_ standard: StandardLead) -> ECGLead? { leads.first { $0.standard == standard } }
}

/// The recorder's own counter (a tape position, a sample number of another device), as in WFDB headers.
public struct RecorderCounter: Hashable, Sendable {
    /// Counts per second, above 0.
    public var frequency: Double
    /// The count at frame 0.
    public var base: Double?

    public init(frequency: Double, base: Double? = nil) {
        self.frequency = frequency
        self.base = base
    }
}
