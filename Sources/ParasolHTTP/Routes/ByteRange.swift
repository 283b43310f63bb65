internal import HTTPTypes
internal import ServiceProtocols

/// The one form of `Range` that is read here: `bytes=FIRST-LAST`, both given, at most as long as one read.
struct ByteRange: Hashable, Sendable {
    let offset: UInt64
    let count: Int

    /// - Throws: ``RequestRefusal/malformed(_:)``.
    init(_ field: String?) throws(RequestRefusal) {
        guard let field, field.hasPrefix("bytes=") else {
            throw .malformed("ask for a range: Range: bytes=FIRST-LAST")
        }
        let parts = field.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .malformed("one range at a time, with its first and last byte") }
        offset = try AdmittedRequest.decimal(String(parts[0]), "the first byte")
        let last = try AdmittedRequest.decimal(String(parts[1]), "the last byte")
        guard last >= offset, last - offset < UInt64(RecordStoringLimits.maximumReadBytes) else {
            throw .malformed("at most \(RecordStoringLimits.maximumReadBytes) bytes at a time")
        }
        count = Int(last - offset) + 1
    }

    /// The answer with these bytes from the range's first on.
    ///
    /// - Parameter fields: Besides those that say which bytes they are.
    func answer(_ bytes: [UInt8], type: String, fields: HTTPFields) -> Answer {
        var fields = fields
        fields[.contentRange] = "bytes \(offset)-\(offset + UInt64(bytes.count) &- 1)/*"
        fields[.acceptRanges] = "bytes"
        return Answer(status: .partialContent, bytes, type: type, fields: fields)
    }
}
