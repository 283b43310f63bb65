extension ECGAnnotationSet {
    /// Reads an annotation file (`.atr` and its like).
    ///
    /// The format has no magic number and no checksum, so whatever cannot be an annotation is refused. A missing end
    /// marker is accepted (``hasEndMarker``), and zeros after it (padding of old block devices).
    ///
    /// - Throws: ``WFDBError/annotations(_:offset:)`` with the byte offset of the offending word.
    public init(parsing bytes: [UInt8], annotator: String) throws(WFDBError) {
        var parser = AnnotationParser(bytes: bytes, set: ECGAnnotationSet(annotator: annotator))
        try parser.parse()
        self = parser.set
    }
}

/// One pass over the words of a file.
private struct AnnotationParser {
    let bytes: [UInt8]
    var set: ECGAnnotationSet
    private var offset = 0
    private var time = 0
    private var number: Int16 = 0
    private var channel: Int16 = 0
    private var pending: ECGAnnotation?
    private var pendingOffset = 0
    private var isDefining = false

    init(bytes: [UInt8], set: ECGAnnotationSet) {
        self.bytes = bytes
        self.set = set
    }

    mutating func parse() throws(WFDBError) {
        guard bytes.count.isMultiple(of: 2) else { throw .annotations(.oddLength, offset: bytes.count) }
        set.hasEndMarker = false
        while offset < bytes.count {
            let start = offset
            let word = try nextWord()
            let code = UInt8(word >> 10)
            let data = word & 0x3ff
            if word == 0 {
                set.hasEndMarker = true
                break
            }
            try handle(code, data, at: start)
        }
        try finishPending()
        guard !isDefining else { throw .annotations(.unfinishedDefinitions, offset: offset) }
        if let extra = bytes[offset...].firstIndex(where: { $0 != 0 }) {
            throw .annotations(.bytesAfterEnd, offset: extra)
        }
    }

    private mutating func handle(_ code: UInt8, _ data: UInt16, at start: Int) throws(WFDBError) {
        switch code {
        case 0:
            try finishPending()
            time += Int(data)
        case 1...AnnotationWord.lastCode:
            try finishPending()
            time += Int(data)
            pending = ECGAnnotation(
                time: time, code: AnnotationCode(rawValue: code), channel: channel, number: number)
            pendingOffset = start
        case AnnotationWord.skip:
            guard data == 0 else { throw .annotations(.skipWithInterval, offset: start) }
            try finishPending()
            let high = try nextWord()
            let low = try nextWord()
            // At most 2^31 for each six bytes of input: no file that fits memory can overflow the sum.
            time += Int(Int32(bitPattern: UInt32(high) << 16 | UInt32(low)))
        case AnnotationWord.number:
            number = AnnotationWord.signed(data)
            try modify(at: start) { [number] in $0.number = number }
        case AnnotationWord.channel:
            channel = AnnotationWord.signed(data)
            try modify(at: start) { [channel] in $0.channel = channel }
        case AnnotationWord.subtype:
            try modify(at: start) { $0.subtype = AnnotationWord.signed(data) }
        case AnnotationWord.auxiliary:
            let count = Int(data)
            guard count + count % 2 <= bytes.count - offset else { throw .annotations(.truncated, offset: start) }
            let text = Array(bytes[offset..<offset + count])
            offset += count + count % 2
            try modify(at: start) { $0.auxiliary = text }
        default:
            throw .annotations(.unassignedCode, offset: start)
        }
    }

    private mutating func nextWord() throws(WFDBError) -> UInt16 {
        guard bytes.count - offset >= 2 else { throw .annotations(.truncated, offset: offset) }
        defer { offset += 2 }
        return UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
    }

    private mutating func modify(
        at start: Int, _ change: (inout ECGAnnotation) -> Void
    ) throws(WFDBError) {
        guard var annotation = pending else { throw .annotations(.modifierWithoutAnnotation, offset: start) }
        change(&annotation)
        pending = annotation
    }

    /// Keeps the annotation whose modifiers have all been read, or takes it as metadata.
    private mutating func finishPending() throws(WFDBError) {
        guard let annotation = pending else { return }
        pending = nil
        guard annotation.time >= 0 else { throw .annotations(.negativeTime, offset: pendingOffset) }
        guard annotation.code == .note, annotation.time == 0, set.annotations.isEmpty else {
            guard !isDefining else { throw .annotations(.unfinishedDefinitions, offset: pendingOffset) }
            set.annotations.append(annotation)
            return
        }
        var text = annotation.auxiliary[...]
        while let last = text.last, last == 0 || last == 0x0a || last == 0x20 { text = text.dropLast() }
        if isDefining {
            if text.elementsEqual(AnnotationMetadata.definitionsEnd) {
                isDefining = false
            } else {
                set.definitions.append(try definition(text))
            }
        } else if text.elementsEqual(AnnotationMetadata.definitions) {
            isDefining = true
        } else if text.starts(with: AnnotationMetadata.timeResolution) {
            let value = text.dropFirst(AnnotationMetadata.timeResolution.count).drop { $0 == 0x20 }
            guard let rate = WFDBNumber.decimal(value),
                WFDBLimits.lowestSamplingFrequency...WFDBLimits.samplingFrequency ~= rate
            else {
                throw .annotations(.timeResolution, offset: pendingOffset)
            }
            set.timeResolution = rate
        } else {
            set.annotations.append(annotation)
        }
    }

    /// `code symbol meaning`.
    private func definition(_ text: ArraySlice<UInt8>) throws(WFDBError) -> AnnotationDefinition {
        var line = WFDBHeaderLine(number: 0, text)
        guard let codeText = line.token(), let code = WFDBNumber.natural(codeText),
            1...Int(AnnotationWord.lastCode) ~= code, let symbol = line.token()
        else { throw .annotations(.definition, offset: pendingOffset) }
        return AnnotationDefinition(
            code: AnnotationCode(rawValue: UInt8(code)), symbol: decoded(symbol).text,
            meaning: line.remainder().map { decoded($0).text } ?? "")
    }
}
