import Testing

@testable import Electrocardiogram

/// Every value that wfdb-python read from the real recordings of formats 16 and 212, and from the annotation files.
@Suite(.needsSharedRecordings)
struct ReferenceValuesTests {
    private static let supported: Set<String> = ["16", "212"]

    static func recordPaths() -> [String] {
        guard let reference = try? SharedRecordings.reference() else { return [] }
        return reference.wfdb.filter { _, record in
            !record.multiSegment && record.signals.allSatisfy { supported.contains($0.fmt ?? "") }
        }.keys.sorted()
    }

    @Test func everyReadableRecordIsCovered() {
        #expect(Self.recordPaths().count >= 19)
    }

    @Test(arguments: recordPaths())
    func recordEqualsTheReference(path: String) throws {
        let reference = try #require(try SharedRecordings.reference().wfdb[path])
        let recording = try SharedRecordings.record(path)
        #expect(recording.samplingRate == reference.fs)
        #expect(recording.frameCount == reference.sigLen)
        #expect(recording.startTime?.description == reference.baseTime)
        #expect(recording.startDate?.description == reference.baseDate)
        #expect(recording.comments.map(Self.trimmed) == reference.comments)
        try #require(recording.leads.count == reference.signals.count)
        for (lead, expected) in zip(recording.leads, reference.signals) { Self.compare(lead, expected, recording) }
        #expect(!recording.notices.contains { if case .checksumMismatch = $0 { true } else { false } })
    }

    /// `binformats` holds one signal of each format; the two of ours are read through a header that names just them.
    @Test func formatsOfTheFormatSamplerEqualTheReference() throws {
        let reference = try #require(try SharedRecordings.reference().wfdb["wfdb/formats/binformats"])
        let files = try SharedRecordings.files(in: "wfdb/formats")
        let lines = String(decoding: try #require(files["binformats.hea"]), as: UTF8.self).split(
            whereSeparator: \.isNewline)
        for (index, expected) in reference.signals.enumerated() where Self.supported.contains(expected.fmt ?? "") {
            let header = Array("binformats 1 200 499\n\(lines[index + 1])\n".utf8)
            let recording = try WFDBReader.read(WFDBHeader(parsing: header)) { files[$0] }
            Self.compare(recording.leads[0], expected, recording)
            #expect(recording.notices.isEmpty)
        }
    }

    private static func compare(
        _ lead: ECGLead, _ expected: SharedRecordings.Reference.Signal, _ recording: ECGRecording
    ) {
        #expect(trimmed(lead.name) == expected.name)
        #expect(lead.unit == expected.units)
        #expect(lead.format.name == expected.fmt)
        #expect(lead.gain == expected.gain)
        #expect(lead.baseline == expected.baseline)
        #expect(lead.samplesPerFrame == expected.sampsPerFrame)
        #expect(lead.skew == expected.skew ?? 0)
        #expect(lead.declaredChecksum == expected.checksum)
        #expect(lead.signalFile.flatMap { recording.preambles[$0]?.count } == expected.byteOffset)
        if let checksum = expected.checksum { #expect(lead.checksum == UInt16(truncatingIfNeeded: checksum)) }
        let samples = smoothed(lead, recording.frameCount)
        let values = samples.map { $0.map { (Double($0) - Double(lead.baseline)) / lead.gain } }
        for frame in stride(from: 0, to: recording.frameCount, by: 97) where lead.samplesPerFrame == 1 {
            #expect(values[frame] == lead.value(at: frame))
        }
        #expect(values.count { $0 == nil } == expected.nan)
        for (value, wanted) in zip(values, expected.first10) { #expect(isClose(value, wanted)) }
        for (index, wanted) in (expected.first10Digital ?? []).enumerated() {
            #expect((samples[index] ?? lead.format.invalidSample) == wanted)
        }
        let valid = values.compactMap { $0 }
        #expect(isClose(valid.min(), expected.min))
        #expect(isClose(valid.max(), expected.max))
        #expect(isClose(valid.reduce(0, +) / Double(valid.count), expected.mean))
    }

    /// The reference has one value a frame: the mean of the frame's samples cut to a whole number, in which wfdb-python
    /// takes an invalid sample for a value like any other.
    private static func smoothed(_ lead: ECGLead, _ frameCount: Int) -> [Int32?] {
        let count = lead.samplesPerFrame
        guard count > 1 else { return (0..<frameCount).map { lead.sample(at: $0) } }
        return (0..<frameCount).map { frame in
            lead.samples[frame * count..<(frame + 1) * count].reduce(0, +) / Int32(count)
        }
    }

    /// The reference has six significant digits.
    private static func isClose(_ value: Double?, _ wanted: Double?) -> Bool {
        guard let value, let wanted else { return value == nil && wanted == nil }
        return abs(value - wanted) <= max(abs(wanted) * 6e-6, 6e-8)
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { " \t#".contains($0) }.reversed().drop { " \t".contains($0) }.reversed())
    }

    static func annotationPaths() -> [String] {
        ((try? SharedRecordings.reference())?.annotations.keys.sorted()) ?? []
    }

    @Test(arguments: annotationPaths())
    func annotationsEqualTheReference(path: String) throws {
        let reference = try #require(try SharedRecordings.reference().annotations[path])
        let set = try ECGAnnotationSet(parsing: SharedRecordings.bytes(path), annotator: "atr")
        // wfdb-python takes any note at sample 0 for metadata and drops it; the WFDB tools and this library keep it.
        let annotations = set.annotations.filter { !($0.code == .note && $0.time == 0) }
        #expect(annotations.count == reference.n)
        for (annotation, wanted) in zip(annotations, reference.first10) {
            #expect(annotation.time == wanted.time)
            #expect(annotation.code.symbol == wanted.symbol)
            #expect(annotation.text == wanted.text)
        }
        #expect(annotations.last?.time == reference.last.time)
        #expect(annotations.last?.code.symbol == reference.last.symbol)
        var counts: [String: Int] = [:]
        var texts: [String: Int] = [:]
        for annotation in annotations {
            counts[annotation.code.symbol, default: 0] += 1
            if !annotation.auxiliary.isEmpty { texts[annotation.text, default: 0] += 1 }
        }
        #expect(counts == reference.counts)
        #expect(texts == reference.auxValues)
        if let resolution = set.timeResolution { #expect(resolution == reference.fs) }
    }

    @Test func customDefinitionsAreRead() throws {
        let set = try ECGAnnotationSet(parsing: SharedRecordings.bytes("wfdb/annotations/1003.atr"), annotator: "atr")
        #expect(set.definitions.count == 6)
        #expect(
            set.definitions.first
                == AnnotationDefinition(code: AnnotationCode(rawValue: 15), symbol: "c", meaning: "calibration pulse"))
        #expect(set.symbol(of: AnnotationCode(rawValue: 21)) == "w")
    }
}
