import Electrocardiogram
import ParasolClient

/// The recording that the demonstration shares: the user's own, or a synthesized one.
struct DemoRecording: CustomStringConvertible {
    let files: WFDBFiles
    let description: String

    /// - Parameter headerPath: A WFDB header; nil for ten seconds of twelve synthesized leads.
    init(headerPath: String?) throws {
        if let headerPath {
            let folder = try RecordFolder(header: headerPath)
            files = try WFDBFiles(headerFile: folder.headerFile, available: folder.files)
            description = Self.describe(files, "\(headerPath)")
        } else {
            var options = SynthesisOptions()
            options.ventricularShare = 0.1
            options.seed = 20_260_101
            let recording = try ECGRecording.synthesized(
                named: "synthetic", frameCount: Int(10 * options.samplingRate), options)
            files = try WFDBFiles(headerFile: "synthetic.hea", available: try WFDBWriter.files(of: recording))
            description = Self.describe(files, "synthesized")
        }
    }

    private static func describe(_ files: WFDBFiles, _ source: String) -> String {
        let recording = files.recording
        let bytes = files.files.reduce(0) { $0 + $1.bytes.count }
        return "\(source): \(recording.leads.count) leads, \(recording.frameCount) samples at "
            + "\(recording.samplingRate) Hz, \(bytes) bytes in \(files.files.count) files"
    }
}
