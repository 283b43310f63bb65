import ArgumentParser
import Electrocardiogram
import Foundation

/// `parasol ecg copy RECORD.hea -o DIR`
struct ECGCopy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Read a record and write it again: unchanged, in part, or in another format.",
        discussion: "Without options every sample, annotation and header field comes out as it went in.")

    @OptionGroup var record: RecordArgument

    @Option(name: [.short, .long], help: "The folder to write into; made where it does not exist.")
    var output: String

    @Option(help: "The copy's name; default: the record's.")
    var name: String?

    @Option(help: "WFDB format 16 or 212, all leads in one file; default: as it is.")
    var format: Int?

    @Option(help: "Seconds into the recording where the copy begins.")
    var start = 0.0

    @Option(help: "Seconds to copy; default: all.")
    var seconds: Double?

    @Flag(help: "Leave the header's comments out; they may be about a person.")
    var withoutComments = false

    @Flag(help: "Replace a record of that name.")
    var force = false

    func validate() throws {
        guard format == nil || format == 16 || format == 212 else { throw ValidationError("--format is 16 or 212") }
        guard start >= 0, start.isFinite else { throw ValidationError("--start is 0 or more") }
        if let seconds, !(seconds > 0) { throw ValidationError("--seconds is above 0") }
    }

    func run() throws {
        var recording = try record.recording()
        if start > 0 || seconds != nil {
            let limit = Double(recording.frameCount)
            let first = min((start * recording.samplingRate).rounded(), limit)
            let end = min(((start + (seconds ?? recording.duration)) * recording.samplingRate).rounded(), limit)
            recording = recording.excerpt(frames: Int(first)..<max(Int(first), Int(end)))
        }
        if withoutComments { recording.comments = [] }
        let storage = format.map { WFDBWriter.Storage.singleFile($0 == 16 ? .format16 : .format212) } ?? .asRead
        let files = try WFDBWriter.files(of: recording, named: name, storage: storage)
        let place = RecordPlace(folder: URL(fileURLWithPath: output), force: force)
        try place.prepare(files: Array(files.keys))
        let header = (name ?? recording.name) + ".hea"
        for (file, bytes) in files where file != header { try place.write(bytes, to: file) }
        if let bytes = files[header] { try place.write(bytes, to: header) }
        print(
            "\(place.folder.appendingPathComponent(header).path): \(recording.leads.count) leads, \(files.count) files")
    }
}
