import ArgumentParser
import Electrocardiogram
import Foundation

/// `parasol ecg synthesize -o DIR`
struct ECGSynthesize: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synthesize",
        abstract: "Make an electrocardiogram of nobody: the same seed gives the same samples everywhere.")

    @Option(name: [.short, .long], help: "The folder to write the record into; made where it does not exist.")
    var output: String

    @Option(help: "The record's name.")
    var name = "synthetic"

    @Option(help: "12, 8 (I, II, V1-V6), 6 (limb leads), 3 (I, II, III), 2 (II, V5) or 1 (II).")
    var leads = 12

    @Option(help: "Length in seconds.")
    var seconds = 10.0

    @Option(help: "Seed of the random numbers.")
    var seed: UInt64 = 1

    @Option(help: "Samples per second.")
    var rate = 500.0

    @Option(help: "WFDB format: 16 (1000 steps/mV) or 212 (200 steps/mV).")
    var format = 16

    @Option(help: "Beats per minute.")
    var heartRate = 68.0

    @Option(help: "Share of premature ventricular beats, 0 to 0.5.")
    var ventricular = 0.0

    @Option(help: "Share of premature atrial beats, 0 to 0.5.")
    var atrial = 0.0

    @Flag(help: "Replace a record of that name.")
    var force = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    /// Frames made at a time, so that days of recording take no more memory than seconds.
    private static let chunk = 50_000

    func validate() throws {
        guard Self.leadChoices[leads] != nil else { throw ValidationError("--leads is 12, 8, 6, 3, 2 or 1") }
        guard format == 16 || format == 212 else { throw ValidationError("--format is 16 or 212") }
        guard seconds > 0, seconds * rate <= 1e12 else { throw ValidationError("--seconds must be above 0") }
        guard WFDBFileName.isPlain(name) else { throw ValidationError("--name is letters, digits, '_', '-' and '.'") }
    }

    func run() throws {
        var options = SynthesisOptions()
        options.leads = Self.leadChoices[leads] ?? StandardLead.allCases
        options.samplingRate = rate
        options.format = format == 212 ? .format212 : .format16
        options.gain = format == 212 ? 200 : 1000
        options.heartRate = heartRate
        options.ventricularShare = ventricular
        options.atrialShare = atrial
        options.seed = seed
        var synthesizer = try ECGSynthesizer(options)
        var writer = try WFDBStreamWriter(
            ECGRecording(
                name: name, samplingRate: rate, frameCount: 0,
                leads: options.leads.map { ECGLead(synthesized: $0, options) }, comments: options.comments))
        let folder = URL(fileURLWithPath: output)
        let place = RecordPlace(folder: folder, force: force)
        try place.prepare(files: [writer.signalFile, name + ".hea", name + ".atr"])
        var annotations = ECGAnnotationSet(annotator: "atr")
        try place.stream(to: writer.signalFile) { append in
            let frames = Int((seconds * rate).rounded())
            while writer.frameCount < frames {
                let (samples, marks) = synthesizer.next(min(Self.chunk, frames - writer.frameCount))
                try append(writer.encode(samples))
                annotations.annotations += marks
            }
            try append(writer.finish())
        }
        try place.write(annotations.encoded(), to: name + ".atr")
        let header = try writer.header()
        try place.write(header.bytes, to: header.file)
        try report(folder.appendingPathComponent(header.file).path, writer, annotations)
    }

    private func report(_ path: String, _ writer: WFDBStreamWriter, _ annotations: ECGAnnotationSet) throws {
        let beats = annotations.annotations.count { $0.code.isBeat }
        guard json else {
            print("\(path): \(leads) leads, \(writer.frameCount) samples each, \(beats) beats, seed \(seed)")
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let summary = SynthesisSummary(
            header: path, signalFile: writer.signalFile, annotationFile: name + ".atr", leads: leads,
            frames: writer.frameCount, samplingRate: rate, seed: seed, beats: beats,
            annotations: annotations.annotations.count)
        print(String(decoding: try encoder.encode(summary), as: UTF8.self))
    }

    private static let leadChoices: [Int: [StandardLead]] = [
        12: StandardLead.allCases, 8: [.leadI, .leadII, .v1, .v2, .v3, .v4, .v5, .v6],
        6: [.leadI, .leadII, .leadIII, .aVR, .aVL, .aVF], 3: [.leadI, .leadII, .leadIII], 2: [.leadII, .v5],
        1: [.leadII],
    ]
}

/// What `synthesize --json` prints.
private struct SynthesisSummary: Encodable {
    let header, signalFile, annotationFile: String
    let leads, frames: Int
    let samplingRate: Double
    let seed: UInt64
    let beats, annotations: Int
}
