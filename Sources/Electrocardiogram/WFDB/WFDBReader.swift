/// Reads a WFDB record from memory: header, signal files of formats 16 and 212, annotation files.
///
/// Nothing here opens a file, so that a record that has just been decrypted never touches a disk.
public enum WFDBReader {
    /// Reads the record of `headerFile` with the annotation files that belong to it.
    ///
    /// Which file beside a record is one of annotations, its name does not say for sure. The reference (`atr`) must be
    /// sound; another that cannot be one, or stops without the end marker, is left out with a notice.
    ///
    /// - Parameters:
    ///   - headerFile: the header's plain name, `100.hea`.
    ///   - files: contents by plain file name; files of other records may be among them.
    /// - Throws: ``WFDBError``; ``WFDBError/missingFile(_:)`` names what is not there.
    public static func read(
        _ headerFile: String, in files: [String: [UInt8]]
    ) throws(WFDBError) -> ECGRecording {
        guard let header = files[headerFile] else { throw .missingFile(headerFile) }
        let set = try WFDBRecordSet(headerFile: headerFile, header: header)
        var recording = try read(set.header) { files[$0] }
        try recording.addAnnotations(of: set, in: files)
        return recording
    }

    /// Reads the samples that `header` describes, asking `contents` once for each signal file (nil: there is none).
    public static func read(
        _ header: WFDBHeader, contents: (String) -> [UInt8]?
    ) throws(WFDBError) -> ECGRecording {
        var recording = ECGRecording(
            name: header.recordName, samplingRate: header.samplingFrequency, frameCount: 0, leads: [],
            comments: header.comments, startTime: header.baseTime, startDate: header.baseDate)
        recording.counter = header.counter
        recording.notices = header.notices
        let groups = header.signalGroups
        var files: [[UInt8]] = []
        for group in groups {
            guard let bytes = contents(group.file) else { throw .missingFile(group.file) }
            files.append(bytes)
        }
        recording.frameCount = try frameCount(header, groups, files)
        if header.frameCount == nil { recording.notices.append(.lengthFromFileSize) }
        for (group, bytes) in zip(groups, files) {
            try checkSize(of: bytes, group: group, frameCount: recording.frameCount, notices: &recording.notices)
            if group.byteOffset > 0 { recording.preambles[group.file] = Array(bytes.prefix(group.byteOffset)) }
            var position = 0
            for index in group.signals {
                let signal = header.signals[index]
                let placement = SignalPlacement(
                    samplesPerFrame: group.samplesPerFrame, position: position, count: signal.samplesPerFrame)
                position += signal.samplesPerFrame
                let samples = group.format.decode(
                    placement, frames: 0..<recording.frameCount, from: bytes, at: group.byteOffset, firstSample: 0)
                let lead = ECGLead(signal, samples: samples)
                recording.leads.append(lead)
                if signal.gain == nil { recording.notices.append(.uncalibrated(lead: index)) }
                guard header.frameCount != nil, let declared = signal.checksum else { continue }
                let computed = lead.checksum
                if UInt16(truncatingIfNeeded: declared) != computed {
                    recording.notices.append(
                        .checksumMismatch(
                            lead: index, declared: UInt16(truncatingIfNeeded: declared), computed: computed))
                }
            }
        }
        return recording
    }

    /// The header's count, or what the files hold where it gives none.
    private static func frameCount(
        _ header: WFDBHeader, _ groups: [SignalGroup], _ files: [[UInt8]]
    ) throws(WFDBError) -> Int {
        if let stated = header.frameCount { return stated }
        var found: Int?
        for (group, bytes) in zip(groups, files) {
            guard bytes.count >= group.byteOffset else {
                throw .truncatedFile(
                    group.file, neededByteCount: group.byteOffset, availableByteCount: bytes.count)
            }
            let frames = group.format.sampleCount(ofBytes: bytes.count - group.byteOffset) / group.samplesPerFrame
            if let others = found, others != frames {
                throw .signalFilesDisagreeOnLength(group.file, frames: frames, others: others)
            }
            found = frames
        }
        // A record of annotations alone has no length to know.
        return found ?? 0
    }

    private static func checkSize(
        of bytes: [UInt8], group: SignalGroup, frameCount: Int, notices: inout [ECGNotice]
    ) throws(WFDBError) {
        let (sampleCount, overflow) = frameCount.multipliedReportingOverflow(by: group.samplesPerFrame)
        guard !overflow, let size = group.format.byteCount(ofSamples: sampleCount), size <= Int.max - group.byteOffset
        else {
            throw .truncatedFile(group.file, neededByteCount: Int.max, availableByteCount: bytes.count)
        }
        let needed = size + group.byteOffset
        guard bytes.count >= needed else {
            throw .truncatedFile(group.file, neededByteCount: needed, availableByteCount: bytes.count)
        }
        if bytes.count > needed {
            notices.append(.trailingBytes(file: group.file, count: bytes.count - needed))
        }
    }
}

extension ECGRecording {
    /// Reads an annotation file and adds it as the set of `annotator`.
    ///
    /// - Throws: ``WFDBError/annotations(_:offset:)``.
    public mutating func add(annotationFile bytes: [UInt8], annotator: String) throws(WFDBError) {
        let set = try ECGAnnotationSet(parsing: bytes, annotator: annotator)
        if !set.hasEndMarker { notices.append(.missingEndMarker(annotator: annotator)) }
        annotations.append(set)
    }

    /// Adds the annotation files of a record, as ``WFDBReader/read(_:in:)`` does.
    ///
    /// - Throws: ``WFDBError/annotations(_:offset:)`` where the reference is not sound.
    public mutating func addAnnotations(of set: WFDBRecordSet, in files: [String: [UInt8]]) throws(WFDBError) {
        for file in set.annotationFiles(among: files.keys) {
            guard let bytes = files[file] else { continue }
            let annotator = String(file.dropFirst(set.recordName.count + 1))
            if annotator == WFDBRecordSet.referenceAnnotator {
                try add(annotationFile: bytes, annotator: annotator)
            } else {
                addIfSound(annotationFile: bytes, named: file, annotator: annotator)
            }
        }
    }

    /// Adds what is surely a whole annotation file, and notes what is not.
    private mutating func addIfSound(annotationFile bytes: [UInt8], named file: String, annotator: String) {
        do throws(WFDBError) {
            let set = try ECGAnnotationSet(parsing: bytes, annotator: annotator)
            guard set.hasEndMarker else { return notices.append(.leftOut(file: file, nil)) }
            annotations.append(set)
        } catch {
            guard case .annotations(let fault, _) = error else { return notices.append(.leftOut(file: file, nil)) }
            notices.append(.leftOut(file: file, fault))
        }
    }
}

extension ECGLead {
    init(_ signal: WFDBSignal, samples: [Int32]) {
        self.init(
            name: signal.description ?? "", unit: signal.unit, gain: signal.gain ?? 200, baseline: signal.baseline,
            adcResolution: signal.adcResolution ?? 0, adcZero: signal.adcZero ?? 0, format: signal.format,
            samplesPerFrame: signal.samplesPerFrame, samples: samples)
        isCalibrated = signal.gain != nil
        declaredInitialValue = signal.initialValue
        declaredChecksum = signal.checksum
        blockSize = signal.blockSize ?? 0
        skew = signal.skew
        signalFile = signal.file
    }
}
