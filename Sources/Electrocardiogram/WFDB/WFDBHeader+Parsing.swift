extension WFDBHeader {
    /// Reads a header: LF or CRLF lines; blank lines and comments anywhere; each field bounded before it is believed.
    ///
    /// - Throws: ``WFDBError`` with line and field. Multi-segment records and formats other than 16 and 212 are
    ///   recognised and refused as not yet supported.
    public init(parsing bytes: [UInt8]) throws(WFDBError) {
        guard bytes.count <= WFDBLimits.headerByteCount else {
            throw .headerTooLong(byteCount: bytes.count, limit: WFDBLimits.headerByteCount)
        }
        self.init(recordName: "", samplingFrequency: 250, signals: [], comments: [], notices: [])
        var expectedSignals: Int?
        var number = 0
        for raw in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let text = try Self.checkedText(raw, line: number)
            guard let first = text.first else { continue }
            if first == UInt8(ascii: "#") {
                comments.append(comment(text.dropFirst(), line: number))
                continue
            }
            var line = WFDBHeaderLine(number: number, text)
            if let expected = expectedSignals {
                guard signals.count < expected else { throw .unexpectedLine(line: number) }
                signals.append(try signal(&line))
            } else {
                expectedSignals = try recordLine(&line)
            }
        }
        guard let expectedSignals else { throw .missingRecordLine }
        guard signals.count == expectedSignals else {
            throw .missingSignalLines(expected: expectedSignals, found: signals.count)
        }
    }

    /// The line without its end and the blanks around it.
    private static func checkedText(_ raw: ArraySlice<UInt8>, line: Int) throws(WFDBError) -> ArraySlice<UInt8> {
        var text = raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw
        guard text.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == UInt8(ascii: "\t") }) else {
            throw .controlCharacter(line: line)
        }
        text = text.drop(while: WFDBHeaderLine.isBlank)
        while let last = text.last, WFDBHeaderLine.isBlank(last) { text = text.dropLast() }
        return text
    }

    private mutating func comment(_ text: ArraySlice<UInt8>, line: Int) -> String {
        readable(text.first == UInt8(ascii: " ") ? text.dropFirst() : text, line: line)
    }

    private mutating func readable(_ text: ArraySlice<UInt8>, line: Int) -> String {
        let (string, isUTF8) = decoded(text)
        if !isUTF8 { notices.append(.notUTF8(line: line)) }
        return string
    }

    /// `name[/segments] nsig [fs[/counterfreq[(basecounter)]] [nsamp [time [date]]]]`; returns the number of signals.
    private mutating func recordLine(_ line: inout WFDBHeaderLine) throws(WFDBError) -> Int {
        let (name, segments) = (line.token() ?? []).split(at: "/")
        guard WFDBFileName.isPlain(name) else { throw .malformedField(line: line.number, field: .recordName) }
        recordName = String(decoding: name, as: UTF8.self)
        if let segments {
            throw .multiSegmentNotYetSupported(
                segments: try line.integer(segments, .segmentCount, in: 1...WFDBLimits.frameCount))
        }
        guard let count = line.token() else { throw .missingField(line: line.number, field: .signalCount) }
        let signalCount = try line.integer(count, .signalCount, in: 0...WFDBLimits.signalCount)
        signals.reserveCapacity(signalCount)
        if let rate = line.token() { try samplingFrequency(rate, line) }
        if let frames = line.token() {
            let value = try line.integer(frames, .sampleCount, in: 0...WFDBLimits.frameCount)
            frameCount = value == 0 ? nil : value
        }
        if let time = line.token() {
            guard let value = TimeOfDay(wfdb: time) else {
                throw .malformedField(line: line.number, field: .baseTime)
            }
            baseTime = value
        }
        if let date = line.token() {
            guard let value = CalendarDate(wfdb: date) else {
                throw .malformedField(line: line.number, field: .baseDate)
            }
            baseDate = value
        }
        guard line.isAtEnd else { throw .unexpectedField(line: line.number) }
        return signalCount
    }

    private mutating func samplingFrequency(
        _ text: ArraySlice<UInt8>, _ line: WFDBHeaderLine
    ) throws(WFDBError) {
        let (rate, counterText) = text.split(at: "/")
        samplingFrequency = try line.decimal(rate, .samplingFrequency)
        guard WFDBLimits.lowestSamplingFrequency...WFDBLimits.samplingFrequency ~= samplingFrequency else {
            throw .outOfRange(line: line.number, field: .samplingFrequency)
        }
        guard let counterText else { return }
        let (frequency, baseText) = counterText.split(at: "(")
        let value = try line.decimal(frequency, .counterFrequency)
        guard value > 0 else { throw .outOfRange(line: line.number, field: .counterFrequency) }
        counter = RecorderCounter(frequency: value)
        guard let baseText else { return }
        guard baseText.last == UInt8(ascii: ")") else {
            throw .malformedField(line: line.number, field: .baseCounter)
        }
        counter?.base = try line.decimal(baseText.dropLast(), .baseCounter)
    }

    /// `file fmt[xN][:skew][+offset] [gain[(baseline)][/unit] [res [zero [init [checksum [blocksize [description]]]]]]]`.
    private mutating func signal(_ line: inout WFDBHeaderLine) throws(WFDBError) -> WFDBSignal {
        let file = line.token() ?? []
        guard let format = line.token() else { throw .missingField(line: line.number, field: .format) }
        var signal = try Self.storage(file: file, format: format, line)
        if let gain = line.token() { try calibration(gain, of: &signal, line) }
        if let text = line.token() { signal.adcResolution = try line.integer(text, .adcResolution, in: 0...64) }
        if let text = line.token() { signal.adcZero = try line.int32(text, .adcZero) }
        if let text = line.token() { signal.initialValue = try line.int32(text, .initialValue) }
        if let text = line.token() { signal.checksum = try line.int32(text, .checksum) }
        if let text = line.token() { signal.blockSize = try line.integer(text, .blockSize, in: 0...1 << 30) }
        if let text = line.remainder() { signal.description = readable(text, line: line.number) }
        try checkGrouping(of: signal, line: line.number)
        return signal
    }

    private static func storage(
        file: ArraySlice<UInt8>, format text: ArraySlice<UInt8>, _ line: WFDBHeaderLine
    ) throws(WFDBError) -> WFDBSignal {
        let (beforeOffset, offset) = text.split(at: "+")
        let (beforeSkew, skew) = beforeOffset.split(at: ":")
        let (number, perFrame) = beforeSkew.split(at: "x")
        guard let value = WFDBNumber.natural(number) else {
            throw .malformedField(line: line.number, field: .format)
        }
        guard let format = WFDBSignalFormat(rawValue: value) else {
            throw WFDBSignalFormat.notYetSupported.contains(value)
                ? .formatNotYetSupported(line: line.number, format: String(value))
                : .unknownFormat(line: line.number, format: String(value))
        }
        guard WFDBFileName.isPlain(file) else { throw .unsafeFileName(line: line.number) }
        var signal = WFDBSignal(file: String(decoding: file, as: UTF8.self), format: format)
        if let perFrame {
            signal.samplesPerFrame = try line.integer(
                perFrame, .samplesPerFrame, in: 1...WFDBLimits.samplesPerFrame)
        }
        if let skew { signal.skew = try line.integer(skew, .skew, in: 0...WFDBLimits.skew) }
        if let offset { signal.byteOffset = try line.integer(offset, .byteOffset, in: 0...WFDBLimits.byteOffset) }
        return signal
    }

    /// `gain[(baseline)][/unit]`.
    private mutating func calibration(
        _ text: ArraySlice<UInt8>, of signal: inout WFDBSignal, _ line: WFDBHeaderLine
    ) throws(WFDBError) {
        let (beforeUnit, unit) = text.split(at: "/")
        let (gainText, baseline) = beforeUnit.split(at: "(")
        let gain = try line.decimal(gainText, .gain)
        signal.gain = gain == 0 ? nil : gain
        // A gain that vanishes or explodes in the division would turn samples into infinities.
        if gain != 0, !(1e-100...1e100 ~= abs(gain)) { throw .outOfRange(line: line.number, field: .gain) }
        if let baseline {
            guard baseline.last == UInt8(ascii: ")") else {
                throw .malformedField(line: line.number, field: .baseline)
            }
            signal.statedBaseline = try line.int32(baseline.dropLast(), .baseline)
        }
        if let unit {
            guard !unit.isEmpty else { throw .malformedField(line: line.number, field: .unit) }
            signal.statedUnit = readable(unit, line: line.number)
        }
    }

    /// Signals that share a file are consecutive and agree on format and offset; a frame is bounded.
    private func checkGrouping(of signal: WFDBSignal, line: Int) throws(WFDBError) {
        if let last = signals.last, last.file == signal.file {
            guard last.format == signal.format else {
                throw .signalsOfOneFileDisagree(line: line, file: signal.file, field: .format)
            }
            guard last.byteOffset == signal.byteOffset else {
                throw .signalsOfOneFileDisagree(line: line, file: signal.file, field: .byteOffset)
            }
        } else if signals.contains(where: { $0.file == signal.file }) {
            throw .signalsOfOneFileNotConsecutive(line: line, file: signal.file)
        }
        let perFrame = signals.reduce(signal.samplesPerFrame) { $0 + $1.samplesPerFrame }
        guard perFrame <= WFDBLimits.samplesPerFrame else {
            throw .outOfRange(line: line, field: .samplesPerFrame)
        }
    }

    private init(
        recordName: String, samplingFrequency: Double, signals: [WFDBSignal], comments: [String], notices: [ECGNotice]
    ) {
        self.recordName = recordName
        self.samplingFrequency = samplingFrequency
        self.signals = signals
        self.comments = comments
        self.notices = notices
    }
}
