/// Something that did not stop a record from being read, and that its reader should know.
public enum ECGNotice: Hashable, Sendable {
    /// The header gives no gain for the lead at `lead`: 200 steps per millivolt are assumed.
    case uncalibrated(lead: Int)
    /// The samples of the lead at `lead` do not add up to the declared checksum: some are not those that were recorded.
    case checksumMismatch(lead: Int, declared: UInt16, computed: UInt16)
    /// `count` bytes of `file` follow the last frame that the header promises.
    case trailingBytes(file: String, count: Int)
    /// The header does not say how long the record is; the length is what the files hold.
    case lengthFromFileSize
    /// Line `line` of the header is no UTF-8 and was read as ISO 8859-1.
    case notUTF8(line: Int)
    /// The annotation file of `annotator` stops without the end marker, so it may have been cut.
    case missingEndMarker(annotator: String)
    /// `file` lies beside the record as an annotation file does, and is none or not a whole one: it was not read. Without
    /// a fault only its end marker is missing.
    case leftOut(file: String, AnnotationFault?)

    /// Whether the notice still holds for a part of the recording.
    var concernsMeaning: Bool {
        switch self {
        case .uncalibrated, .checksumMismatch, .notUTF8: true
        case .trailingBytes, .lengthFromFileSize, .missingEndMarker, .leftOut: false
        }
    }
}

extension ECGNotice: CustomStringConvertible {
    public var description: String {
        switch self {
        case .uncalibrated(let lead):
            "lead \(lead + 1) is uncalibrated: its amplitude assumes 200 steps per mV"
        case .checksumMismatch(let lead, let declared, let computed):
            "lead \(lead + 1) is damaged: checksum \(computed), the header says \(declared)"
        case .trailingBytes(let file, let count):
            "\(file) has \(count) bytes after the last frame"
        case .lengthFromFileSize:
            "the header gives no length: taken from the file size, checksums not compared"
        case .notUTF8(let line):
            "header line \(line) is not UTF-8: read as ISO 8859-1"
        case .missingEndMarker(let annotator):
            "the annotations of \(annotator) end without the end marker: the file may be incomplete"
        case .leftOut(let file, let fault):
            "\(file) is no annotation file and was left out: \(fault?.rawValue ?? "it has no end marker")"
        }
    }
}
