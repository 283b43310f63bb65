/// Writes a recording as a WFDB record: header, signal files, annotation files, all in memory.
public enum WFDBWriter {
    /// How samples are distributed over files.
    public enum Storage: Hashable, Sendable {
        /// The files, formats and preambles that the recording was read with; leads that come from no file go together
        /// into `NAME.dat`, or `NAME_2.dat` and so on where the format changes.
        case asRead
        /// One file `NAME.dat` in one format.
        case singleFile(WFDBSignalFormat)
    }

    /// The record's files by name: `NAME.hea`, its signal files, and `NAME.ANNOTATOR` for each annotation set.
    ///
    /// Checksums are computed from the samples; a declared checksum only decides whether they are written signed or
    /// unsigned.
    ///
    /// - Throws: ``WFDBError`` where a value cannot be said in the format: nothing is rounded or cut.
    public static func files(
        of recording: ECGRecording, named newName: String? = nil, storage: Storage = .asRead
    ) throws(WFDBError) -> [String: [UInt8]] {
        var recording = recording
        if let newName { recording.name = newName }
        guard WFDBFileName.isPlain(recording.name), recording.name.utf8.count <= WFDBLimits.fileNameByteCount - 16
        else { throw .unwritableRecord(.recordName) }
        try place(&recording, storage)
        var files: [String: [UInt8]] = [:]
        let header = try WFDBHeader(describing: recording)
        for group in header.signalGroups {
            var bytes = recording.preambles[group.file].flatMap { $0.count == group.byteOffset ? $0 : nil } ?? []
            bytes += try signalFile(recording, group)
            files[group.file] = bytes
        }
        for set in recording.annotations {
            guard WFDBFileName.isPlain(set.annotator), !set.annotator.contains("."),
                files["\(recording.name).\(set.annotator)"] == nil, set.annotator != "hea"
            else { throw .unwritableRecord(.annotator) }
            files["\(recording.name).\(set.annotator)"] = try set.encoded()
        }
        let headerFile = recording.name + ".hea"
        guard files[headerFile] == nil else { throw .unwritableRecord(.fileName) }
        files[headerFile] = Array(try header.text().utf8)
        return files
    }

    /// Gives every lead its file and format.
    ///
    /// - Throws: ``WFDBError/sampleOutOfRange(lead:index:format:)`` for a sample whose value means "no valid sample" in the
    ///   new format.
    private static func place(_ recording: inout ECGRecording, _ storage: Storage) throws(WFDBError) {
        var fileNumber = 0
        var current: WFDBSignalFormat?
        for index in recording.leads.indices {
            switch storage {
            case .singleFile(let format):
                // An invalid sample stays invalid in the other format.
                let old = recording.leads[index].format.invalidSample
                if format != recording.leads[index].format {
                    for place in recording.leads[index].samples.indices {
                        let sample = recording.leads[index].samples[place]
                        guard sample == old || sample != format.invalidSample else {
                            throw .sampleOutOfRange(lead: index, index: place, format: format)
                        }
                        if sample == old { recording.leads[index].samples[place] = format.invalidSample }
                    }
                }
                recording.leads[index].format = format
                recording.leads[index].signalFile = recording.name + ".dat"
            case .asRead:
                guard recording.leads[index].signalFile == nil else { continue }
                if current != recording.leads[index].format {
                    fileNumber += 1
                    current = recording.leads[index].format
                }
                let suffix = fileNumber == 1 ? "" : "_\(fileNumber)"
                recording.leads[index].signalFile = "\(recording.name)\(suffix).dat"
            }
        }
        if case .singleFile = storage { recording.preambles = [:] }
    }

    private static func signalFile(
        _ recording: ECGRecording, _ group: SignalGroup
    ) throws(WFDBError) -> [UInt8] {
        for index in group.signals {
            let lead = recording.leads[index]
            let (expected, overflow) = recording.frameCount.multipliedReportingOverflow(by: lead.samplesPerFrame)
            guard !overflow, expected == lead.samples.count else {
                throw .sampleCountMismatch(
                    lead: index, expected: overflow ? Int.max : expected, actual: lead.samples.count)
            }
            let range = group.format.range
            if let place = lead.samples.firstIndex(where: { !range.contains($0) }) {
                throw .sampleOutOfRange(lead: index, index: place, format: group.format)
            }
        }
        if group.signals.count == 1 { return group.format.encode(recording.leads[group.signals.lowerBound].samples) }
        var stream = [Int32](repeating: 0, count: recording.frameCount * group.samplesPerFrame)
        var position = 0
        for index in group.signals {
            let lead = recording.leads[index]
            let count = lead.samplesPerFrame
            for frame in 0..<recording.frameCount {
                for place in 0..<count {
                    stream[frame * group.samplesPerFrame + position + place] = lead.samples[frame * count + place]
                }
            }
            position += count
        }
        return group.format.encode(stream)
    }
}
