import ArgumentParser
import Electrocardiogram

/// `parasol ecg preview RECORD.hea`
struct ECGPreview: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Draw a few seconds of a record in the terminal (not to scale).")

    @OptionGroup var record: RecordArgument

    @Option(help: "Seconds into the recording.")
    var start = 0.0

    @Option(help: "Seconds to show.")
    var seconds = 4.0

    @Option(help: "Characters in a line.")
    var width = 80

    @Option(help: "Lines for each lead.")
    var rows = 4

    @Option(name: .customLong("lead"), help: "A lead to show, by name; may be repeated. Default: the first twelve.")
    var leads: [String] = []

    func run() throws {
        let recording = try record.recording()
        var preview = TerminalPreview()
        preview.width = width
        preview.rowsPerLead = rows
        preview.start = start
        preview.duration = seconds
        if !leads.isEmpty {
            preview.leads = try leads.map { name in
                guard let index = recording.leads.firstIndex(where: { $0.name.lowercased() == name.lowercased() })
                else { throw ECGCommandError.noSuchLead(name) }
                return index
            }
        }
        print(preview.text(of: recording), terminator: "")
    }
}
