/// Why a record cannot be read or written, and where.
///
/// Lines count from 1. No case quotes the text of a header, which may name a person; only file names and formats appear.
public enum WFDBError: Error, Hashable, Sendable {
    // The header's text.
    case headerTooLong(byteCount: Int, limit: Int)
    case controlCharacter(line: Int)
    case missingRecordLine
    case missingField(line: Int, field: WFDBField)
    case malformedField(line: Int, field: WFDBField)
    case outOfRange(line: Int, field: WFDBField)
    case unexpectedField(line: Int)
    case unexpectedLine(line: Int)
    case missingSignalLines(expected: Int, found: Int)

    // What the header asks for.
    case multiSegmentNotYetSupported(segments: Int)
    case formatNotYetSupported(line: Int, format: String)
    case unknownFormat(line: Int, format: String)
    case unsafeFileName(line: Int)
    case signalsOfOneFileNotConsecutive(line: Int, file: String)
    case signalsOfOneFileDisagree(line: Int, file: String, field: WFDBField)

    // The files.
    case unsafeHeaderFileName
    case missingFile(String)
    case truncatedFile(String, neededByteCount: Int, availableByteCount: Int)
    case signalFilesDisagreeOnLength(String, frames: Int, others: Int)
    case lengthUnknown

    // Annotations: `offset` counts bytes from the start of the annotation file.
    case annotations(AnnotationFault, offset: Int)

    // Writing.
    case unwritable(lead: Int, field: WFDBField)
    case sampleOutOfRange(lead: Int, index: Int, format: WFDBSignalFormat)
    case sampleCountMismatch(lead: Int, expected: Int, actual: Int)
    case unwritableRecord(WFDBField)
    case unwritableAnnotation(index: Int, AnnotationFault)
}

/// A field of a header, by the name that WFDB's documentation gives it.
public enum WFDBField: String, Hashable, Sendable {
    case recordName = "record name"
    case segmentCount = "number of segments"
    case signalCount = "number of signals"
    case samplingFrequency = "sampling frequency"
    case counterFrequency = "counter frequency"
    case baseCounter = "base counter value"
    case sampleCount = "number of samples"
    case baseTime = "base time"
    case baseDate = "base date"
    case fileName = "file name"
    case format = "format"
    case samplesPerFrame = "samples per frame"
    case skew = "skew"
    case byteOffset = "byte offset"
    case gain = "ADC gain"
    case baseline = "baseline"
    case unit = "units"
    case adcResolution = "ADC resolution"
    case adcZero = "ADC zero"
    case initialValue = "initial value"
    case checksum = "checksum"
    case blockSize = "block size"
    case description = "description"
    case comment = "comment"
    case annotator = "annotator name"
}

/// What is wrong with an annotation, or with the bytes that should be one.
public enum AnnotationFault: String, Hashable, Sendable {
    case oddLength = "the file has an odd number of bytes"
    case truncated = "an annotation runs past the end"
    case unassignedCode = "annotation codes 50 to 58 are not assigned"
    case modifierWithoutAnnotation = "a modifier comes before any annotation"
    case skipWithInterval = "a skip also states an interval"
    case negativeTime = "the time is before sample 0"
    case bytesAfterEnd = "bytes follow the end marker"
    case timeResolution = "the time resolution is no positive number"
    case definition = "an annotation type definition is malformed"
    case unfinishedDefinitions = "the annotation type definitions have no end"
    case codeOutOfRange = "annotation codes are 1 to 49"
    case valueOutOfRange = "subtype, channel and number are 10 bits each"
    case textTooLong = "the text is longer than 255 bytes"
    case timeOutOfRange = "the time is beyond 2^53"
}

extension WFDBError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .headerTooLong(let count, let limit): "the header has \(count) bytes, at most \(limit) are read"
        case .controlCharacter(let line): "header line \(line) is not text: it holds a control character"
        case .missingRecordLine: "the header has no record line"
        case .missingField(let line, let field): "header line \(line): the \(field.rawValue) is missing"
        case .malformedField(let line, let field): "header line \(line): the \(field.rawValue) is malformed"
        case .outOfRange(let line, let field): "header line \(line): the \(field.rawValue) is out of range"
        case .unexpectedField(let line): "header line \(line): more fields than a record line has"
        case .unexpectedLine(let line): "header line \(line): more lines than there are signals"
        case .missingSignalLines(let expected, let found):
            "the header announces \(expected) signals and describes \(found)"
        case .multiSegmentNotYetSupported(let count):
            "a multi-segment record (\(count) segments) is not supported yet"
        case .formatNotYetSupported(let line, let format):
            "header line \(line): signal format \(format) is not supported yet (16 and 212 are)"
        case .unknownFormat(let line, let format): "header line \(line): there is no signal format \(format)"
        case .unsafeFileName(let line):
            "header line \(line): a signal file must have a plain name (letters, digits, '_', '-', '.')"
        case .signalsOfOneFileNotConsecutive(let line, let file):
            "header line \(line): the signals of \(file) are not consecutive"
        case .signalsOfOneFileDisagree(let line, let file, let field):
            "header line \(line): the signals of \(file) disagree on the \(field.rawValue)"
        case .unsafeHeaderFileName: "a header must have a plain name that ends in .hea"
        case .missingFile(let name): "\(name) is missing"
        case .truncatedFile(let name, let needed, let available):
            "\(name) is truncated: \(needed) bytes needed, \(available) present"
        case .signalFilesDisagreeOnLength(let name, let frames, let others):
            "\(name) holds \(frames) frames where the others hold \(others), and the header gives no length"
        case .lengthUnknown: "the header gives no length and there is no file to take it from"
        case .annotations(let fault, let offset): "annotations, byte \(offset): \(fault.rawValue)"
        case .unwritable(let lead, let field): "lead \(lead + 1) cannot be written: its \(field.rawValue)"
        case .sampleOutOfRange(let lead, let index, let format):
            "sample \(index) of lead \(lead + 1) does not fit format \(format.name)"
        case .sampleCountMismatch(let lead, let expected, let actual):
            "lead \(lead + 1) has \(actual) samples where the recording's length makes \(expected)"
        case .unwritableRecord(let field): "the record cannot be written: its \(field.rawValue)"
        case .unwritableAnnotation(let index, let fault): "annotation \(index) cannot be written: \(fault.rawValue)"
        }
    }
}
