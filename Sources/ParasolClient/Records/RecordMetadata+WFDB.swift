import Electrocardiogram
package import SealedRecord

extension RecordMetadata {
    /// What can be said of a WFDB record without its samples: files, start, length, rate, leads, and where samples lie.
    ///
    /// Of the comments nothing is taken: they may name the patient, and stay in the body. Of more than 256 leads the
    /// first 256 are listed, as many as a metadata section holds; the record's own header has them all.
    package init(_ record: WFDBFiles) {
        let recording = record.recording
        self.init(
            kind: Self.kind(of: recording), payloadFormat: "wfdb",
            files: record.files.map { RecordFile(name: $0.name, byteCount: UInt64($0.bytes.count)) },
            start: Self.start(of: recording),
            durationMicroseconds: Self.microseconds(recording.duration),
            sampling: Self.sampling(of: recording),
            leads: recording.leads.prefix(Self.leadBound).enumerated().map { index, lead in
                RecordLead(
                    name: lead.name.isEmpty ? "signal \(index + 1)" : Self.text(lead.name, atMost: 16),
                    unit: Self.text(lead.unit, atMost: 8), gain: lead.isCalibrated ? lead.gain : 0,
                    baseline: Int64(lead.baseline),
                    resolutionBits: UInt8(clamping: lead.adcResolution))
            },
            layouts: Self.layouts(of: record))
    }

    private static let leadBound = 256

    /// `text` with a blank for each control character, cut between two Unicode scalars to `bound` UTF-8 bytes, at least 4.
    private static func text(_ text: String, atMost bound: Int) -> String {
        var cut = String.UnicodeScalarView()
        var byteCount = 0
        for scalar in text.unicodeScalars {
            byteCount += UTF8.width(scalar)
            guard byteCount <= bound else { break }
            cut.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(cut)
    }

    /// One for each signal file, in the header's order.
    private static func layouts(of record: WFDBFiles) -> [SampleLayout] {
        var layouts: [SampleLayout] = []
        var leads = record.recording.leads[...]
        // The leads of one file follow each other, and have one format.
        while let first = leads.first, let name = first.signalFile {
            let group = leads.prefix { $0.signalFile == name }
            leads = leads.dropFirst(group.count)
            guard let index = record.files.firstIndex(where: { $0.name == name }), let file = UInt16(exactly: index),
                let samples = UInt32(exactly: group.reduce(0) { $0 + $1.samplesPerFrame })
            else { continue }
            let preamble = UInt64(record.recording.preambles[name]?.count ?? 0)
            // A frame of an odd number of 12-bit samples ends within a byte; two of them end with one.
            let (frames, bytes): (UInt32, UInt32) =
                switch first.format {
                case .format16: (1, 2 * samples)
                case .format212 where samples.isMultiple(of: 2): (1, samples / 2 * 3)
                case .format212: (2, 3 * samples)
                }
            layouts.append(
                SampleLayout(
                    file: file, preambleByteCount: preamble, framesPerGroup: frames, bytesPerGroup: bytes))
        }
        return layouts
    }

    private static func kind(of recording: ECGRecording) -> String {
        // A standard resting recording lasts ten seconds; what lasts hours was worn.
        recording.duration > 600 ? "ecg.ambulatory" : "ecg.resting"
    }

    private static func microseconds(_ seconds: Double) -> UInt64? {
        let microseconds = (seconds * 1e6).rounded()
        guard microseconds.isFinite, (0...1e15).contains(microseconds) else { return nil }
        return UInt64(microseconds)
    }

    /// The rate as an exact fraction with a denominator of at most a million; nil where there is none.
    private static func sampling(of recording: ECGRecording) -> RecordSampling? {
        guard recording.frameCount >= 0 else { return nil }
        for denominator in [1, 10, 100, 1000, 10_000, 100_000, 1_000_000] as [UInt32] {
            let scaled = recording.samplingRate * Double(denominator)
            guard scaled.isFinite, scaled <= Double(UInt32.max) else { return nil }
            if scaled >= 1, scaled == scaled.rounded() {
                return RecordSampling(
                    numerator: UInt32(scaled), denominator: denominator, frameCount: UInt64(recording.frameCount))
            }
        }
        return nil
    }

    /// By the recorder's own clock: a WFDB header states no time zone.
    private static func start(of recording: ECGRecording) -> RecordStart? {
        guard let date = recording.startDate, let time = recording.startTime else { return nil }
        // Days from the civil calendar (Hinnant, "chrono-compatible low-level date algorithms").
        let year = date.month <= 2 ? date.year - 1 : date.year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        let seconds = days * 86_400 + time.hour * 3600 + time.minute * 60 + time.second
        return RecordStart(milliseconds: Int64(seconds) * 1000 + Int64(time.nanosecond / 1_000_000))
    }
}
