extension WFDBHeader {
    /// The header of a recording whose leads all have a signal file.
    ///
    /// - Throws: ``WFDBError/unwritable(lead:field:)``, ``WFDBError/unwritableRecord(_:)`` or the grouping errors that
    ///   reading the header back would give.
    init(describing recording: ECGRecording) throws(WFDBError) {
        recordName = recording.name
        samplingFrequency = recording.samplingRate
        counter = recording.counter
        frameCount = recording.frameCount
        baseTime = recording.startTime
        baseDate = recording.startDate
        comments = recording.comments
        notices = []
        signals = []
        for (index, lead) in recording.leads.enumerated() {
            guard let file = lead.signalFile, WFDBFileName.isPlain(file) else {
                throw .unwritable(lead: index, field: .fileName)
            }
            var signal = WFDBSignal(file: file, format: lead.format)
            signal.samplesPerFrame = lead.samplesPerFrame
            signal.skew = lead.skew
            signal.byteOffset = recording.preambles[file]?.count ?? 0
            signal.gain = lead.isCalibrated ? lead.gain : nil
            signal.statedBaseline = lead.baseline
            signal.statedUnit = lead.unit
            signal.adcResolution = lead.adcResolution
            signal.adcZero = lead.adcZero
            signal.initialValue = lead.declaredInitialValue ?? lead.samples.first ?? 0
            // Old headers write the checksum as a signed number, newer ones unsigned: kept as found while it is right.
            let computed = Int32(Int16(truncatingIfNeeded: lead.checksum))
            let isRight = lead.declaredChecksum.map { UInt16(truncatingIfNeeded: $0) == lead.checksum } ?? false
            signal.checksum = isRight ? lead.declaredChecksum : computed
            signal.blockSize = lead.blockSize
            signal.description = lead.name.isEmpty ? nil : lead.name
            signals.append(signal)
        }
    }

    /// The header as text: LF lines, every field stated, comments last.
    ///
    /// - Throws: where reading the text back would not give this header again.
    func text() throws(WFDBError) -> String {
        guard let frameCount, samplingFrequency.isFinite else { throw .unwritableRecord(.samplingFrequency) }
        var line = "\(recordName) \(signals.count) \(shortest(samplingFrequency))"
        if let counter {
            line += "/" + shortest(counter.frequency)
            if let base = counter.base { line += "(\(shortest(base)))" }
        }
        line += " \(frameCount)"
        if let baseTime {
            line += " \(baseTime)"
            if let baseDate { line += " " + baseDate.wfdb }
        } else if baseDate != nil {
            // WFDB has no way to say a date without a time.
            throw .unwritableRecord(.baseTime)
        }
        var text = line + "\n"
        for signal in signals { text += signal.text + "\n" }
        for comment in comments { text += comment.isEmpty ? "#\n" : "# \(comment)\n" }
        try check(text)
        return text
    }

    /// Reads `text` back and compares: a blank in a unit or a line break in a comment must not change the meaning.
    private func check(_ text: String) throws(WFDBError) {
        let back = try WFDBHeader(parsing: Array(text.utf8))
        guard back.comments == comments else { throw .unwritableRecord(.comment) }
        guard back.signals.count == signals.count else { throw .unwritableRecord(.signalCount) }
        for (index, (found, meant)) in zip(back.signals, signals).enumerated() where found != meant {
            let field: WFDBField =
                if found.description != meant.description { .description } else if found.statedUnit != meant.statedUnit
                {
                    .unit
                } else { .gain }
            throw .unwritable(lead: index, field: field)
        }
        guard back.samplingFrequency == samplingFrequency, back.counter == counter else {
            throw .unwritableRecord(.samplingFrequency)
        }
    }
}

extension WFDBSignal {
    /// The signal line, all fields stated.
    var text: String {
        var storage = format.name
        if samplesPerFrame != 1 { storage += "x\(samplesPerFrame)" }
        if skew != 0 { storage += ":\(skew)" }
        if byteOffset != 0 { storage += "+\(byteOffset)" }
        let calibration = "\(shortest(gain ?? 0))(\(baseline))/\(unit)"
        let converter = "\(adcResolution ?? 0) \(adcZero ?? 0) \(initialValue ?? 0) \(checksum ?? 0) \(blockSize ?? 0)"
        let line = "\(file) \(storage) \(calibration) \(converter)"
        return description.map { line + " " + $0 } ?? line
    }
}
