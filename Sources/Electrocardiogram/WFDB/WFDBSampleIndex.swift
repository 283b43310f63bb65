/// A stretch of one signal file.
public struct WFDBByteRange: Hashable, Sendable {
    public let file: String
    /// Counted from the start of the file, the preamble included.
    public let bytes: Range<Int>
    /// The sample of the interleaved stream whose first byte is `bytes.lowerBound`.
    let firstSample: Int
}

/// Where a stretch of time lies in the signal files: random access without reading the rest.
///
/// Formats 16 and 212 have a fixed size per frame, so the header alone is the index.
public struct WFDBSampleIndex: Sendable {
    let header: WFDBHeader
    /// Frames in the record.
    public let frameCount: Int

    /// - Parameter frameCount: needed where the header gives none; see ``WFDBError/lengthUnknown``.
    public init(_ header: WFDBHeader, frameCount: Int? = nil) throws(WFDBError) {
        guard let count = header.frameCount ?? frameCount, 0...WFDBLimits.frameCount ~= count else {
            throw .lengthUnknown
        }
        self.header = header
        self.frameCount = count
        for group in header.signalGroups {
            let (samples, overflow) = count.multipliedReportingOverflow(by: group.samplesPerFrame)
            guard !overflow, let size = group.format.byteCount(ofSamples: samples), size <= Int.max - group.byteOffset
            else { throw .lengthUnknown }
        }
    }

    /// The frames that cover the time from `start` up to `end` seconds, as far as the record has them.
    ///
    /// Empty where the end is not after the start, or either is no number.
    public func frames(fromSeconds start: Double, toSeconds end: Double) -> Range<Int> {
        guard start < end else { return 0..<0 }
        let limit = Double(frameCount)
        let first = min(max((start * header.samplingFrequency).rounded(.down), 0), limit)
        let last = min(max((end * header.samplingFrequency).rounded(.up), 0), limit)
        return Int(first)..<Int(last)
    }

    /// The bytes that hold `frames`, one stretch for each signal file, in the header's order.
    ///
    /// Where signals are skewed the stretch is longer, so that every signal has its samples of that time. The stretch
    /// of a 212 file starts at a sample pair.
    public func byteRanges(frames: Range<Int>) -> [WFDBByteRange] {
        let asked = frames.clamped(to: 0..<frameCount)
        return header.signalGroups.map { group in
            let skews = header.signals[group.signals].map(\.skew)
            let first = min(frameCount, asked.lowerBound + (skews.min() ?? 0))
            let last = asked.isEmpty ? first : min(frameCount, asked.upperBound + (skews.max() ?? 0))
            let firstSample = group.format.alignedSample(atOrBefore: first * group.samplesPerFrame)
            // The initializer has checked that the whole file's size is representable.
            let start = group.format.byteCount(ofSamples: firstSample) ?? 0
            let end = asked.isEmpty ? start : group.format.byteCount(ofSamples: last * group.samplesPerFrame) ?? start
            // The last sample of an odd count shares its second byte with the next one; both bytes are needed.
            return WFDBByteRange(
                file: group.file, bytes: group.byteOffset + start..<group.byteOffset + max(start, end),
                firstSample: firstSample)
        }
    }

    /// Reads the frames of `frames` that the record has, from just the bytes that hold them.
    ///
    /// Leads of the result are aligned (skew 0) and start at `frames.lowerBound`; where a skewed lead has no sample, it
    /// has the format's invalid sample.
    ///
    /// - Parameter bytes: gives exactly the bytes of a range of ``byteRanges(frames:)``, nil where there is no such file.
    /// - Throws: ``WFDBError/missingFile(_:)``, ``WFDBError/truncatedFile(_:neededByteCount:availableByteCount:)``.
    public func read(
        frames: Range<Int>, bytes: (WFDBByteRange) -> [UInt8]?
    ) throws(WFDBError) -> ECGRecording {
        let asked = frames.clamped(to: 0..<frameCount)
        var window = ECGRecording(
            name: header.recordName, samplingRate: header.samplingFrequency, frameCount: asked.count, leads: [],
            comments: header.comments)
        for (group, range) in zip(header.signalGroups, byteRanges(frames: asked)) {
            guard let stretch = bytes(range) else { throw .missingFile(group.file) }
            guard stretch.count == range.bytes.count else {
                throw .truncatedFile(
                    group.file, neededByteCount: range.bytes.upperBound,
                    availableByteCount: range.bytes.lowerBound + min(stretch.count, range.bytes.count))
            }
            var position = 0
            for index in group.signals {
                let signal = header.signals[index]
                let placement = SignalPlacement(
                    samplesPerFrame: group.samplesPerFrame, position: position, count: signal.samplesPerFrame)
                position += signal.samplesPerFrame
                let first = min(frameCount, asked.lowerBound + signal.skew)
                let last = max(first, min(frameCount, asked.upperBound + signal.skew))
                var samples = group.format.decode(
                    placement, frames: first..<last, from: stretch, at: 0, firstSample: range.firstSample)
                let missing = asked.count * signal.samplesPerFrame - samples.count
                samples += [Int32](repeating: group.format.invalidSample, count: missing)
                var lead = ECGLead(signal, samples: samples)
                lead.skew = 0
                lead.declaredChecksum = nil
                lead.declaredInitialValue = nil
                window.leads.append(lead)
                if signal.gain == nil { window.notices.append(.uncalibrated(lead: index)) }
            }
        }
        return window
    }
}
