import ArgumentParser
import Electrocardiogram
import Foundation

/// `parasol ecg plot RECORD.hea -o FILE.svg`
struct ECGPlot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draw a record on electrocardiograph paper (SVG, A4 landscape, to scale).",
        discussion: """
            Twelve standard leads are drawn as three rows of four with a rhythm strip, fewer leads as rows. The record's \
            name and comments are not printed; --title prints what you choose.
            """)

    @OptionGroup var record: RecordArgument

    @Option(name: [.short, .long], help: "The SVG file to write; an existing file is replaced.")
    var output: String

    @Option(help: "Seconds into the recording.")
    var start = 0.0

    @Option(help: "Paper speed in mm/s: 12.5, 25 or 50.", transform: paperSpeed)
    var speed = PaperSpeed.mm25

    @Option(help: "Sensitivity in mm/mV: 5, 10 or 20.", transform: paperGain)
    var gain = PaperGain.mm10

    @Flag(help: "One row for each lead, also for twelve.")
    var rows = false

    @Flag(help: "Limb leads in Cabrera order.")
    var cabrera = false

    @Option(help: "Mark the beats of this annotator (atr, qrs).")
    var annotator: String?

    @Option(help: "Text at the top of the sheet.")
    var title: String?

    func run() throws {
        var options = SheetOptions()
        options.start = start
        options.speed = speed
        options.gain = gain
        options.layout = rows ? .rows : .automatic
        options.limbOrder = cabrera ? .cabrera : .standard
        options.annotator = annotator
        if let title { options.title = title }
        let svg = try ECGSheet.svg(of: record.recording(), options)
        do {
            try Data(svg.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
        } catch {
            throw ECGCommandError.unwritable(output)
        }
    }
}

@Sendable private func paperSpeed(_ text: String) throws -> PaperSpeed {
    guard let value = Double(text), let speed = PaperSpeed(rawValue: value) else {
        throw ValidationError("paper speeds are 12.5, 25 and 50 mm/s")
    }
    return speed
}

@Sendable private func paperGain(_ text: String) throws -> PaperGain {
    guard let value = Double(text), let gain = PaperGain(rawValue: value) else {
        throw ValidationError("sensitivities are 5, 10 and 20 mm/mV")
    }
    return gain
}
