/// What is drawn on a sheet, and at which scale.
public struct SheetOptions: Hashable, Sendable {
    /// How the leads are arranged.
    public enum Layout: Hashable, Sendable {
        /// ``threeByFour`` where all twelve standard leads are there, else ``rows``.
        case automatic
        /// Three rows of four leads, consecutive slices of one stretch of time, and a rhythm strip below.
        case threeByFour
        /// One row for each lead, over the whole stretch.
        case rows
    }

    /// The order of the limb leads in the 3x4 layout.
    public enum LimbOrder: Hashable, Sendable {
        /// I, II, III, aVR, aVL, aVF.
        case standard
        /// aVL, I, -aVR, II, aVF, III: by the angle at which each lead looks at the heart.
        case cabrera
    }

    /// Seconds into the recording where the sheet begins.
    public var start = 0.0
    public var speed = PaperSpeed.mm25
    public var gain = PaperGain.mm10
    public var layout = Layout.automatic
    public var limbOrder = LimbOrder.standard
    /// The lead of the rhythm strip.
    public var rhythmLead = StandardLead.leadII
    /// Printed at the top. The record's own name and comments, which may name a person, are never printed.
    public var title = "Electrocardiogram"
    /// What was done to the samples before they came here, for the sheet to say.
    public var filter = "none (as recorded)"
    /// Marks the beats of this annotator's set below the lowest row.
    public var annotator: String?

    public init() {}
}

/// Why no sheet can be drawn.
public enum SheetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No lead is a voltage: there is nothing to draw on paper of millimetres for millivolts.
    case noVoltageLead
    /// The 3x4 layout needs all twelve standard leads, and the one named is missing.
    case leadMissing(StandardLead)
    /// The stretch asked for begins before the recording or after its end.
    case startOutsideRecording

    public var description: String {
        switch self {
        case .noVoltageLead: "no lead of the recording is a voltage"
        case .leadMissing(let lead): "the 3x4 layout needs lead \(lead.name), which the recording lacks"
        case .startOutsideRecording: "the recording has nothing at the time asked for"
        }
    }
}
