/// One remark at one instant: a beat's class, a change of rhythm, a note.
public struct ECGAnnotation: Hashable, Sendable {
    /// Ticks from frame 0, at the set's time resolution (the recording's frame rate unless the set says otherwise).
    public var time: Int
    public var code: AnnotationCode
    /// -512...511; the C library keeps -128...127.
    public var subtype: Int16
    /// The lead concerned; -512...511. Old files write "none in particular" as -1, newer ones as 255.
    public var channel: Int16
    /// -512...511; a measurement or the annotator's own count.
    public var number: Int16
    /// Text exactly as stored, a closing NUL included; empty for none.
    public var auxiliary: [UInt8]

    public init(
        time: Int, code: AnnotationCode, subtype: Int16 = 0, channel: Int16 = 0, number: Int16 = 0,
        auxiliary: [UInt8] = []
    ) {
        self.time = time
        self.code = code
        self.subtype = subtype
        self.channel = channel
        self.number = number
        self.auxiliary = auxiliary
    }

    /// The text without the NUL bytes that may close it; empty for none.
    public var text: String {
        var bytes = auxiliary[...]
        while bytes.last == 0 { bytes = bytes.dropLast() }
        return decoded(bytes).text
    }
}

/// All that one annotator says about a recording: one annotation file.
public struct ECGAnnotationSet: Hashable, Sendable {
    /// The file name's ending: `atr` for the reference, `qrs` for a detector.
    public var annotator: String
    /// Ticks per second, where the file states its own; nil means the recording's frame rate.
    public var timeResolution: Double?
    /// Codes that the file defines for itself, in its order.
    public var definitions: [AnnotationDefinition]
    /// In the order of the file, which is that of time in any sound one.
    public var annotations: [ECGAnnotation]
    /// Whether the file ended with the end marker, as a complete one does.
    public internal(set) var hasEndMarker = true

    public init(
        annotator: String, annotations: [ECGAnnotation] = [], timeResolution: Double? = nil,
        definitions: [AnnotationDefinition] = []
    ) {
        self.annotator = annotator
        self.annotations = annotations
        self.timeResolution = timeResolution
        self.definitions = definitions
    }

    /// The mnemonic of a code in this set: its own definition, else the standard one.
    public func symbol(of code: AnnotationCode) -> String {
        definitions.first { $0.code == code }?.symbol ?? code.symbol
    }

    /// Seconds from frame 0 of a recording of `samplingRate` frames per second.
    public func seconds(of annotation: ECGAnnotation, samplingRate: Double) -> Double {
        Double(annotation.time) / (timeResolution ?? samplingRate)
    }
}

/// A code that an annotation file defines for itself.
public struct AnnotationDefinition: Hashable, Sendable {
    public var code: AnnotationCode
    /// One or more characters without a blank.
    public var symbol: String
    public var meaning: String

    public init(code: AnnotationCode, symbol: String, meaning: String) {
        self.code = code
        self.symbol = symbol
        self.meaning = meaning
    }
}
