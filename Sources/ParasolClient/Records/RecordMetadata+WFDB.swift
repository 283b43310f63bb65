import Electrocardiogram
package import SealedRecord

extension RecordMetadata {
    /// What can be said of a WFDB record without its samples: files, start, length, rate, leads, and where samples lie.
    ///
    /// Of the comments nothing is taken: they may name the patient, and stay in the body.
    package init(_ record: WFDBFiles) {
        let recording = record.recording
        self.init(
            kind: Self.kind(of: recording), payloadFormat: "wfdb",
            files: record.files.map { RecordFile(name: $0.name, byteCount: UInt64($0.bytes.count)) },
            start: Self.start(of: recording),
            durationMicroseconds: Self.microseconds(recording.duration),
            sampling: Self.sampling(of: recording),
            leads: recording.leads.enumerated().map { index, lead in
                RecordLead(
                    name: lead.name.isEmpty ? "signal \(index + 1)" : String(lead.name.prefix(16)),
                    unit: String(lead.unit.prefix(8)), gain: lead.isCalibrated ? lead.gain : 0,
                    baseline: Int64(lead.baseline),
                    resolutionBits: UInt8(clamping: lead.adcResolution))
            })
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
