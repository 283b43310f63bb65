/// What a record is, readable without its body: the sealed metadata section.
///
/// Only those who can open the record see it. Kind, payload format and files are always there; the rest where it is known.
package struct RecordMetadata: Hashable, Sendable {
    /// What was recorded: `ecg.resting`, `ecg.ambulatory`, `ecg.monitor`, `ecg.stress`, `ecg.event`, or another name. 1 to 64 bytes.
    package var kind: String
    /// How to read the files: `wfdb`, or another name. 1 to 64 bytes.
    package var payloadFormat: String
    /// The files in the order in which the body holds them, 1 to 256.
    package var files: [RecordFile]
    /// When the recording began.
    package var start: RecordStart?
    /// How long it lasted, in microseconds.
    package var durationMicroseconds: UInt64?
    /// How often it was sampled.
    package var sampling: RecordSampling?
    /// The leads in the order of the payload, at most 256.
    package var leads: [RecordLead]
    /// The recorder's make and model. 1 to 255 bytes.
    package var device: String?
    /// How samples lie in files, for access by sample time; at most 256.
    package var layouts: [SampleLayout]
    /// Fields of later versions that may be ignored, by tag from 0x8000 on, kept as they are.
    package var extensions: [UInt16: [UInt8]]

    package init(
        kind: String, payloadFormat: String, files: [RecordFile], start: RecordStart? = nil,
        durationMicroseconds: UInt64? = nil, sampling: RecordSampling? = nil, leads: [RecordLead] = [],
        device: String? = nil, layouts: [SampleLayout] = [], extensions: [UInt16: [UInt8]] = [:]
    ) {
        self.kind = kind
        self.payloadFormat = payloadFormat
        self.files = files
        self.start = start
        self.durationMicroseconds = durationMicroseconds
        self.sampling = sampling
        self.leads = leads
        self.device = device
        self.layouts = layouts
        self.extensions = extensions
    }

    /// Bytes of all files together.
    ///
    /// - Throws: ``SealedRecordError/bodyTooLong(_:)``.
    package func contentByteCount() throws(SealedRecordError) -> UInt64 {
        var total: UInt64 = 0
        for file in files {
            let (sum, overflow) = total.addingReportingOverflow(file.byteCount)
            guard !overflow, sum <= SealedRecordFormat.longestBody else {
                throw .bodyTooLong(overflow ? .max : sum)
            }
            total = sum
        }
        return total
    }

    /// Where a file's bytes lie in the body.
    ///
    /// - Throws: ``SealedRecordError/noSuchFile(_:)``, ``SealedRecordError/bodyTooLong(_:)``.
    package func contentRange(ofFile name: String) throws(SealedRecordError) -> Range<UInt64> {
        _ = try contentByteCount()
        var start: UInt64 = 0
        for file in files {
            if file.name == name { return start..<start + file.byteCount }
            start += file.byteCount
        }
        throw .noSuchFile(name)
    }
}

/// One file in the body; it begins where the one before it ends.
package struct RecordFile: Hashable, Sendable {
    /// 1 to 255 of `A-Z a-z 0-9 _ . -`, not beginning with a dot; unique in the record, whatever the case.
    package var name: String
    /// Its length in bytes.
    package var byteCount: UInt64

    package init(name: String, byteCount: UInt64) {
        self.name = name
        self.byteCount = byteCount
    }
}

/// When a recording began.
package struct RecordStart: Hashable, Sendable {
    /// Milliseconds since 1970-01-01 00:00, years 1 to 9999: in UTC where ``utcOffsetMinutes`` is known, by the recorder's own clock where it is not.
    package var milliseconds: Int64
    /// The recorder's clock less UTC, in minutes, -1080 to 1080; nil where the recording does not say.
    package var utcOffsetMinutes: Int16?

    package init(milliseconds: Int64, utcOffsetMinutes: Int16? = nil) {
        self.milliseconds = milliseconds
        self.utcOffsetMinutes = utcOffsetMinutes
    }
}

/// How often a recording was sampled, exactly, and how long it is.
package struct RecordSampling: Hashable, Sendable {
    /// Frames in ``denominator`` seconds; not zero.
    package var numerator: UInt32
    /// Seconds; not zero.
    package var denominator: UInt32
    /// Frames in the recording; a frame is one instant, with a sample of each lead.
    package var frameCount: UInt64

    package init(numerator: UInt32, denominator: UInt32 = 1, frameCount: UInt64) {
        self.numerator = numerator
        self.denominator = denominator
        self.frameCount = frameCount
    }

    /// The last frame not later than `microseconds` after the start; nil behind the end.
    package func frame(atMicroseconds microseconds: UInt64) -> UInt64? {
        let frame = frames(in: microseconds).whole
        return frame < frameCount ? frame : nil
    }

    /// The frames that show a stretch of time, as far as the recording has them: from the last one not later than its
    /// beginning to the last one before its end. Empty where the stretch is.
    ///
    /// - Parameter microseconds: counted from the start of the recording.
    package func frames(inMicroseconds microseconds: Range<UInt64>) -> Range<UInt64> {
        guard !microseconds.isEmpty else { return 0..<0 }
        let first = min(frames(in: microseconds.lowerBound).whole, frameCount)
        let (whole, isExact) = frames(in: microseconds.upperBound)
        let end = min(isExact || whole == .max ? whole : whole + 1, frameCount)
        return first..<max(first, end)
    }

    /// `⌊microseconds · rate⌋`, `.max` where that is more, and whether it is exact.
    private func frames(in microseconds: UInt64) -> (whole: UInt64, isExact: Bool) {
        let (high, low) = microseconds.multipliedFullWidth(by: UInt64(numerator))
        let divisor = 1_000_000 * UInt64(denominator)
        guard high < divisor else { return (.max, true) }
        let (quotient, remainder) = divisor.dividingFullWidth((high, low))
        return (quotient, remainder == 0)
    }
}

/// One lead of a recording.
package struct RecordLead: Hashable, Sendable {
    /// Such as `aVR`. 1 to 64 bytes.
    package var name: String
    /// What ``gain`` counts in, such as `mV`. 1 to 32 bytes.
    package var unit: String
    /// Converter units a unit; finite. Zero where the lead is not calibrated.
    package var gain: Double
    /// The converter's value of zero units.
    package var baseline: Int64
    /// Bits a sample; 0 where it is not known.
    package var resolutionBits: UInt8

    package init(name: String, unit: String, gain: Double, baseline: Int64 = 0, resolutionBits: UInt8 = 0) {
        self.name = name
        self.unit = unit
        self.gain = gain
        self.baseline = baseline
        self.resolutionBits = resolutionBits
    }
}
