extension ECGRecording {
    /// The frames of `frames` that exist, with the annotations that fall in them, renumbered from 0.
    ///
    /// Skew is resolved: the excerpt's leads are aligned. Declared checksums and initial values are dropped since they
    /// were those of the whole; start time and date are dropped where they would be wrong, that is, unless the excerpt
    /// begins at frame 0.
    public func excerpt(frames: Range<Int>) -> ECGRecording {
        let range = frames.clamped(to: 0..<frameCount)
        var part = self
        part.frameCount = range.count
        part.leads = leads.map { lead in
            var cut = lead
            let count = lead.samplesPerFrame
            cut.samples = (range.lowerBound * count..<range.upperBound * count).map { index in
                lead.sample(at: index) ?? lead.format.invalidSample
            }
            cut.skew = 0
            cut.declaredChecksum = nil
            cut.declaredInitialValue = nil
            return cut
        }
        part.annotations = annotations.map { set in
            var cut = set
            let ticksPerFrame = (set.timeResolution ?? samplingRate) / samplingRate
            let first = Self.ticks(Double(range.lowerBound) * ticksPerFrame)
            let end = Self.ticks(Double(range.upperBound) * ticksPerFrame)
            cut.annotations = set.annotations.filter { $0.time >= first && $0.time < end }
            for index in cut.annotations.indices { cut.annotations[index].time -= first }
            return cut
        }
        if range.lowerBound != 0 {
            part.startTime = nil
            part.startDate = nil
            part.counter = nil
        }
        part.notices = notices.filter(\.concernsMeaning)
        return part
    }

    /// The first whole tick at or after `value`, within what annotation files can say.
    private static func ticks(_ value: Double) -> Int {
        value.isFinite ? Int(min(max(value.rounded(.up), 0), Double(WFDBLimits.frameCount))) : WFDBLimits.frameCount
    }
}
