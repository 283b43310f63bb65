/// Draws a recording on electrocardiograph paper: an SVG of A4 landscape in millimetres, which prints to scale.
///
/// Every voltage lead is drawn at one scale, in its true polarity and unfiltered; a lead's height on the paper is set by
/// its median, as the position knob of a recorder would. Gaps stay gaps.
public struct ECGSheet: Sendable {
    let recording: ECGRecording
    let options: SheetOptions
    let plan: SheetPlan
    /// Labels of panels whose trace leaves the ruled paper or the converter's range.
    var cutLabels: [String] = []
    var saturatedLabels: [String] = []

    private init(_ recording: ECGRecording, _ options: SheetOptions) throws(SheetError) {
        self.recording = recording
        self.options = options
        plan = try SheetPlan(recording, options)
    }

    /// The sheet as an SVG document.
    ///
    /// - Throws: ``SheetError``.
    public static func svg(
        of recording: ECGRecording, _ options: SheetOptions = SheetOptions()
    ) throws(SheetError) -> String {
        var sheet = try ECGSheet(recording, options)
        let traces = sheet.traces()
        // Traces last: nothing may hide them.
        return sheet.head() + sheet.grid() + sheet.labels() + sheet.beatMarks() + sheet.calibrationPulses() + traces
            + sheet.margins() + "</svg>\n"
    }

    /// Millimetres from the page's left edge for `seconds` into the recording.
    func x(_ seconds: Double, in panel: SheetPanel) -> Double {
        SheetGeometry.traceLeft(options.speed) + panel.offset
            + (seconds - panel.start) * options.speed.millimetresPerSecond
    }

    private mutating func traces() -> String {
        var path = SVGPath()
        for panel in plan.panels {
            let lead = recording.leads[panel.lead]
            let rate = recording.samplingRate(of: lead)
            let count = recording.frameCount * lead.samplesPerFrame
            let range = Self.samples(from: panel.start, to: panel.end, rate: rate, count: count)
            guard let median = TraceReduction.median(of: lead, in: range), let unit = lead.millivoltsPerUnit else {
                continue
            }
            let sign = panel.isInverted ? 1.0 : -1.0
            let scale = sign * unit / lead.gain * options.gain.millimetresPerMillivolt
            let baseline = SheetGeometry.baseline(row: panel.row, of: plan.rowCount)
            // A tenth of a millimetre is a device pixel at 254 dpi.
            let perColumn = rate / options.speed.millimetresPerSecond / 10
            var isCut = false
            for run in TraceReduction.runs(of: lead, in: range, samplesPerColumn: perColumn) {
                let points = run.map { point in
                    (
                        x: x(Double(point.index) / rate, in: panel),
                        y: baseline + (Double(point.sample) - median) * scale
                    )
                }
                isCut = isCut || points.contains { $0.y < SheetGeometry.top || $0.y > SheetGeometry.bottom }
                path.polyline(points)
            }
            if isCut { cutLabels.append(panel.label) }
            if Self.isSaturated(lead, in: range) { saturatedLabels.append(panel.label) }
        }
        return """
            <g clip-path="url(#paper)"><path class="trace" transform="scale(0.01)" d="\(path.data)"/></g>

            """
    }

    /// The samples taken from `start` up to `end` seconds, as far as there are any.
    static func samples(from start: Double, to end: Double, rate: Double, count: Int) -> Range<Int> {
        let limit = Double(count)
        let first = min(max((start * rate).rounded(.up), 0), limit)
        let last = min(max((end * rate).rounded(.up), first), limit)
        return Int(first)..<Int(last)
    }

    /// Whether the converter delivered its largest or smallest value, which may stand for anything beyond.
    private static func isSaturated(_ lead: ECGLead, in range: Range<Int>) -> Bool {
        guard 2...24 ~= lead.adcResolution else { return false }
        let half = Int64(1) << Int64(lead.adcResolution - 1)
        let top = Int64(lead.adcZero) + half - 1
        let bottom = Int64(lead.adcZero) - half
        return range.contains { index in
            guard let sample = lead.sample(at: index) else { return false }
            return sample >= top || sample <= bottom
        }
    }
}
