/// Draws leads with braille dots (U+2800 to U+28FF), two columns and four rows a character, for a terminal without
/// colour. Not to scale: each lead has its own, written beside it.
public struct TerminalPreview: Sendable {
    /// Characters in a line, at least 30, everything included.
    public var width = 80
    /// Lines for each lead, at least 3.
    public var rowsPerLead = 4
    /// Seconds into the recording.
    public var start = 0.0
    /// Seconds to show.
    public var duration = 4.0
    /// Indices of the leads to show; nil for the first twelve.
    public var leads: [Int]?

    public init() {}

    private static let gutter = 9

    /// The preview: a heading, then `rowsPerLead` lines for each lead, every line at most ``width`` characters.
    public func text(of recording: ECGRecording) -> String {
        let columns = max(30, min(width, 1000)) - Self.gutter
        let first = start.isFinite ? min(max(0, start), recording.duration) : 0
        let end = min(first + max(0, duration.isFinite ? duration : 0), recording.duration)
        var text = "\(fixed(first, 2)) s to \(fixed(end, 2)) s of \(fixed(recording.duration, 2)) s, "
        text += "\(shortest(recording.samplingRate)) Hz\n"
        let shown = (leads ?? Array(recording.leads.indices.prefix(12))).filter(recording.leads.indices.contains)
        for index in shown {
            text += block(recording.leads[index], recording, first, end, columns)
        }
        return text
    }

    private func block(
        _ lead: ECGLead, _ recording: ECGRecording, _ start: Double, _ end: Double, _ columns: Int
    ) -> String {
        let rows = max(3, min(rowsPerLead, 40))
        let rate = recording.samplingRate(of: lead)
        let range = ECGSheet.samples(
            from: start, to: end, rate: rate, count: recording.frameCount * lead.samplesPerFrame)
        let values = range.compactMap { lead.value(at: $0) }
        var lines = [String](repeating: "", count: rows)
        guard let low = values.min(), let high = values.max() else {
            lines[rows / 2] = Self.margin(lead.name) + "no valid samples"
            return lines.joined(separator: "\n") + "\n"
        }
        let dots = dots(lead, range, low: low, high: high, columns: columns, rows: rows)
        let decimals = max(abs(low), abs(high)) < 10 ? 2 : 0
        for row in 0..<rows {
            let label =
                switch row {
                case 0: fixed(high, decimals)
                case rows - 1: fixed(low, decimals)
                case (rows - 1) / 2: lead.name.isEmpty ? "?" : lead.name
                case (rows - 1) / 2 + 1: lead.isCalibrated ? lead.unit : "uncal."
                default: ""
                }
            lines[row] = Self.margin(label) + String(String.UnicodeScalarView(dots[row].map(Self.braille)))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `label` at the right of a gutter, cut to fit; control characters of a hostile record do not reach the terminal.
    private static func margin(_ label: String) -> String {
        let cut = String(TerminalText.printable(label).prefix(gutter - 2))
        return String(repeating: " ", count: gutter - 2 - cut.count) + cut + " \u{2502}"
    }

    private static func braille(_ dots: UInt8) -> Unicode.Scalar {
        Unicode.Scalar(0x2800 + UInt32(dots)) ?? " "
    }

    /// The dots of each cell, as the low byte of its braille character.
    private func dots(
        _ lead: ECGLead, _ range: Range<Int>, low: Double, high: Double, columns: Int, rows: Int
    ) -> [[UInt8]] {
        var cells = [[UInt8]](repeating: [UInt8](repeating: 0, count: columns), count: rows)
        let height = 4 * rows
        let span = high > low ? high - low : 1
        func dotRow(_ value: Double) -> Int {
            let place = ((high - value) / span * Double(height - 1)).rounded()
            return place.isFinite ? Int(min(max(place, 0), Double(height - 1))) : 0
        }
        var previous: Int?
        for column in 0..<2 * columns {
            let begin = range.lowerBound + range.count * column / (2 * columns)
            // At least one sample a column: few samples are drawn as steps.
            let stop = max(begin + 1, range.lowerBound + range.count * (column + 1) / (2 * columns))
            var top = Int.max
            var bottom = Int.min
            var last: Int?
            for index in begin..<min(stop, range.upperBound) {
                guard let value = lead.value(at: index) else {
                    previous = nil
                    last = nil
                    continue
                }
                let place = dotRow(value)
                top = min(top, place, previous ?? place)
                bottom = max(bottom, place, previous ?? place)
                previous = nil
                last = place
            }
            previous = last
            guard top <= bottom else { continue }
            for place in top...bottom { cells[place / 4][column / 2] |= Self.bit(row: place % 4, column: column % 2) }
        }
        return cells
    }

    /// Braille numbers its dots 1-2-3-7 down the left and 4-5-6-8 down the right.
    private static func bit(row: Int, column: Int) -> UInt8 {
        row == 3 ? 1 << UInt8(6 + column) : 1 << UInt8(row + 3 * column)
    }
}
