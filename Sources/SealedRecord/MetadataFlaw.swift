/// What is wrong with an authentic metadata section, or with metadata about to be sealed.
package enum MetadataFlaw: Error, Hashable, Sendable {
    /// The fields' length does not fit the section, or a field does not fit the fields.
    case section
    /// The section's padding is not zero.
    case padding
    /// Field `tag` comes twice or after a higher one.
    case order(tag: UInt16)
    /// Field `tag` is unknown, and a reader must know it.
    case unknown(tag: UInt16)
    /// Field `tag` is required.
    case missing(tag: UInt16)
    /// Field `tag` has a value that it must not have.
    case field(tag: UInt16, reason: String)
    /// The files are longer than the body.
    case body(files: UInt64, body: UInt64)
    /// The fields have `byteCount` bytes, more than a section may hold.
    case tooLarge(byteCount: Int)

    /// As in the specification and the vectors.
    var refusal: String {
        switch self {
        case .section: "section"
        case .padding: "padding"
        case .order(let tag): "order \(tag)"
        case .unknown(let tag): "unknown \(tag)"
        case .missing(let tag): "missing \(tag)"
        case .field(let tag, _): "field \(tag)"
        case .body: "body"
        case .tooLarge: "too-large"
        }
    }
}

extension MetadataFlaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .section: "a length does not fit the section"
        case .padding: "padding is not zero"
        case .order(let tag): "field \(tag) is out of order"
        case .unknown(let tag): "field \(tag) is unknown and must not be ignored"
        case .missing(let tag): "field \(tag) is missing"
        case .field(let tag, let reason): "field \(tag): \(reason)"
        case .body(let files, let body): "files of \(files) bytes in a body of \(body)"
        case .tooLarge(let byteCount): "\(byteCount) bytes of fields"
        }
    }
}
