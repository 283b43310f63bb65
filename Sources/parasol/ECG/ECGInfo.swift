import ArgumentParser
import Electrocardiogram
import Foundation

/// `parasol ecg info RECORD.hea`
struct ECGInfo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Say what a record holds, and what is wrong with it.")

    @OptionGroup var record: RecordArgument

    @Flag(help: "Print the header's comments too; they may be about a person.")
    var comments = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() throws {
        let recording = try record.recording()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            let summary = RecordSummary(recording, withComments: comments)
            print(TerminalText.printable(json: String(decoding: try encoder.encode(summary), as: UTF8.self)))
            return
        }
        let seconds = (recording.duration * 1000).rounded() / 1000
        print("\(recording.name): \(recording.leads.count) leads, \(seconds) s at \(recording.samplingRate) frames/s")
        if let time = recording.startTime {
            print("recorded \(recording.startDate.map { "\($0) " } ?? "")\(time)")
        }
        for (index, lead) in recording.leads.enumerated() { print(Self.line(index, lead, recording)) }
        for set in recording.annotations {
            let beats = set.annotations.count { $0.code.isBeat }
            print("annotations \(set.annotator): \(set.annotations.count), of these \(beats) beats")
        }
        if comments { recording.comments.forEach { print("# \(TerminalText.printable($0))") } }
        for notice in recording.notices { print("note: \(notice)") }
        for deviation in recording.limbLeadDeviations() where deviation.largestSteps > 2 {
            print(
                "note: \(deviation.lead.name) differs from what I and II make it by up to",
                "\(Int(deviation.largestSteps.rounded())) steps")
        }
    }

    private static func line(_ index: Int, _ lead: ECGLead, _ recording: ECGRecording) -> String {
        let printable = TerminalText.printable(lead.name)
        let name = printable.isEmpty ? "signal \(index + 1)" : printable
        let unit = TerminalText.printable(lead.unit)
        let valid = (0..<recording.frameCount * lead.samplesPerFrame).lazy.compactMap { lead.value(at: $0) }
        var low = Double.infinity
        var high = -Double.infinity
        var count = 0
        for value in valid {
            low = min(low, value)
            high = max(high, value)
            count += 1
        }
        let range = count == 0 ? "no valid sample" : String(format: "%.3f to %.3f ", low, high) + unit
        let gaps = recording.frameCount * lead.samplesPerFrame - count
        return
            "  \(name.padding(toLength: max(8, name.count), withPad: " ", startingAt: 0)) format \(lead.format.name), "
            + "\(lead.gain) steps/\(unit), \(range)" + (gaps > 0 ? ", \(gaps) invalid samples" : "")
    }
}

/// What `info --json` prints.
private struct RecordSummary: Encodable {
    struct Lead: Encodable {
        let name, unit, format: String
        let gain: Double
        let baseline: Int32
        let samplesPerFrame: Int
        let calibrated: Bool
        let checksum: UInt16
    }

    let record: String
    let samplingRate, seconds: Double
    let frames: Int
    let date, time: String?
    let leads: [Lead]
    let annotations: [String: Int]
    let comments: [String]?
    let notices: [String]

    init(_ recording: ECGRecording, withComments: Bool) {
        record = recording.name
        samplingRate = recording.samplingRate
        seconds = recording.duration
        frames = recording.frameCount
        date = recording.startDate?.description
        time = recording.startTime?.description
        leads = recording.leads.map {
            Lead(
                name: $0.name, unit: $0.unit, format: $0.format.name, gain: $0.gain, baseline: $0.baseline,
                samplesPerFrame: $0.samplesPerFrame, calibrated: $0.isCalibrated, checksum: $0.checksum)
        }
        annotations = Dictionary(
            recording.annotations.map { ($0.annotator, $0.annotations.count) }, uniquingKeysWith: +)
        comments = withComments ? recording.comments : nil
        notices = recording.notices.map(\.description)
    }
}
