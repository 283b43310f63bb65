import ArgumentParser

/// `parasol ecg`: look at recordings, and make some that are of nobody.
struct ECGCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ecg",
        abstract: "Describe, draw, copy and synthesise electrocardiograms in WFDB files.",
        subcommands: [ECGInfo.self, ECGPlot.self, ECGPreview.self, ECGSynthesize.self, ECGCopy.self])
}
