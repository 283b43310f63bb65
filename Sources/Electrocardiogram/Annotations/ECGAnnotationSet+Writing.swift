extension ECGAnnotationSet {
    /// The annotation file: metadata first, each annotation with its modifiers in the C library's order, end marker.
    ///
    /// A file that the WFDB library wrote comes back byte for byte.
    ///
    /// - Throws: ``WFDBError/unwritableAnnotation(index:_:)``.
    public func encoded() throws(WFDBError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * annotations.count + 2)
        try appendMetadata(to: &bytes)
        var time = 0
        var number: Int16 = 0
        var channel: Int16 = 0
        for (index, annotation) in annotations.enumerated() {
            try check(annotation, index)
            let interval = Self.appendLongInterval(annotation.time - time, to: &bytes)
            time = annotation.time
            AnnotationWord.append(annotation.code.rawValue, interval, to: &bytes)
            if annotation.subtype != 0 {
                AnnotationWord.append(AnnotationWord.subtype, Int(annotation.subtype), to: &bytes)
            }
            if annotation.channel != channel {
                channel = annotation.channel
                AnnotationWord.append(AnnotationWord.channel, Int(channel), to: &bytes)
            }
            if annotation.number != number {
                number = annotation.number
                AnnotationWord.append(AnnotationWord.number, Int(number), to: &bytes)
            }
            if !annotation.auxiliary.isEmpty { Self.appendText(annotation.auxiliary, to: &bytes) }
        }
        AnnotationWord.append(0, 0, to: &bytes)
        return bytes
    }

    private func check(_ annotation: ECGAnnotation, _ index: Int) throws(WFDBError) {
        guard 1...AnnotationWord.lastCode ~= annotation.code.rawValue else {
            throw .unwritableAnnotation(index: index, .codeOutOfRange)
        }
        guard annotation.time >= 0 else { throw .unwritableAnnotation(index: index, .negativeTime) }
        guard annotation.time <= WFDBLimits.frameCount else {
            throw .unwritableAnnotation(index: index, .timeOutOfRange)
        }
        for value in [annotation.subtype, annotation.channel, annotation.number] where !(-512...511 ~= value) {
            throw .unwritableAnnotation(index: index, .valueOutOfRange)
        }
        guard annotation.auxiliary.count <= 255 else { throw .unwritableAnnotation(index: index, .textTooLong) }
    }

    private func appendMetadata(to bytes: inout [UInt8]) throws(WFDBError) {
        var notes: [[UInt8]] = []
        if let timeResolution {
            guard WFDBLimits.lowestSamplingFrequency...WFDBLimits.samplingFrequency ~= timeResolution else {
                throw .unwritableAnnotation(index: 0, .timeResolution)
            }
            notes.append(AnnotationMetadata.timeResolution + Array(" \(shortest(timeResolution))".utf8))
        }
        if !definitions.isEmpty {
            notes.append(AnnotationMetadata.definitions)
            for definition in definitions {
                let symbol = Array(definition.symbol.utf8)
                let text = Array("\(definition.code.rawValue) \(definition.symbol) \(definition.meaning)\n".utf8)
                guard 1...AnnotationWord.lastCode ~= definition.code.rawValue, !symbol.isEmpty, text.count <= 255,
                    text.dropLast().allSatisfy({ $0 >= 0x20 }), !symbol.contains(UInt8(ascii: " "))
                else { throw .unwritableAnnotation(index: 0, .definition) }
                notes.append(text)
            }
            notes.append(AnnotationMetadata.definitionsEnd)
        }
        guard !notes.isEmpty else { return }
        for note in notes {
            AnnotationWord.append(AnnotationCode.note.rawValue, 0, to: &bytes)
            Self.appendText(note, to: &bytes)
        }
        // Steps back one tick and forward again: readers that know no metadata see the clock restart after it.
        AnnotationWord.appendSkip(-1, to: &bytes)
        AnnotationWord.append(0, 1, to: &bytes)
    }

    private static func appendText(_ text: [UInt8], to bytes: inout [UInt8]) {
        AnnotationWord.append(AnnotationWord.auxiliary, text.count, to: &bytes)
        bytes += text
        if text.count % 2 == 1 { bytes.append(0) }
    }

    /// Writes as many skips as an interval needs that no word can hold; returns what is left for the word.
    private static func appendLongInterval(_ interval: Int, to bytes: inout [UInt8]) -> Int {
        guard interval < 0 || interval > AnnotationWord.largestInterval else { return interval }
        var left = interval
        repeat {
            let step = min(max(left, -Int(Int32.max)), Int(Int32.max))
            AnnotationWord.appendSkip(Int32(step), to: &bytes)
            left -= step
        } while left != 0
        return 0
    }
}
